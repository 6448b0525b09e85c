import { defer, finalize, type Observable, type ObservableInput } from 'rxjs';
import { Gate } from './gate.js';
import { type GateOptions, gateOptions } from './gate-options.js';

/** A gate, and how many run or wait there. */
interface Used {
  readonly gate: Gate;
  users: number;
}

/**
 * A gate for each key, so that whoever is slow holds up nobody else. Gates that nobody uses are
 * forgotten.
 */
export class KeyedGate {
  readonly #options: GateOptions;
  readonly #used = new Map<string, Used>();

  constructor(options: GateOptions) {
    this.#options = gateOptions(options);
  }

  /** Keys for which work runs or waits. */
  get size(): number {
    return this.#used.size;
  }

  /** Runs the work when its turn among those with the same key comes; see `Gate.run`. */
  run<T>(key: string, work: () => ObservableInput<T>): Observable<T> {
    return defer(() => {
      const used = this.#used.get(key) ?? { gate: new Gate(this.#options), users: 0 };
      this.#used.set(key, used);
      used.users++;
      return used.gate.run(work).pipe(finalize(() => this.#leave(key, used)));
    });
  }

  /** Counted here, not asked of the gate: work that had to wait for its turn gives its place back only after this. */
  #leave(key: string, used: Used): void {
    used.users--;
    if (used.users === 0) this.#used.delete(key);
  }
}
