import { createHash } from 'node:crypto';

/** Checksums of bytes that came piece by piece, and never change. */
const known = new WeakMap<Uint8Array, string>();

/**
 * SHA-1 in hexadecimal, the form in which Redis keeps the checksum of a stored picture. It is known of bytes that were
 * joined of pieces by `RunningChecksum`, and must not be changed.
 */
export function checksumOf(bytes: Uint8Array): string {
  return known.get(bytes) ?? new RunningChecksum().add(bytes).digest();
}

/** The checksum of bytes that come piece by piece: looking at a picture of megabytes at once takes milliseconds. */
export class RunningChecksum {
  readonly #hash = createHash('sha1');

  /** The next piece. */
  add(piece: Uint8Array): this {
    this.#hash.update(piece);
    return this;
  }

  /** Of all pieces that were added; to be asked once, at the end. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  /** Joins the pieces that were added, instead of `digest`: `checksumOf` knows the checksum of what they come to. */
  join(pieces: readonly Uint8Array[]): Uint8Array {
    const bytes = Buffer.concat(pieces);
    known.set(bytes, this.digest());
    return bytes;
  }
}
