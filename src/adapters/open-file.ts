import { close, closeSync, fstatSync, open, read, readSync, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { isSameVersion, versionOf } from './file-version.js';

const [opening, reading] = [promisify(open), promisify(read)];

/** Milliseconds for which a look is trusted: about as long as it takes from a request to the first byte of its answer when there are many. */
const MOMENT = 10;

/**
 * A file that is open for reading. It is closed, and what is known of an open file asked for, without a trip to libuv's
 * threads: neither waits for the disk, and the trip takes ten times as long.
 */
export class OpenFile {
  /** When it was opened. */
  readonly stats: Stats;
  readonly version: string;
  readonly #descriptor: number;
  /** When it was last seen to be current. */
  #seenAt = performance.now();
  #users = 1;
  #isAtHand = false;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.stats = fstatSync(descriptor);
    this.version = versionOf(this.stats);
  }

  /** Rejects as `open` does. */
  static async open(path: string): Promise<OpenFile> {
    return new OpenFile(await opening(path, 'r'));
  }

  /** Whether it is still what it was when it was opened, and has neither been removed nor replaced, as far as one can tell. */
  get isCurrent(): boolean {
    const isUnchanged = this.#isUnchanged();
    if (isUnchanged) this.#seenAt = performance.now();
    return isUnchanged;
  }

  /** Whether it is current, or was when somebody looked a moment ago (10 ms). */
  get isTrusted(): boolean {
    return performance.now() - this.#seenAt < MOMENT || this.isCurrent;
  }

  /**
   * Whether all of it was read at once since it was opened: most likely the kernel still has it in memory, and reading it again
   * does not wait for the disk.
   */
  get isAtHand(): boolean {
    return this.#isAtHand;
  }

  /** Fills memory with what the file has from `at`. Rejects when it ends before. */
  async fill(bytes: Uint8Array, at: number): Promise<Uint8Array> {
    for (let filled = 0; filled < bytes.length;) {
      const { bytesRead } = await reading(this.#descriptor, bytes, filled, bytes.length - filled, at + filled);
      filled += unlessNone(bytesRead, at + filled);
    }
    this.#isAtHand ||= bytes.length === this.stats.size;
    return bytes;
  }

  /** The same on the event loop, so that everybody waits. */
  fillNow(bytes: Uint8Array, at: number): Uint8Array {
    for (let filled = 0; filled < bytes.length;) {
      const bytesRead = readSync(this.#descriptor, bytes, filled, bytes.length - filled, at + filled);
      filled += unlessNone(bytesRead, at + filled);
    }
    return bytes;
  }

  /** For one more user, who is to close it as well. */
  share(): this {
    this.#users++;
    return this;
  }

  /** The last of its users closes it. */
  close(): void {
    if (--this.#users === 0) closeSync(this.#descriptor);
  }

  /** The same, with a trip: closing one that was removed takes milliseconds, since its space is freed. */
  closeLater(): void {
    if (--this.#users === 0) close(this.#descriptor);
  }

  #isUnchanged(): boolean {
    try {
      const stats = fstatSync(this.#descriptor);
      // POSIX asks for a new ctime only for what has other links left; most systems set it anyway.
      return stats.nlink > 0 && isSameVersion(stats, this.stats);
    } catch {
      // A file that is gone from a network file system cannot even be asked.
      return false;
    }
  }
}

function unlessNone(bytesRead: number, at: number): number {
  if (bytesRead === 0) throw new Error(`the file ends after ${at} bytes`);
  return bytesRead;
}
