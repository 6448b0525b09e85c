import type { SchedulerLike } from 'rxjs';

/** What a pipeline can be told; see `DEFAULTS` for what it does otherwise. */
export interface PipelineOptions {
  /** The largest picture that is accepted, in decoded bytes. */
  readonly maxBytes: number;
  /** Redirects that are followed. */
  readonly maxRedirects: number;
  /** Milliseconds from the first connection to the last byte of a picture. */
  readonly fetchDeadline: number;
  /** Fetches that run at once, over all origins; and how many may wait for their turn. */
  readonly fetches: { readonly concurrency: number; readonly queue: number };
  /** Milliseconds a reader waits for an avatar to be made. */
  readonly resizeDeadline: number;
  /** Avatars that are made at once; and how many may wait for their turn. */
  readonly resizes: { readonly concurrency: number; readonly queue: number };
  /** How long failing origins are left alone; times in milliseconds. */
  readonly backOff: {
    readonly firstPause: number;
    readonly longestPause: number;
    readonly failuresToOpen: number;
    readonly longestRetryAfter: number;
  };
  /** The clock of every deadline and pause. */
  readonly scheduler?: SchedulerLike;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const DEFAULTS: PipelineOptions = {
  maxBytes: 5 * 1024 * 1024,
  maxRedirects: 9,
  fetchDeadline: 30 * SECOND,
  fetches: { concurrency: 64, queue: 1024 },
  resizeDeadline: 10 * SECOND,
  resizes: { concurrency: 2, queue: 256 },
  backOff: {
    firstPause: 30 * SECOND,
    longestPause: 10 * MINUTE,
    failuresToOpen: 10,
    longestRetryAfter: 60 * MINUTE,
  },
};
