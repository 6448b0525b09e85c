import { type CatalogueEntry, SourceUri } from '../domain/index.js';
import { entryAt, type Kept, KeptLookups, type Told } from './kept-lookups.js';
import { urisOf } from './redis-schema.js';
import type { RedisAnnouncements } from './redis-announcements.js';
import { inSecondHalf } from './in-second-half.js';

export interface TrackedLookupsOptions {
  /** One round trip. */
  readonly ask: (uri: SourceUri) => Promise<Told>;
  readonly announcements: Pick<RedisAnnouncements, 'listen' | 'since' | 'isShown' | 'shown' | 'confirmedAt' | 'close'>;
  /** Milliseconds; see `RedisCatalogueOptions`. */
  readonly grace: number;
  readonly report: (trouble: unknown) => void;
}

/**
 * Milliseconds after which Redis is asked again all the same: not all it can do is announced, such as SWAPDB.
 * What is used in the second half of that is renewed before, so that no reader waits for it.
 */
const LONGEST_KEPT = 300_000;

/** Changed pictures that are asked for before any reader does, at once. */
const MOST_RENEWALS = 64;

/**
 * Lookups in Redis that are kept until it announces a change. When it cannot be asked, stored pictures that
 * were not announced to have changed count for a grace; those that were, such as blocked ones, never do.
 */
export class TrackedLookups {
  readonly #options: TrackedLookupsOptions;
  readonly #kept = new KeptLookups();
  /** URIs, in hexadecimal, that are being changed here. */
  readonly #changing = new Set<string>();
  #renewals = 0;

  constructor(options: TrackedLookupsOptions) {
    this.#options = options;
    options.announcements.listen({
      changed: (key) => urisOf(key).forEach((hex) => this.#forget(hex)),
      flushed: () => this.#kept.dropAll(),
    });
  }

  /** Answers that are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** At once when Redis need not be asked. Rejects when it cannot be, and nothing is known good. */
  lookup(uri: SourceUri): CatalogueEntry | Promise<CatalogueEntry> {
    const now = performance.now();
    const { announcements } = this.#options;
    const isShown = announcements.isShown(now);
    const kept = this.#kept.get(uri.hex, now, announcements.since);
    if (!kept) return this.#askOrRecall(uri);
    return isShown ? this.#use(uri, kept, now) : this.#whenShown(uri, now);
  }

  /** Makes a change of our own, which is announced as well: but whoever comes right after it must see it too. */
  async changing<T>(uri: SourceUri, change: () => Promise<T>): Promise<T> {
    this.#changing.add(uri.hex);
    try {
      return await change();
    } finally {
      this.#changing.delete(uri.hex);
      this.#kept.outdate(uri.hex);
      this.#renew(uri.hex);
    }
  }

  close(): void {
    this.#options.announcements.close();
  }

  /** In the midst of a change of our own it is not asked for: the next step would change it again, and `changing` asks in the end. */
  #forget(hex: string): void {
    if (this.#kept.drop(hex) && !this.#changing.has(hex)) this.#renew(hex);
  }

  #use({ hex }: SourceUri, kept: Kept, now: number): CatalogueEntry {
    if (now >= kept.renewAt && !this.#kept.isAsked(hex)) this.#renew(hex);
    return entryAt(kept, now);
  }

  /**
   * When this process is so busy that it is late to look at what Redis has shown, those who have come meanwhile wait for that together: to
   * ask for each of them would make it busier still, for as long as readers come.
   */
  async #whenShown(uri: SourceUri, now: number): Promise<CatalogueEntry> {
    const { announcements } = this.#options;
    const isShown = await announcements.shown(now);
    const later = performance.now();
    const kept = isShown ? this.#kept.get(uri.hex, later, announcements.since) : undefined;
    return kept ? this.#use(uri, kept, later) : this.#askOrRecall(uri);
  }

  async #askOrRecall(uri: SourceUri): Promise<CatalogueEntry> {
    try {
      return await this.#ask(uri);
    } catch (error) {
      const known = this.#recall(uri, performance.now());
      if (!known) throw error;
      this.#options.report(error);
      return known;
    }
  }

  #ask(uri: SourceUri): Promise<CatalogueEntry> {
    return this.#kept.learn(uri.hex, async () => {
      const { entry, askedAt, until } = await this.#options.ask(uri);
      const renewAt = askedAt + LONGEST_KEPT * inSecondHalf();
      return { entry, askedAt, until: Math.min(until, askedAt + LONGEST_KEPT), renewAt };
    });
  }

  /** Nothing new could be recorded meanwhile, so that a stale copy is as good as a fresh one. */
  #recall({ hex }: SourceUri, now: number): CatalogueEntry | undefined {
    const known = this.#kept.knownGood(hex);
    if (!known) return undefined;
    const { entry, askedAt } = known;
    const left = this.#options.announcements.confirmedAt(askedAt) + this.#options.grace - now;
    if (left <= 0) return undefined;
    return { ...entry, freshFor: Math.max(entry.freshFor - (now - askedAt), left), unconfirmed: true };
  }

  /** Before a reader does, who would have to wait; and so that it is known when Redis goes away. */
  #renew(hex: string): void {
    const uri = SourceUri.fromHex(hex);
    if (!uri || this.#renewals >= MOST_RENEWALS) return;
    this.#renewals++;
    const done = () => void this.#renewals--;
    this.#ask(uri).then(done, done);
  }
}
