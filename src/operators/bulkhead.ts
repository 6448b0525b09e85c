import { defer, finalize, type Observable, type ObservableInput } from 'rxjs';
import { Gate, type GateOptions } from './gate.js';

/**
 * A gate for each key, so that whoever is slow holds up nobody else. Gates that nobody uses are
 * forgotten.
 */
export class Bulkhead {
  readonly #options: GateOptions;
  readonly #gates = new Map<string, Gate>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Keys for which work runs or waits. */
  get size(): number {
    return this.#gates.size;
  }

  /** Runs the work when its turn among those with the same key comes; see `Gate.run`. */
  run<T>(key: string, work: () => ObservableInput<T>): Observable<T> {
    return defer(() => {
      const gate = this.#gates.get(key) ?? new Gate(this.#options);
      this.#gates.set(key, gate);
      return gate.run(work).pipe(finalize(() => this.#forget(key, gate)));
    });
  }

  #forget(key: string, gate: Gate): void {
    if (gate.isIdle) this.#gates.delete(key);
  }
}
