import {
  mergeMap,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  raceWith,
  type SchedulerLike,
  throwError,
  timer,
} from 'rxjs';
import type { Rejection } from '../domain/index.js';
import { LONGEST_TIMER } from '../domain/longest-timer.js';

/** Emits after so many milliseconds; never, when timers cannot count them, as with `Infinity`. */
export function after(milliseconds: number, scheduler: SchedulerLike): Observable<unknown> {
  return milliseconds > LONGEST_TIMER ? NEVER : timer(milliseconds, scheduler);
}

/** Mirrors what emits first within so many milliseconds, and else errors with what `tooSlow` gives. */
export function within<T>(
  milliseconds: number,
  scheduler: SchedulerLike,
  tooSlow: () => Rejection,
): MonoTypeOperatorFunction<T> {
  return raceWith(after(milliseconds, scheduler).pipe(mergeMap(() => throwError(tooSlow))));
}
