import type { LRUCache } from 'lru-cache';

/** One look in so many counts as use. */
const SAMPLE = 8;

/**
 * Looks into a cache of what was used least recently. What is asked for often is still found to be, though most looks do
 * not touch the order of all that is in it.
 */
export class SampledLooks<Value extends object> {
  readonly #cache: LRUCache<string, Value>;
  #looks = 0;

  constructor(cache: LRUCache<string, Value>) {
    this.#cache = cache;
  }

  look(key: string): Value | undefined {
    this.#looks = (this.#looks + 1) % SAMPLE;
    return this.#looks === 0 ? this.#cache.get(key) : this.#cache.peek(key);
  }
}
