import type { FileHandle } from 'node:fs/promises';
import { orUnavailable } from './file-trouble.js';

/** Bytes of a file that are in memory at once for each of its readers. */
export const PIECE = 32 * 1024;

/** Pieces of memory that wait to be used again; more than that are left to the garbage collector. */
const MOST_IDLE = 128;

/**
 * Pieces that are read at once. One thread of libuv's four is left to whoever else waits for the disk; and as the
 * others come one after another, thousands of readers who could take more do not fill each turn of the event loop.
 */
const AT_ONCE = 3;

/**
 * Reads files piece by piece, for all readers in turn, in memory that is used again: what lies beside the heap is
 * collected late, and its collection stops everybody.
 */
export class PieceReads {
  readonly #idle: Buffer[] = [];
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /**
   * The bytes from `first` to before `end`, all in the same piece of memory, which is left to the garbage collector
   * if they are not taken to the end. Fails with `storage-unavailable`, also when the file ends before.
   */
  async *read(handle: FileHandle, first: number, end: number): AsyncGenerator<Uint8Array> {
    const piece = this.#idle.pop() ?? Buffer.allocUnsafeSlow(PIECE);
    for (let at = first; at < end; at += PIECE) {
      yield await this.#inTurn(() => orUnavailable(() => fill(piece.subarray(0, end - at), handle, at)));
    }
    if (this.#idle.length < MOST_IDLE) this.#idle.push(piece);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < AT_ONCE) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Whoever is next takes the place of this one.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/** Fails when the file ends before. */
export async function fill(bytes: Uint8Array, handle: FileHandle, at: number): Promise<Uint8Array> {
  for (let read = 0; read < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, at + read);
    if (bytesRead === 0) throw new Error(`the file ends after ${at + read} bytes`);
    read += bytesRead;
  }
  return bytes;
}
