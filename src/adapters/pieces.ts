/** Pieces of memory of one size, which are used again: what lies beside the heap is collected late, and its collection stops everybody. */
export class Pieces {
  /** Bytes of each. */
  readonly size: number;
  readonly #most: number;
  readonly #idle: Buffer[] = [];
  #inUse = 0;

  /** @param most As many wait to be used again; others are left to the garbage collector. */
  constructor(size: number, most: number) {
    this.size = size;
    this.#most = most;
  }

  /** Whether as many are in use as may wait to be used again. */
  get isExhausted(): boolean {
    return this.#inUse >= this.#most;
  }

  take(): Buffer {
    const piece = this.#idle.pop() ?? Buffer.allocUnsafeSlow(this.size);
    this.#inUse++;
    return piece;
  }

  /** @param isFree Whether nobody looks at it any more. */
  giveBack(piece: Buffer, isFree: boolean): void {
    this.#inUse--;
    if (isFree && this.#idle.length < this.#most) this.#idle.push(piece);
  }
}
