import { LRUCache } from 'lru-cache';
import { isInMemory, type StoredFile } from '../domain/index.js';

/** What a file takes in memory besides its bytes, roughly. */
const OVERHEAD = 1024;

/**
 * One look in so many counts as use: what is asked for often is still found to be, and the others need not
 * touch the order of all files.
 */
const SAMPLE = 8;

/** Files that are asked for often, in memory: the least recently used go when there is no room. */
export class HotFiles {
  readonly #files: LRUCache<string, StoredFile>;
  #looks = 0;

  /** @param capacity Bytes, of all files together; 0 for none. */
  constructor(capacity: number) {
    this.#files = new LRUCache({
      // At least 1, which no file fits in: 0 would mean that there is no limit.
      maxSize: Math.max(1, capacity),
      sizeCalculation: ({ body }) => OVERHEAD + body.length,
    });
  }

  get(key: string): StoredFile | undefined {
    this.#looks = (this.#looks + 1) % SAMPLE;
    return this.#looks === 0 ? this.#files.get(key) : this.#files.peek(key);
  }

  /** Bytes that stay on the disk are no use here: whether they are still there has to be looked at each time. */
  keep(key: string, file: StoredFile): void {
    if (isInMemory(file.body)) this.#files.set(key, file);
    else this.#files.delete(key);
  }

  drop(key: string): void {
    this.#files.delete(key);
  }
}
