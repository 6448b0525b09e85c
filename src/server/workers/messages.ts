import type { CacheStatus, RejectionCode, StoredRecord } from '../../domain/index.js';
import type { Scrape } from '../metrics/sampled.js';
import type { Carrier } from '../tracing/tracing.js';

/** From a worker to the primary. */
export type ToPrimary =
  /** It can answer readers. */
  | { readonly kind: 'ready' }
  /** It has the next connection. */
  | { readonly kind: 'taken' }
  /** A picture is wanted up to date. `id` is the worker's own number for the question; `trace` is whose it is part of. */
  | { readonly kind: 'refresh'; readonly id: number; readonly uri: string; readonly trace?: Carrier }
  /** Nobody waits for the answer any more. */
  | { readonly kind: 'leave'; readonly id: number }
  /** What it has counted. `id` is the number of the question. */
  | { readonly kind: 'scraped'; readonly id: number; readonly scrape: Scrape };

/** From the primary to a worker. */
export type ToWorker =
  /** Comes with the socket of a reader. */
  | { readonly kind: 'connection' }
  | { readonly kind: 'served'; readonly id: number; readonly served: SentImage }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: SentFailure }
  /** What have you counted? */
  | { readonly kind: 'scrape'; readonly id: number }
  /** Open the log file anew. */
  | { readonly kind: 'reopen' }
  /** Finish what is under way. */
  | { readonly kind: 'stop' }
  /** That was the last connection. */
  | { readonly kind: 'accepted' };

/** An answer to a `refresh`. */
export type Refreshed = Extract<ToWorker, { kind: 'served' | 'failed' }>;

export interface SentImage {
  readonly cacheStatus: CacheStatus;
  readonly record: StoredRecord;
  readonly lastModified: Date;
  /** Without them, they lie on the disk under the checksum of the record. */
  readonly bytes?: Uint8Array;
}

export type SentFailure =
  | {
      readonly kind: 'rejection';
      readonly code: RejectionCode;
      readonly message: string;
      readonly retryAfter?: number;
      readonly originStatus?: number;
      readonly url?: string;
    }
  | { readonly kind: 'unknown'; readonly message: string; readonly stack?: string };
