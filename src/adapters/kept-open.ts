import { LRUCache } from 'lru-cache';
import { DiskBody } from './disk-body.js';
import type { ReadFile } from './file-reads.js';
import { inSecondHalf } from './in-second-half.js';
import { sampledLook } from './sampled-look.js';

/** A file whose bytes stay on the disk. */
interface FileOnDisk extends ReadFile {
  readonly body: DiskBody;
}

/** `until` is a time of `performance.now()`. */
interface Kept {
  readonly file: FileOnDisk;
  readonly until: number;
}

/**
 * Milliseconds for which a file is kept open at most: nobody would notice that the folders it lies in are others by now, and
 * the space of one that was removed is free again only when it is closed.
 */
const KEPT = 300_000;

/** Milliseconds between looks for those that were kept so long, and are not asked for any more. */
const ROUND = 10_000;

/** When there are as many, one in so many is let in all the same, so that others do not go for those that are asked for once. */
const ADMITTED = 8;

/**
 * Large files that are asked for often stay open: with a file that is open, whether it is still what it was is known without
 * a look at the disk, and reading it is all that is left to do. The least recently used are closed when there are too many.
 */
export class KeptOpen {
  readonly #files: LRUCache<string, Kept> | undefined;
  #nextRound = performance.now() + ROUND;

  /** @param most Files that are open at most; 0 for none. */
  constructor(most: number) {
    if (most > 0) this.#files = new LRUCache({ max: most, dispose: ({ file }) => file.body.letGo() });
  }

  /** A file that is open, and still on the disk as it was. */
  get(key: string): ReadFile | undefined {
    if (!this.#files) return undefined;
    const now = performance.now();
    if (now >= this.#nextRound) this.#closeOld(this.#files, now);
    const kept = sampledLook(this.#files, key);
    if (!kept) return undefined;
    if (kept.file.body.isCurrent) return kept.file;
    this.drop(key);
    return undefined;
  }

  /** Has a file stay open from when it is first taken. */
  keep(key: string, file: ReadFile): void {
    if (!this.#files || !isOnDisk(file) || !this.#admits(this.#files)) return;
    this.#files.set(key, { file, until: performance.now() + KEPT * inSecondHalf() });
    // Last, since the same file may have been kept before, which is let go then.
    file.body.stayOpen();
  }

  drop(key: string): void {
    this.#files?.delete(key);
  }

  #admits({ size, max }: LRUCache<string, Kept>): boolean {
    return size < max || Math.random() < 1 / ADMITTED;
  }

  #closeOld(files: LRUCache<string, Kept>, now: number): void {
    this.#nextRound = now + ROUND;
    for (const [key, { until }] of files) if (now >= until) files.delete(key);
  }
}

function isOnDisk(file: ReadFile): file is FileOnDisk {
  return file.body instanceof DiskBody;
}
