import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { checkNumbers } from '../domain/check-numbers.js';

/** The limits of a gate. */
export interface GateOptions {
  /** How many pieces of work run at the same time; at least 1. */
  readonly concurrency: number;
  /** How many wait, first come first served, before the next is turned away; `Infinity` for any number. */
  readonly queueLimit: number;
  /** Milliseconds that a piece of work waits before it is turned away; `Infinity` for as long as it takes, if not said. */
  readonly queueTimeout?: number;
  /** The clock of `queueTimeout`; `asyncScheduler`, if not said. */
  readonly scheduler?: SchedulerLike;
}

/** All of them. Throws a `TypeError` or a `RangeError` that names the one which cannot be. */
export function gateOptions({ queueTimeout = Infinity, scheduler = asyncScheduler, ...limits }: GateOptions) {
  const { concurrency, queueLimit } = limits;
  checkNumbers({ concurrency }, 1);
  checkNumbers({ queueLimit, queueTimeout }, 0);
  return { concurrency, queueLimit, queueTimeout, scheduler } satisfies Required<GateOptions>;
}
