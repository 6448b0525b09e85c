import { readFileSync } from 'node:fs';
import type { OpenFile } from './open-file.js';

/**
 * Milliseconds that such a read takes at most, unless it waits for the disk or others get the processor. To wait for a disk that
 * is quicker takes no longer than the trip to a thread.
 */
const PROMPT = 0.25;

/** Of so many milliseconds, no more than one is spent waiting for the disk. */
const SHARE = 100;

/**
 * Milliseconds that may be spent so at once all the same: a file now and then that the kernel has no more in memory is no
 * reason to leave all to threads.
 */
const ALLOWANCE = 10;

/**
 * Reads on the event loop what the kernel most likely has in memory, which takes a fraction of what a trip to libuv's threads
 * does. Node cannot ask the kernel not to wait for the disk (`RWF_NOWAIT`): reads that are late and have waited for it stopped
 * everybody, and when they took too long, all are left to libuv's threads for a while.
 */
export class LoopReads {
  readonly #bytesFromDisk: () => number;
  #known: number;
  /** When the time spent waiting is no more than its share. */
  #settledAt = -Infinity;

  /** @param bytesFromDisk What the disk has given to this thread so far; infinite when nobody can tell. */
  constructor(bytesFromDisk = accountOfThread) {
    this.#bytesFromDisk = bytesFromDisk;
    this.#known = bytesFromDisk();
  }

  /** Fills memory with what the file has from `at`, or leaves it to others. Throws when the file ends before. */
  fill(file: Pick<OpenFile, 'fillNow' | 'isAtHand'>, bytes: Uint8Array, at: number): Uint8Array | undefined {
    const begun = performance.now();
    if (!file.isAtHand || begun < this.#settledAt - SHARE * ALLOWANCE) return undefined;
    let isFilled = false;
    try {
      file.fillNow(bytes, at);
      isFilled = true;
    } finally {
      const ended = performance.now();
      const took = ended - begun;
      // A disk that fails gives nothing, however long it was waited for.
      const hasWaited = took > PROMPT && (!isFilled || this.#hasCome(bytes.length));
      if (hasWaited) this.#settledAt = Math.max(this.#settledAt, ended) + SHARE * took;
    }
    return bytes;
  }

  /** Fewer bytes than were read are no evidence: parts of the program itself come from the disk now and then. */
  #hasCome(length: number): boolean {
    const before = this.#known;
    this.#known = this.#bytesFromDisk();
    return this.#known - before >= length || this.#known === Infinity;
  }
}

/** See proc_pid_io(5). */
function accountOfThread(): number {
  try {
    const [, bytes] = /^read_bytes: (\d+)$/m.exec(readFileSync('/proc/thread-self/io', 'latin1')) ?? [];
    return Number(bytes ?? Infinity);
  } catch {
    return Infinity;
  }
}
