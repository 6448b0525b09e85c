import type { Outcome } from '../fetching.js';

/** Examples of each outcome that are shown. */
const EXAMPLES = 10;

/** Those with which readers see a picture; every other one is a failure. */
const GOOD: ReadonlySet<Outcome | 'bad line'> = new Set(['hit', 'fetched', 'not modified', 'stale']);

interface Example {
  readonly what: string;
  readonly reason: string;
}

interface Entry {
  readonly outcome: Outcome | 'bad line';
  count: number;
  readonly examples: Example[];
}

/** Counts what pictures came to, in memory that does not grow with them. */
export class Summary {
  readonly #entries = new Map<Entry['outcome'], Entry>();

  /** @param example Of what there is a reason to tell. */
  add(outcome: Entry['outcome'], example?: Example): void {
    const entry = this.#entries.get(outcome) ?? { outcome, count: 0, examples: [] };
    this.#entries.set(outcome, entry);
    entry.count++;
    if (example && entry.examples.length < EXAMPLES) entry.examples.push(example);
  }

  get failed(): number {
    return this.#sum(({ outcome }) => !GOOD.has(outcome));
  }

  get document(): object {
    return { count: this.#sum(() => true), failed: this.failed, outcomes: this.#sorted() };
  }

  get lines(): string[] {
    return [
      ...this.#sorted().flatMap(({ outcome, count, examples }) => [
        `${outcome}: ${count}`,
        ...examples.map(({ what, reason }) => `  ${what}: ${reason}`),
        ...(examples.length > 0 && count > examples.length ? [`  and ${count - examples.length} more`] : []),
      ]),
      `${this.#sum(() => true)} pictures, ${this.failed} failed`,
    ];
  }

  /** The most frequent first. */
  #sorted(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => b.count - a.count);
  }

  #sum(isCounted: (entry: Entry) => boolean): number {
    return [...this.#entries.values()].filter(isCounted).reduce((sum, { count }) => sum + count, 0);
  }
}
