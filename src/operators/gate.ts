import { defer, mergeMap, Observable, type ObservableInput, type OperatorFunction, tap } from 'rxjs';
import { Rejection } from '../domain/index.js';
import { after } from './after.js';
import { type GateOptions, gateOptions } from './gate-options.js';

/**
 * Bounds how much runs at once, across all requests that share the gate. (`mergeMap` with a
 * concurrency bounds one stream only, and each request here is a stream of its own.)
 */
export class Gate {
  readonly #options: Required<GateOptions>;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #admitting = false;

  constructor(options: GateOptions) {
    this.#options = gateOptions(options);
  }

  /** Pieces of work that run. */
  get running(): number {
    return this.#running;
  }

  /** Pieces of work that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs the work when its turn comes and mirrors it. Errors with `overloaded`: at once when too many
   * wait, later when it waited too long. Unsubscribing leaves the queue, or stops the work and frees its place.
   */
  run<T>(work: () => ObservableInput<T>): Observable<T> {
    // `finalize` would give the place of synchronous work back after its end has been seen.
    return this.#inTurn(defer(work).pipe(tap({ finalize: () => this.#leave() })));
  }

  #inTurn<T>(work: Observable<T>): Observable<T> {
    const { concurrency, queueLimit, queueTimeout, scheduler } = this.#options;
    return new Observable((subscriber) => {
      const turnAway = (why: string) => subscriber.error(new Rejection('overloaded', why));
      if (this.#running >= concurrency && this.#waiting.size >= queueLimit) {
        turnAway(`${concurrency} run and ${queueLimit} wait already`);
        return;
      }
      const enter = () => work.subscribe(subscriber);
      subscriber.add(() => this.#waiting.delete(enter));
      this.#waiting.add(enter);
      this.#admit();
      if (!this.#waiting.has(enter)) return;
      const giveUp = () => this.#waiting.has(enter) && turnAway(`no turn within ${queueTimeout} ms`);
      subscriber.add(after(queueTimeout, scheduler).subscribe(giveUp));
    });
  }

  #leave(): void {
    this.#running--;
    this.#admit();
  }

  /** A loop, not a recursion: synchronous work frees its place before its own turn is over. */
  #admit(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    for (const enter of this.#waiting) {
      if (this.#running >= this.#options.concurrency) break;
      this.#waiting.delete(enter);
      this.#running++;
      enter();
    }
    this.#admitting = false;
  }
}

/**
 * `mergeMap` with a concurrency that is shared: by all streams that pass through the same gate.
 *
 * Emits what the work for each value emits, as it comes. Errors as the work does, and with `overloaded` when the gate
 * turns a value away. Unsubscribing leaves the queue, or stops the work and frees its place.
 *
 * ```
 * values  -abc---------|
 * work    ---(r|)
 * result  ----r--r--r--|
 * ```
 *
 * @example
 * ```ts
 * import { from, map, timer } from 'rxjs';
 * import { Gate, gate } from 'img-linuxfr/operators';
 *
 * const one = new Gate({ concurrency: 1, queueLimit: Infinity });
 * const slowly = gate(one, (ms: number) => timer(ms).pipe(map(() => ms)));
 * from([20, 0]).pipe(slowly).subscribe((ms) => console.log(ms)); // 20, 0
 * ```
 * @see {@link perHost}
 */
export function gate<T, R>(places: Gate, work: (value: T) => ObservableInput<R>): OperatorFunction<T, R> {
  return mergeMap((value) => places.run(() => work(value)));
}
