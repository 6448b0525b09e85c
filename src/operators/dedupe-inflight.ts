import {
  AsyncSubject,
  defer,
  map,
  mergeMap,
  NEVER,
  type Observable,
  type ObservableInput,
  of,
  type OperatorFunction,
  share,
  tap,
} from 'rxjs';

/** The work under way, by key. Make one for each kind of work, and share it between all requests. */
export type Inflight<R> = Map<string, Observable<R>>;

export interface DedupeInflight<T, R, S> {
  /** The work under way, shared by everyone who should share it. */
  readonly inflight: Inflight<R>;
  /** Values with the same key share one piece of work. */
  readonly key: (value: T) => string;
  /** The work itself; its last value is the result. */
  readonly work: (value: T) => ObservableInput<R>;
  /** Makes the result one's own; `collapsed` tells that somebody else's work is being shared. */
  readonly adopt: (result: R, value: T, collapsed: boolean) => S;
  /** Whether the work that everybody left goes on, to be joined by whoever comes then; it never does, if not said. */
  readonly goesOn?: (value: T) => boolean;
}

/**
 * Runs one piece of work for all values that have the same key at the same time.
 *
 * Every value gets the last value of the work, or its error. Nothing is kept: the key is free before
 * anyone sees the end, so whoever comes then starts anew. Unsubscribing one value never hurts the
 * others; when all have left, the work is unsubscribed from and the key is free, unless it has to go on.
 *
 * ```
 * values  --a--a---------a--|
 * work      ----r|
 * result  ------(rr)--------r|     (the first two share, the third starts anew)
 * ```
 */
export function dedupeInflight<T, R, S = R>(options: DedupeInflight<T, R, S>): OperatorFunction<T, S> {
  const { inflight, key, work, adopt, goesOn = () => false } = options;
  return mergeMap((value) =>
    // Deferred, so that a retry looks for work under way again.
    defer(() => {
      const running = inflight.get(key(value));
      const shared =
        running ??
        begin(
          inflight,
          key(value),
          () => work(value),
          () => goesOn(value),
        );
      return shared.pipe(map((result) => adopt(result, value, running !== undefined)));
    }),
  );
}

function begin<R>(
  inflight: Inflight<R>,
  key: string,
  work: () => ObservableInput<R>,
  goesOn: () => boolean,
): Observable<R> {
  // In `tap`, not in `finalize`, which would run only after subscribers have seen the end.
  const free = () => inflight.delete(key);
  const shared = defer(work).pipe(
    tap({ complete: free, error: free, unsubscribe: free }),
    // An AsyncSubject, because it hands on nothing before the work has ended: with a ReplaySubject the
    // first value would make a consumer's `take(1)` leave, and so cancel what still has to be done.
    share({
      connector: () => new AsyncSubject<R>(),
      resetOnComplete: false,
      resetOnError: false,
      resetOnRefCountZero: () => (goesOn() ? NEVER : of(true)),
    }),
  );
  // Registered before anyone subscribes, or a synchronous work would be registered after its end.
  inflight.set(key, shared);
  return shared;
}
