import { isObservable, Observable, type OperatorFunction } from 'rxjs';

/**
 * `mergeMap` for what is mostly known at once: a plain value goes on as it is, an Observable is merged.
 *
 * An inner subscription costs more than all that a cached picture needs, so values do without. Errors
 * with what `project` throws. Unsubscribing leaves the source and everything that is being merged.
 *
 * ```
 * values   --a--b--|        a => 1, b => ---2|
 * result   --1-----2|
 * ```
 */
export function mapOrMerge<T, R>(project: (value: T) => R | Observable<R>): OperatorFunction<T, R> {
  return (source) =>
    new Observable((subscriber) => {
      let unfinished = 1;
      const error = (reason: unknown) => subscriber.error(reason);
      const complete = () => {
        unfinished--;
        if (unfinished === 0) subscriber.complete();
      };
      const merge = (inner: Observable<R>) => {
        unfinished++;
        subscriber.add(inner.subscribe({ next: (value) => subscriber.next(value), error, complete }));
      };
      const next = (value: T) => {
        let outcome: R | Observable<R>;
        try {
          outcome = project(value);
        } catch (reason) {
          error(reason);
          return;
        }
        if (isObservable(outcome)) merge(outcome);
        else subscriber.next(outcome);
      };
      return source.subscribe({ next, error, complete });
    });
}
