import { LRUCache } from 'lru-cache';
import type { CatalogueEntry } from '../domain/index.js';
import { sampledLook } from './sampled-look.js';

/** An answer of the catalogue. Times are those of `performance.now()`. */
export interface Told {
  readonly entry: CatalogueEntry;
  readonly askedAt: number;
  /** When it stops to be true by itself, if nothing is changed. */
  readonly until: number;
}

export interface Kept extends Told {
  /** When whoever uses it sees to it that it is asked for again. */
  readonly renewAt: number;
}

/** The least recently used are asked for again beyond so many. */
const MOST = 50_000;

/** The hexadecimal digits of a URI that take the room of one: most have fewer. One with more takes the room of several. */
const DIGITS = 640;

/**
 * Answers of a catalogue that tells what changes, by the hexadecimal URI, kept until they are changed or over.
 * What is undeclared is not kept: there is no end to what readers can ask for.
 */
export class KeptLookups {
  readonly #kept = new LRUCache<string, Kept>({
    // With `max` instead, room for all of them would be made at the start.
    maxSize: MOST * DIGITS,
    sizeCalculation: (_, hex) => Math.max(hex.length, DIGITS),
  });
  readonly #asking = new Map<string, symbol>();

  /** Answers that are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** What is kept since `since` or later, and is not over by now. */
  get(hex: string, now: number, since: number): Kept | undefined {
    const kept = sampledLook(this.#kept, hex);
    return kept && now < kept.until && kept.askedAt >= since ? kept : undefined;
  }

  /** Whether it is being asked for. */
  isAsked(hex: string): boolean {
    return this.#asking.has(hex);
  }

  /** The stored picture that is kept, whenever that was, and when it was asked for. */
  knownGood(hex: string): (Kept & { readonly entry: CatalogueEntry & { status: 'declared' } }) | undefined {
    const kept = this.#kept.peek(hex);
    return kept && isStored(kept.entry) ? { ...kept, entry: kept.entry } : undefined;
  }

  /** Asks, and keeps the answer unless it was changed, or asked for again, meanwhile. Rejects as `ask` does. */
  async learn(hex: string, ask: () => Promise<Kept>): Promise<CatalogueEntry> {
    const asking = Symbol();
    this.#asking.set(hex, asking);
    try {
      const answer = await ask();
      // What was changed meanwhile may have been changed before the answer was given, or after it.
      if (answer.entry.status === 'undeclared') this.#kept.delete(hex);
      else if (this.#asking.get(hex) === asking) this.#kept.set(hex, answer);
      else if (!isStored(answer.entry)) this.#kept.delete(hex);
      return answer.entry;
    } finally {
      if (this.#asking.get(hex) === asking) this.#asking.delete(hex);
    }
  }

  /** It is not any more what it was, but nobody found fault with it: known good, if it was. */
  outdate(hex: string): void {
    const kept = this.#kept.peek(hex);
    this.#asking.delete(hex);
    if (kept) this.#kept.set(hex, { ...kept, until: -Infinity });
  }

  /** It was changed by somebody. Gives whether anything was kept or is being asked. */
  drop(hex: string): boolean {
    const wasKept = this.#kept.delete(hex);
    return this.#asking.delete(hex) || wasKept;
  }

  dropAll(): void {
    this.#kept.clear();
    this.#asking.clear();
  }
}

/** What an answer means by now, when some of the freshness it tells of is over. */
export function entryAt({ entry, askedAt }: Told, now: number): CatalogueEntry {
  if (entry.status !== 'declared' || entry.freshFor === 0) return entry;
  const { stored, error } = entry;
  const freshFor = entry.freshFor - (now - askedAt);
  // Of a hit: field by field, since what is spread and then changed takes V8 a tenth of all that a hit takes.
  return stored && error === undefined ? { status: 'declared', freshFor, stored } : { ...entry, freshFor };
}

function isStored(entry: CatalogueEntry): entry is CatalogueEntry & { status: 'declared' } {
  return entry.status === 'declared' && entry.stored !== undefined;
}
