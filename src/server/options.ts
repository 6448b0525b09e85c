import type { ListenAddress } from './listen-address.js';
import type { CatalogueAddress } from './redis-address.js';

/** The least that is logged: requests are `info`, and what they came to without a picture is `debug`. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything a command line can say. Times are in milliseconds. */
export interface Options {
  readonly addr: ListenAddress;
  /** Processes that answer readers; with 1 it is the one that does everything. */
  readonly workers: number;
  readonly redis: CatalogueAddress;
  /** `-` for standard output. */
  readonly log: string;
  readonly logLevel: LogLevel;
  /** Whether readers' addresses are logged. */
  readonly logAddresses: boolean;
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
