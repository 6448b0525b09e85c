/** How much more than what is there is made room for at once, when so much was announced; and when it was not. */
const BELIEVED = 8;
const GROWTH = 2;

/** How many bytes there may be. */
export interface Expected {
  /** How many are said to come; not believed at once, since who says so may send none. */
  readonly announced?: number | undefined;
  /** How many are let through; no room is made for more. */
  readonly most?: number;
}

/**
 * Bytes that come piece by piece, and are put where they stay as they come, if it was announced how many there will be:
 * to join megabytes at the end takes milliseconds, and pieces that wait for that are old to the garbage collector, which
 * then has twice as much to collect the slow way.
 */
export class GrowingBytes {
  readonly #announced: number;
  readonly #most: number;
  #room: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor({ announced = 0, most = Infinity }: Expected = {}) {
    this.#announced = announced;
    this.#most = most;
  }

  add(piece: Uint8Array): this {
    const needed = this.#length + piece.length;
    if (needed > this.#room.length) this.#grow(needed);
    this.#room.set(piece, this.#length);
    this.#length = needed;
    return this;
  }

  /** All of them, in memory of just their size; to be asked once, at the end. */
  whole(): Buffer {
    return this.#length === this.#room.length ? this.#room : exactly(this.#length, this.#room);
  }

  #grow(needed: number): void {
    const wanted = needed <= this.#announced ? Math.min(BELIEVED * needed, this.#announced) : GROWTH * needed;
    const size = Math.max(needed, Math.min(wanted, this.#most));
    this.#room = exactly(size, this.#room.subarray(0, this.#length));
  }
}

/** Not from the pool: what is kept would keep its neighbours. */
function exactly(size: number, bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(size);
  bytes.copy(copy);
  return copy;
}
