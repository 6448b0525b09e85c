/** Bytes of a SHA-1. */
const DIGEST = 20;

/** Of the slots, how many may be taken before there are twice as many. */
const MOST_TAKEN = 0.75;

/**
 * SHA-1 digests, each with another one if need be, in one piece of memory: 40 bytes a slot, or 20 where there are no
 * values, and between one and three slots for each digest. Strings in a `Map` take several times as much.
 */
export class DigestTable {
  readonly #width: number;
  #slots: Buffer;
  #taken: Uint8Array;
  #capacity = 1024;
  #size = 0;

  constructor(values: 'with values' | 'without values') {
    this.#width = values === 'with values' ? 2 * DIGEST : DIGEST;
    this.#slots = Buffer.alloc(this.#capacity * this.#width);
    this.#taken = new Uint8Array(this.#capacity);
  }

  get size(): number {
    return this.#size;
  }

  has(digest: Buffer): boolean {
    return this.#taken[this.#slotOf(digest)] === 1;
  }

  /** `undefined` when the digest is not in it. Where there are no values, it is empty. */
  get(digest: Buffer): Buffer | undefined {
    const slot = this.#slotOf(digest);
    return this.#taken[slot] === 1 ? this.#at(slot).subarray(DIGEST) : undefined;
  }

  /** Gives whether the digest is new; the value is set anyway. */
  set(digest: Buffer, value?: Buffer): boolean {
    if (this.#size >= this.#capacity * MOST_TAKEN) this.#grow();
    const slot = this.#slotOf(digest);
    const isNew = this.#taken[slot] === 0;
    this.#at(slot).set(digest);
    if (value) this.#at(slot).set(value, DIGEST);
    this.#taken[slot] = 1;
    if (isNew) this.#size++;
    return isNew;
  }

  #slotOf(digest: Buffer): number {
    // The bytes of a digest are as good as chance.
    let slot = digest.readUInt32LE(0) % this.#capacity;
    while (this.#taken[slot] === 1 && !this.#isAt(slot, digest)) slot = (slot + 1) % this.#capacity;
    return slot;
  }

  #isAt(slot: number, digest: Buffer): boolean {
    const start = slot * this.#width;
    return this.#slots.compare(digest, 0, DIGEST, start, start + DIGEST) === 0;
  }

  #at(slot: number): Buffer {
    return this.#slots.subarray(slot * this.#width, (slot + 1) * this.#width);
  }

  #grow(): void {
    const [slots, taken] = [this.#slots, this.#taken];
    this.#capacity *= 2;
    this.#slots = Buffer.alloc(this.#capacity * this.#width);
    this.#taken = new Uint8Array(this.#capacity);
    for (let slot = 0; slot < taken.length; slot++) {
      if (taken[slot] === 0) continue;
      const entry = slots.subarray(slot * this.#width, (slot + 1) * this.#width);
      const moved = this.#slotOf(entry);
      this.#at(moved).set(entry);
      this.#taken[moved] = 1;
    }
  }
}
