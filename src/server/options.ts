import type { ListenAddress } from './listen-address.js';
import type { CatalogueAddress } from './redis-address.js';

/** Everything a command line can say. Times are in milliseconds. */
export interface Options {
  readonly addr: ListenAddress;
  /** Processes that answer readers; with 1 it is the one that does everything. */
  readonly workers: number;
  readonly redis: CatalogueAddress;
  /** `-` for standard output. */
  readonly log: string;
  readonly dir: string;
  readonly userAgent: string;
  readonly defaultAvatar: string;
  /** Pixels; 0 passes every avatar through unchanged. */
  readonly avatarHeight: number;
  readonly maxPixels: number;
  /** Bytes. */
  readonly memoryCache: number;
  readonly allowNetwork: readonly string[];
  readonly insecureTls: boolean;
  readonly nameServer: readonly string[];
  /** `Infinity` to wait as long as it takes. */
  readonly refreshWait: number;
  readonly redisGrace: number;
  readonly fetchTimeout: number;
  readonly fetches: number;
  readonly fetchQueue: number;
  readonly hostConnections: number;
  readonly hostQueue: number;
  readonly queueTimeout: number;
  readonly rest: number;
  readonly longestRest: number;
  readonly hostFailures: number;
  readonly longestRetryAfter: number;
  /** `undefined` when there is no operations port. */
  readonly ops: ListenAddress | undefined;
}
