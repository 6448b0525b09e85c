import { LRUCache } from 'lru-cache';
import type { CatalogueEntry } from '../domain/index.js';

/** An answer of the catalogue. Times are those of `performance.now()`. */
export interface Kept {
  readonly entry: CatalogueEntry;
  readonly askedAt: number;
  /** When it stops to be true by itself, if nothing is changed. */
  readonly until: number;
}

/** The least recently used is asked for again beyond this many. */
const MOST = 100_000;

/** Answers of a catalogue that tells what changes, kept until they are changed or over. */
export class KeptLookups {
  readonly #kept = new LRUCache<string, Kept>({ max: MOST });
  readonly #asking = new Map<string, symbol>();

  /** What is kept for a URI, as it is by now. */
  get(hex: string, now: number): CatalogueEntry | undefined {
    const kept = this.#kept.get(hex);
    if (!kept || now >= kept.until) return undefined;
    const { entry, askedAt } = kept;
    if (entry.status !== 'declared' || entry.freshFor === 0) return entry;
    return { ...entry, freshFor: entry.freshFor - (now - askedAt) };
  }

  /** Says that the catalogue is being asked; call what it gives with the answer, unless that never comes. */
  ask(hex: string): (answer: Kept) => void {
    const asking = Symbol();
    this.#asking.set(hex, asking);
    return (answer) => {
      // What was changed meanwhile may have been changed before the answer was given, or after it.
      if (this.#asking.get(hex) !== asking) return;
      this.#asking.delete(hex);
      this.#kept.set(hex, answer);
    };
  }

  /** It was changed, or is about to be. */
  drop(hex: string): void {
    this.#kept.delete(hex);
    this.#asking.delete(hex);
  }

  dropAll(): void {
    this.#kept.clear();
    this.#asking.clear();
  }
}
