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

/** What is shared, and by whom. */
export interface DedupeInflightOptions<T, R> {
  /** Values with the same key share one piece of work. */
  readonly key: (value: T) => string;
  /**
   * The work itself; its last value is the result. It calls `keepRunning` when it has come so far that it is not to be
   * stopped any more: from then on it goes on even if everybody leaves, and whoever comes joins it.
   */
  readonly work: (value: T, keepRunning: () => void) => ObservableInput<R>;
  /** The work under way, of everyone who should share it; of all who use this very operator, if not said. */
  readonly inflight?: Inflight<R>;
}

/** Makes a result one's own; `collapsed` tells that somebody else's work is being shared. */
export type Adopt<T, R, S> = (result: R, value: T, collapsed: boolean) => S;

/**
 * Runs one piece of work for all values that have the same key at the same time (collapsed forwarding, RFC 9211).
 *
 * Every value gets the last value of the work, or its error. Nothing is kept: the key is free before
 * anyone sees the end, so whoever comes then starts anew. Unsubscribing one value never hurts the
 * others; when all have left, the work is unsubscribed from and the key is free, unless it keeps running: then it
 * ends as it would have, its result goes to whoever has come meanwhile, and an error that nobody waits for to nobody.
 * Shared by all streams that are piped through the same operator, or through those with the same `inflight`.
 *
 * ```
 * values  -a-b-c----------|
 * work      ------(r|)
 * result  -------(xy)z----|
 * ```
 *
 * Here `a` and `b` have one key, so that `y` is what the work of `a` gave; `c` has another.
 *
 * @example
 * ```ts
 * import { of, timer, map } from 'rxjs';
 * import { dedupeInflight } from 'img-linuxfr/operators';
 *
 * const length = dedupeInflight({
 *   key: (word: string) => word.toLowerCase(),
 *   work: (word) => timer(10).pipe(map(() => (console.log(`measuring ${word}`), word.length))),
 * });
 * of('Tux', 'tux', 'GNU').pipe(length).subscribe((result) => console.log(result)); // measuring Tux, 3, 3, measuring GNU, 3
 * ```
 * @see {@link staleWhileRevalidate}
 */
export function dedupeInflight<T, R>(options: DedupeInflightOptions<T, R>): OperatorFunction<T, R>;
export function dedupeInflight<T, R, S>(
  options: DedupeInflightOptions<T, R> & { readonly adopt: Adopt<T, R, S> },
): OperatorFunction<T, S>;
export function dedupeInflight<T, R>({
  key,
  work,
  inflight = new Map(),
  adopt = (result) => result,
}: DedupeInflightOptions<T, R> & { readonly adopt?: Adopt<T, R, unknown> }): OperatorFunction<T, unknown> {
  return mergeMap((value) =>
    // Deferred, so that a retry looks for work under way again.
    defer(() => {
      const running = inflight.get(key(value));
      const begun = () => begin(inflight, key(value), (keepRunning) => work(value, keepRunning));
      return (running ?? begun()).pipe(map((result) => adopt(result, value, running !== undefined)));
    }),
  );
}

function begin<R>(
  inflight: Inflight<R>,
  key: string,
  work: (keepRunning: () => void) => ObservableInput<R>,
): Observable<R> {
  let mustRun = false;
  // In `tap`, not in `finalize`, which would run only after subscribers have seen the end.
  const free = () => inflight.delete(key);
  const shared = defer(() => work(() => (mustRun = true))).pipe(
    tap({ complete: free, error: free, unsubscribe: free }),
    // An AsyncSubject, because it hands on nothing before the work has ended: with a ReplaySubject the
    // first value would make a consumer's `take(1)` leave, and so cancel what still has to be done.
    share({
      connector: () => new AsyncSubject<R>(),
      resetOnComplete: false,
      resetOnError: false,
      resetOnRefCountZero: () => (mustRun ? NEVER : of(true)),
    }),
  );
  // Registered before anyone subscribes, or a synchronous work would be registered after its end.
  inflight.set(key, shared);
  return shared;
}
