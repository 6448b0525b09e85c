/** Bytes of a file that are in memory at once for each of its readers. */
export const PIECE = 32 * 1024;

/** Pieces that wait to be used again; more than that are left to the garbage collector. */
const MOST_IDLE = 128;

/**
 * Memory for files that are read piece by piece, used again and again: what lies beside the heap is collected late,
 * and its collection stops everybody.
 */
export class PieceMemory {
  readonly #idle: Buffer[] = [];

  take(): Buffer {
    return this.#idle.pop() ?? Buffer.allocUnsafeSlow(PIECE);
  }

  /** By whoever took it, when nobody looks at it any more. */
  give(piece: Buffer): void {
    if (this.#idle.length < MOST_IDLE) this.#idle.push(piece);
  }
}
