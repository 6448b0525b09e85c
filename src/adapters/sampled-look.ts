import type { LRUCache } from 'lru-cache';

/** One look in so many counts as use. */
const SAMPLE = 8;

/**
 * Looks into a cache of what was used least recently. What is asked for often is still found to be, though most looks do
 * not touch the order of all that is in it. Left to chance, since what is asked for in turn would be missed each time.
 */
export function sampledLook<Value extends object>(cache: LRUCache<string, Value>, key: string): Value | undefined {
  return Math.random() < 1 / SAMPLE ? cache.get(key) : cache.peek(key);
}
