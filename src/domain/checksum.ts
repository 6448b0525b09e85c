import { createHash, hash } from 'node:crypto';
import { type Expected, GrowingBytes } from './growing-bytes.js';

/** Checksums of bytes that came piece by piece. */
const known = new WeakMap<Uint8Array, string>();

/** SHA-1 in hexadecimal, the form in which Redis keeps the checksum of a stored picture. */
export function checksumOf(bytes: Uint8Array): string {
  return known.get(bytes) ?? hash('sha1', bytes);
}

/** The checksum of bytes that come piece by piece: looking at a picture of megabytes at once takes milliseconds. */
export class RunningChecksum {
  readonly #hash = createHash('sha1');

  add(piece: Uint8Array): this {
    this.#hash.update(piece);
    return this;
  }

  /** Of all pieces; to be asked once, at the end. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** Bytes that come piece by piece, and are wanted as a whole, with their checksum. */
export class CollectedBytes {
  readonly #bytes: GrowingBytes;
  readonly #checksum = new RunningChecksum();

  constructor(expected?: Expected) {
    this.#bytes = new GrowingBytes(expected);
  }

  add(piece: Uint8Array): this {
    this.#checksum.add(piece);
    this.#bytes.add(piece);
    return this;
  }

  /** All of them, to be asked once, at the end. `checksumOf` knows theirs from then on, so that nobody may change them. */
  whole(): Uint8Array {
    const bytes = this.#bytes.whole();
    known.set(bytes, this.#checksum.digest());
    return bytes;
  }
}
