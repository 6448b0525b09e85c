import { NEVER, type Observable, type SchedulerLike, timer } from 'rxjs';

/** Milliseconds that timers can count, some 25 days: Node ends a longer one at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Emits after so many milliseconds; never, when timers cannot count them, as with `Infinity`. */
export function after(milliseconds: number, scheduler: SchedulerLike): Observable<unknown> {
  return milliseconds > LONGEST_TIMER ? NEVER : timer(milliseconds, scheduler);
}
