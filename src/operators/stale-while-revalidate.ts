import {
  asyncScheduler,
  defer,
  mergeMap,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  type ObservableInput,
  race,
  type SchedulerLike,
  share,
  takeUntil,
  tap,
} from 'rxjs';
import { checkNumbers } from '../domain/check-numbers.js';
import { after } from './after.js';

/** How long is waited, and what is served then. */
export interface StaleWhileRevalidateOptions<T> {
  /** Milliseconds that a subscriber waits for the source; `Infinity` for as long as it takes. */
  readonly maxWait: number;
  /** Gives what is served when the wait is over. */
  readonly stale: () => ObservableInput<T>;
  /** Told of errors that come when nobody waits any more. They are dropped, if not said. */
  readonly lateError?: (error: unknown) => void;
  /** Ends, when it emits, the sources that nobody waits for any more; nothing does, if not said. */
  readonly shutdown?: Observable<unknown>;
  /** `asyncScheduler`, if not said. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Serves something older when the source takes too long, and lets the source go on (stale-while-revalidate, RFC 5861).
 *
 * Emits what the source emits, if it comes in time, and what `stale` gives otherwise. Errors as that one of them
 * does. Unsubscribing before the wait is over unsubscribes from the source; after it, the source goes on until it
 * ends or `shutdown` emits.
 *
 * ```
 * source  -----(f|)
 * result  ---(s|)
 * ```
 *
 * @example
 * ```ts
 * import { of, timer } from 'rxjs';
 * import { staleWhileRevalidate } from 'img-linuxfr/operators';
 *
 * timer(50)
 *   .pipe(staleWhileRevalidate<number | string>({ maxWait: 10, stale: () => of('an older one') }))
 *   .subscribe((value) => console.log(value)); // an older one
 * ```
 * @see {@link staleIfError}
 */
export function staleWhileRevalidate<T>({
  maxWait,
  stale,
  lateError = () => undefined,
  shutdown = NEVER,
  scheduler = asyncScheduler,
}: StaleWhileRevalidateOptions<T>): MonoTypeOperatorFunction<T> {
  checkNumbers({ maxWait }, 0);
  return (source) =>
    defer(() => {
      const shared = source.pipe(share());
      const goOn = () => shared.pipe(takeUntil(shutdown)).subscribe({ error: lateError });
      // The source is gone on with before the race leaves it.
      return race(shared, after(maxWait, scheduler).pipe(tap(goOn), mergeMap(stale)));
    });
}
