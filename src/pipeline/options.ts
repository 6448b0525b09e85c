import type { Observable, OperatorFunction, SchedulerLike } from 'rxjs';
import {
  BACK_OFF_DEFAULTS,
  type BackOffOptions,
  FETCH_DEFAULTS,
  type GateOptions,
  REFRESH_WAIT,
  RESIZE_TIMEOUT,
  UNSAVED_DEFAULTS,
  type UnsavedOptions,
} from '../operators/index.js';

/** How many run at once, how many wait, and for how long. */
export type GateLimits = Omit<GateOptions, 'scheduler'>;

/** Looks on while an operator of the pipeline works, and must change nothing of what it does. */
export type StageDecorator = <T, R>(name: string, operator: OperatorFunction<T, R>) => OperatorFunction<T, R>;

/** The clock of every timeout and pause; `asyncScheduler`, if not said. */
export interface Clock {
  readonly scheduler?: SchedulerLike;
}

/** What the stages of a pipeline are told. */
export interface StageOptions extends Clock {
  /** The largest picture that is accepted, in decoded bytes. */
  readonly maxBytes: number;
  /** Redirects that are followed. */
  readonly maxRedirects: number;
  /** Milliseconds of asking for a picture, to its last byte, redirects included; `Infinity` for as long as it takes. */
  readonly fetchTimeout: number;
  /** Milliseconds a reader waits for an avatar to be made; `Infinity` for as long as it takes. */
  readonly resizeTimeout: number;
  /** Milliseconds a reader waits for a refresh when there is a copy; `Infinity` for as long as it takes. */
  readonly refreshWait: number;
  /** Ends, when it emits, what goes on without a reader. */
  readonly shutdown?: Observable<unknown>;
  /** Looks on at each operator; if not said, nobody does, and neighbours stay fused. */
  readonly decorateStage?: StageDecorator;
}

/** Limits for all requests of a pipeline together. */
export interface Limits {
  /** Connections to one host at once; and how many fetches may wait for their turn, and how long. */
  readonly perHost: Required<GateLimits>;
  /** The same over all hosts. */
  readonly fetches: Required<GateLimits>;
  /** Avatars that are made at once; and how many may wait for their turn. */
  readonly resizes: GateLimits;
  /** Bytes of pictures that wait in memory to be stored, and for how many milliseconds. */
  readonly unsaved: Required<Omit<UnsavedOptions, 'scheduler'>>;
  /** How long failing origins are left alone; times in milliseconds. */
  readonly backOff: Required<Omit<BackOffOptions, 'scheduler'>>;
}

/** What a pipeline can be told; see `PIPELINE_DEFAULTS` for what it does otherwise. */
export interface PipelineOptions extends StageOptions, Limits {}

const SECOND = 1000;

/** What a pipeline does that was not told otherwise: what the service does. */
export const PIPELINE_DEFAULTS: PipelineOptions = {
  ...FETCH_DEFAULTS,
  resizeTimeout: RESIZE_TIMEOUT,
  refreshWait: REFRESH_WAIT,
  perHost: { concurrency: 6, queueLimit: 64, queueTimeout: 10 * SECOND },
  fetches: { concurrency: 64, queueLimit: 1024, queueTimeout: 10 * SECOND },
  resizes: { concurrency: 2, queueLimit: 256 },
  unsaved: UNSAVED_DEFAULTS,
  backOff: BACK_OFF_DEFAULTS,
};

/** Nobody looks on. */
export const unwatched: StageDecorator = (_name, operator) => operator;
