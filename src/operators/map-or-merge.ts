import { from, isObservable, Observable, type OperatorFunction, pipe, Subscriber } from 'rxjs';
import { type MaybePending, isPending } from '../domain/index.js';

/** What an operator of `mapOrMerge` does to each value. */
const PROJECT = Symbol('project');

/** What `mapOrMerge` does to a value: gives another at once, or an Observable to be merged. */
type Project<T, R> = (value: T) => R | Observable<R>;
type Step<T, R> = OperatorFunction<T, R> & { readonly [PROJECT]: Project<T, R> };

/**
 * `mergeMap` for what is mostly known at once: a plain value goes on as it is, an Observable is merged.
 *
 * An inner subscription costs more than all that a cached picture needs, so values do without. Errors
 * with what `project` throws. Unsubscribing leaves the source and everything that is being merged.
 *
 * ```
 * values  -a-b-c-|
 * slow    ---x-y|
 * result  -1---2x-y|
 * ```
 *
 * Here `a` is 1 and `c` is 2 at once, and `b` is what takes time.
 *
 * @example
 * ```ts
 * import { map, of, timer } from 'rxjs';
 * import { mapOrMerge } from 'img-linuxfr/operators';
 *
 * const known = new Map([['tux', 3]]);
 * of('gnu', 'tux')
 *   .pipe(mapOrMerge((name) => known.get(name) ?? timer(10).pipe(map(() => name.length + 1))))
 *   .subscribe((result) => console.log(result)); // 3, 4
 * ```
 * @see {@link chain}
 */
export function mapOrMerge<T, R>(project: (value: T) => R | Observable<R>): OperatorFunction<T, R> {
  const operator = (source: Observable<T>): Observable<R> =>
    new Observable((subscriber) => source.subscribe(new MapOrMerge(subscriber, project)));
  return Object.assign(operator, { [PROJECT]: project });
}

/**
 * A Subscriber, so that a source that emits while it is being subscribed to can be left: rxjs adds it to `subscriber` only
 * after that. To add it before costs every request, as would a closure for each method.
 */
class MapOrMerge<T, R> extends Subscriber<T> {
  private readonly subscriber: Subscriber<R>;
  private readonly project: Project<T, R>;
  /** The source, and what is being merged. */
  private unfinished = 1;

  constructor(subscriber: Subscriber<R>, project: Project<T, R>) {
    super();
    this.subscriber = subscriber;
    this.project = project;
  }

  protected override _next(value: T): void {
    let outcome: R | Observable<R>;
    try {
      outcome = this.project(value);
    } catch (reason) {
      this.error(reason);
      return;
    }
    if (isObservable(outcome)) this.merge(outcome);
    else this.subscriber.next(outcome);
    if (this.subscriber.closed) this.unsubscribe();
  }

  protected override _error(reason: unknown): void {
    this.subscriber.error(reason);
    this.unsubscribe();
  }

  protected override _complete(): void {
    this.finish();
    this.unsubscribe();
  }

  finish(): void {
    this.unfinished--;
    if (this.unfinished === 0) this.subscriber.complete();
  }

  private merge(inner: Observable<R>): void {
    this.unfinished++;
    inner.subscribe(new Merged(this.subscriber, this));
  }
}

/** Passes on all of what is merged but its end. */
class Merged<R> extends Subscriber<R> {
  private readonly merging: MapOrMerge<never, R>;

  constructor(subscriber: Subscriber<R>, merging: MapOrMerge<never, R>) {
    super(subscriber);
    this.merging = merging;
  }

  protected override _complete(): void {
    this.merging.finish();
    this.unsubscribe();
  }
}

/** Goes on with an answer: at once when it is at hand. Errors as a pending one does, and as `project` throws. */
export function whenKnown<T, R>(answer: MaybePending<T>, project: Project<T, R>): R | Observable<R> {
  return isPending(answer) ? from(answer).pipe(mapOrMerge(project)) : project(answer);
}

/**
 * `pipe`, with neighbours that `mapOrMerge` made fused into one: the same values, in one subscription
 * instead of one for each.
 */
export const chain = ((...operators: OperatorFunction<unknown, unknown>[]) =>
  (pipe as (...all: OperatorFunction<unknown, unknown>[]) => unknown)(...operators.reduce(fuse, []))) as typeof pipe;

function fuse(fused: OperatorFunction<unknown, unknown>[], next: OperatorFunction<unknown, unknown>) {
  const last = fused.at(-1);
  if (!last || !isStep(last) || !isStep(next)) return [...fused, next];
  const [first, second] = [last[PROJECT], next[PROJECT]];
  return [
    ...fused.slice(0, -1),
    mapOrMerge((value) => {
      const outcome = first(value);
      return isObservable(outcome) ? outcome.pipe(mapOrMerge(second)) : second(outcome);
    }),
  ];
}

function isStep<T, R>(operator: OperatorFunction<T, R>): operator is Step<T, R> {
  return PROJECT in operator;
}
