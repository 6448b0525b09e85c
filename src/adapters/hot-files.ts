import { LRUCache } from 'lru-cache';
import { isInMemory, type StoredFile } from '../domain/index.js';

/** What a file takes in memory besides its bytes, roughly. */
const OVERHEAD = 1024;

/**
 * One look in so many counts as use: what is asked for often is still found to be, and the others need not
 * touch the order of all files.
 */
const SAMPLE = 8;

/**
 * Milliseconds after which the disk is looked at again, to see whether the file is still there. Up to half of it
 * is taken away by chance, so that what was read together is not looked at again together.
 */
const TRUSTED = 30_000;

interface Hot {
  readonly file: StoredFile;
  /** In the time of `performance.now()`. */
  readonly trustedUntil: number;
}

/** Files that are asked for often, in memory: the least recently used go when there is no room. */
export class HotFiles {
  readonly #files: LRUCache<string, Hot>;
  #looks = 0;

  /** @param capacity Bytes, of all files together; 0 for none. */
  constructor(capacity: number) {
    this.#files = new LRUCache({
      // At least 1, which no file fits in: 0 would mean that there is no limit.
      maxSize: Math.max(1, capacity),
      sizeCalculation: ({ file }) => OVERHEAD + file.body.length,
    });
  }

  /** A file that the disk was looked at for not long ago. */
  trusted(key: string): StoredFile | undefined {
    const hot = this.#look(key);
    return hot && performance.now() < hot.trustedUntil ? hot.file : undefined;
  }

  /** A file as it was when the disk was last looked at for it. */
  get(key: string): StoredFile | undefined {
    return this.#look(key)?.file;
  }

  /** Bytes that stay on the disk are no use here: whether they are still there has to be looked at each time. */
  keep(key: string, file: StoredFile): void {
    const trustedUntil = performance.now() + TRUSTED * (1 - Math.random() / 2);
    if (isInMemory(file.body)) this.#files.set(key, { file, trustedUntil });
    else this.#files.delete(key);
  }

  drop(key: string): void {
    this.#files.delete(key);
  }

  #look(key: string): Hot | undefined {
    this.#looks = (this.#looks + 1) % SAMPLE;
    return this.#looks === 0 ? this.#files.get(key) : this.#files.peek(key);
  }
}
