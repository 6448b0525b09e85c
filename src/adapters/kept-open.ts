import { LRUCache } from 'lru-cache';
import { isLetIn } from './admission.js';
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
  until: number;
  /** Whether anybody has read it from the disk since it was last looked for. */
  isUsed: boolean;
}

/**
 * Milliseconds after which a file that is kept open is closed at the latest if nobody has asked for it, and looked for where it
 * was opened if somebody has: nobody would notice otherwise that the folders it lies in are others by now, and the space of one
 * that was removed is free again only when it is closed.
 */
const KEPT = 300_000;

/** Milliseconds between looks for those that were kept so long. */
const ROUND = 10_000;

/**
 * Large files that are asked for stay open: with a file that is open, whether it is still what it was is known without a
 * look at the disk, and reading it is all that is left to do. The least recently used are closed when there are too many.
 */
export class KeptOpen {
  readonly #files: LRUCache<string, Kept>;
  readonly #isInMemory: (key: string) => boolean;
  #round: NodeJS.Timeout | undefined;
  #isLooking = false;

  /**
   * @param most Files that are open at most.
   * @param isInMemory Whether a file is in memory as well, where nobody reads it from the disk.
   */
  constructor(most: number, isInMemory: (key: string) => boolean) {
    this.#isInMemory = isInMemory;
    this.#files = new LRUCache({ max: most, dispose: ({ file }) => file.body.letGo() });
  }

  /** A file that is open, and still on the disk as it was. */
  get(key: string): ReadFile | undefined {
    const kept = sampledLook(this.#files, key);
    if (!kept?.file.body.isCurrent) {
      this.drop(key);
      return undefined;
    }
    kept.isUsed = true;
    return kept.file;
  }

  /**
   * Has a file stay open from when it is first read. One that has come into memory meanwhile does as well: when it has to go from
   * there, its next reader is not to wait for it to be opened.
   */
  keep(key: string, file: ReadFile): void {
    if (isOnDisk(file)) file.body.offer(() => this.#admit(key, file));
  }

  drop(key: string): void {
    this.#files.delete(key);
  }

  /** Of several who come while a file is being opened, the first keeps it for all who come later. */
  #admit(key: string, file: FileOnDisk): boolean {
    const { size, max } = this.#files;
    if (this.#files.peek(key)?.file.body.isCurrent || (size === max && !isLetIn())) return false;
    this.#files.set(key, { file, until: later(), isUsed: false });
    this.#round ??= setInterval(() => void this.#lookAtOld(), ROUND).unref();
    return true;
  }

  /** One after another: nobody waits for it, and a disk that hangs has one of libuv's threads. */
  async #lookAtOld(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (const [key, kept] of [...this.#files]) if (performance.now() >= kept.until) await this.#lookAt(key, kept);
    this.#isLooking = false;
    if (this.#files.size > 0) return;
    clearInterval(this.#round);
    this.#round = undefined;
  }

  async #lookAt(key: string, kept: Kept): Promise<void> {
    const isUsed = kept.isUsed || this.#isInMemory(key);
    kept.isUsed = false;
    if (isUsed && (await kept.file.body.isInPlace().catch(() => false))) kept.until = later();
    else if (this.#files.peek(key) === kept) this.drop(key);
  }
}

function later(): number {
  return performance.now() + KEPT * inSecondHalf();
}

function isOnDisk(file: ReadFile): file is FileOnDisk {
  return file.body instanceof DiskBody;
}
