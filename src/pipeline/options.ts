import type { Observable, OperatorFunction, SchedulerLike } from 'rxjs';
import type { GateOptions } from '../operators/index.js';

/** How many run at once, how many wait, and for how long. */
export type GateLimits = Omit<GateOptions, 'scheduler'>;

/** Looks on while an operator of the pipeline works, and must change nothing of what it does. */
export type Stage = <T, R>(name: string, operator: OperatorFunction<T, R>) => OperatorFunction<T, R>;

/** What a pipeline can be told; see `DEFAULTS` for what it does otherwise. */
export interface PipelineOptions {
  /** The largest picture that is accepted, in decoded bytes. */
  readonly maxBytes: number;
  /** Redirects that are followed. */
  readonly maxRedirects: number;
  /** Milliseconds of asking for a picture, to its last byte, redirects included; `Infinity` for as long as it takes. */
  readonly fetchDeadline: number;
  /** Connections to one host at once; and how many fetches may wait for their turn, and how long. */
  readonly perHost: Required<GateLimits>;
  /** The same over all hosts. */
  readonly fetches: Required<GateLimits>;
  /** Milliseconds a reader waits for an avatar to be made; `Infinity` for as long as it takes. */
  readonly resizeDeadline: number;
  /** Avatars that are made at once; and how many may wait for their turn. */
  readonly resizes: GateLimits;
  /** Milliseconds a reader waits for a refresh when there is a copy; `Infinity` for as long as it takes. */
  readonly refreshWait: number;
  /** Bytes of pictures that wait in memory to be stored, and for how many milliseconds. */
  readonly unsaved: { readonly maxBytes: number; readonly longest: number };
  /** Ends, when it emits, what goes on without a reader. */
  readonly shutdown?: Observable<unknown>;
  /** How long failing origins are left alone; times in milliseconds. */
  readonly backOff: {
    readonly firstPause: number;
    readonly longestPause: number;
    readonly jitter: number;
    readonly failuresToOpen: number;
    readonly longestRetryAfter: number;
  };
  /** Looks on at each operator; if not said, nobody does, and neighbours stay fused. */
  readonly stage?: Stage;
  /** The clock of every deadline and pause. */
  readonly scheduler?: SchedulerLike;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What a pipeline does that was not told otherwise: what the service does. */
export const DEFAULTS: PipelineOptions = {
  maxBytes: 5 * 1024 * 1024,
  maxRedirects: 9,
  fetchDeadline: 30 * SECOND,
  perHost: { concurrency: 6, queue: 64, patience: 10 * SECOND },
  fetches: { concurrency: 64, queue: 1024, patience: 10 * SECOND },
  resizeDeadline: 10 * SECOND,
  resizes: { concurrency: 2, queue: 256 },
  refreshWait: SECOND,
  unsaved: { maxBytes: 64 * 1024 * 1024, longest: 60 * MINUTE },
  backOff: {
    firstPause: 30 * SECOND,
    longestPause: 10 * MINUTE,
    jitter: 0.2,
    failuresToOpen: 10,
    longestRetryAfter: 60 * MINUTE,
  },
};

/** Nobody looks on. */
export const unwatched: Stage = (_name, operator) => operator;
