import { LRUCache } from 'lru-cache';
import { isLetIn } from './admission.js';
import { inSecondHalf } from './in-second-half.js';
import { isInMemory } from '../domain/index.js';
import type { ReadFile } from './file-reads.js';
import { sampledLook } from './sampled-look.js';

/** What a picture takes in memory besides its bytes, with the head that is sent with it: measured, roughly. */
const OVERHEAD = 1536;

/**
 * Milliseconds after which a reader waits for the disk to be looked at again, to see whether the file is still
 * there. For what is used in the second half of that it is looked at before, so that no reader waits.
 */
const TRUSTED = 300_000;

/** Times are those of `performance.now()`. */
interface Hot {
  readonly file: ReadFile;
  renewAt: number;
  readonly trustedUntil: number;
}

/** Files that are asked for often, in memory: the least recently used go when there is no room. */
export class HotFiles {
  readonly #files: LRUCache<string, Hot>;
  readonly #renew: (key: string, file: ReadFile) => void;

  /**
   * @param capacity Bytes, of all files together; 0 for none.
   * @param renew Called once for what is trusted, and used, when it is time to look at the disk: whatever comes of
   *   it, `keep` or `distrust` is to be called.
   */
  constructor(capacity: number, renew: (key: string, file: ReadFile) => void) {
    this.#renew = renew;
    this.#files = new LRUCache({
      // At least 1, which no file fits in: 0 would mean that there is no limit.
      maxSize: Math.max(1, capacity),
      sizeCalculation: ({ file }) => OVERHEAD + file.body.length,
    });
  }

  get size(): number {
    return this.#files.size;
  }

  /** What they take, roughly. */
  get bytes(): number {
    return this.#files.calculatedSize;
  }

  /** A file that the disk was looked at for not long ago. */
  trusted(key: string): ReadFile | undefined {
    const hot = sampledLook(this.#files, key);
    const now = performance.now();
    if (!hot || now >= hot.trustedUntil) return undefined;
    if (now >= hot.renewAt) {
      hot.renewAt = Infinity;
      this.#renew(key, hot.file);
    }
    return hot.file;
  }

  /** A file as it was when the disk was last looked at for it. */
  get(key: string): ReadFile | undefined {
    return sampledLook(this.#files, key)?.file;
  }

  has(key: string): boolean {
    return this.#files.has(key);
  }

  /** Whether a large file should be kept. */
  admits(size: number): boolean {
    const { calculatedSize, maxSize } = this.#files;
    return calculatedSize + OVERHEAD + size <= maxSize || isLetIn();
  }

  /** Bytes that stay on the disk are no use here: whether they are still there has to be looked at each time. */
  keep(key: string, file: ReadFile): void {
    if (!isInMemory(file.body)) return this.drop(key);
    const now = performance.now();
    this.#files.set(key, { file, renewAt: now + TRUSTED * inSecondHalf(), trustedUntil: now + TRUSTED });
  }

  /** The disk does not hold what is kept, as far as one can tell: whoever wants it is to look. */
  distrust(key: string): void {
    const hot = this.#files.peek(key);
    if (hot) this.#files.set(key, { file: hot.file, renewAt: -Infinity, trustedUntil: -Infinity });
  }

  drop(key: string): void {
    this.#files.delete(key);
  }
}
