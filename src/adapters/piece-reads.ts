import type { LentBytes } from '../domain/index.js';
import { storageUnavailable } from './file-trouble.js';
import { LoopReads } from './loop-reads.js';
import type { OpenFile } from './open-file.js';
import { Pieces } from './pieces.js';

/**
 * Bytes of a file that are in memory at once for each of its readers: so many for thousands, and more for the first of
 * them, who have most files with one read.
 */
export const PIECE = 32 * 1024;
const LARGE_PIECE = 4 * PIECE;

const MOST_IDLE = 128;
const MOST_LARGE = 64;

/**
 * Pieces that threads read at once. One thread of libuv's four is left to whoever else waits for the disk; and as the
 * others come one after another, thousands of readers who could take more do not fill each turn of the event loop.
 */
const AT_ONCE = 3;

/** As much of an open file as reading it takes. */
export type PieceSource = Pick<OpenFile, 'fill' | 'fillNow' | 'isAtHand' | 'close'>;

/** Reads files for all readers in turn: at once on the event loop what is at hand, and piece by piece with threads what is not. */
export class PieceReads {
  readonly #small = new Pieces(PIECE, MOST_IDLE);
  readonly #large = new Pieces(LARGE_PIECE, MOST_LARGE);
  readonly #loop = new LoopReads();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** The bytes from `first` to before `end` in one piece, if the event loop may read it; `undefined` also when it fails. */
  lend(file: PieceSource, first: number, end: number): LentBytes | undefined {
    const pieces = this.#piecesFor(end - first);
    if (end - first > pieces.size) return undefined;
    const piece = pieces.take();
    const giveBack = () => pieces.giveBack(piece, true);
    const bytes = this.#fillNow(file, piece.subarray(0, end - first), first);
    if (bytes) return { bytes, giveBack };
    giveBack();
    return undefined;
  }

  /**
   * The bytes from `first` to before `end`, all in the same piece of memory, which is left to the garbage collector
   * if they are not taken to the end. Fails with `storage-unavailable`, also when the file ends before, or as `open` does.
   *
   * @param open Called for the first of them; what it gives is closed after the last, or when no more are taken.
   */
  async *read(
    open: () => PieceSource | Promise<PieceSource>,
    first: number,
    end: number,
  ): AsyncGenerator<Uint8Array, void> {
    const file = await open();
    const pieces = this.#piecesFor(end - first);
    let piece: Buffer | undefined;
    let isFree = false;
    try {
      piece = pieces.take();
      for (let at = first; at < end; at += piece.length) {
        const some = piece.subarray(0, end - at);
        yield this.#fillNow(file, some, at) ?? (await this.#inTurn(() => file.fill(some, at)));
      }
      isFree = true;
    } catch (error) {
      throw storageUnavailable(error);
    } finally {
      if (piece) pieces.giveBack(piece, isFree);
      file.close();
    }
  }

  #piecesFor(length: number): Pieces {
    return length <= PIECE || this.#large.isExhausted ? this.#small : this.#large;
  }

  /** What went wrong will do so again in a thread, and be told. */
  #fillNow(file: PieceSource, bytes: Uint8Array, at: number): Uint8Array | undefined {
    try {
      return this.#loop.fill(file, bytes, at);
    } catch {
      return undefined;
    }
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
