import { defer, map, type OperatorFunction, reduce } from 'rxjs';
import { CollectedBytes } from '../domain/checksum.js';
import type { Expected } from '../domain/growing-bytes.js';

/**
 * Joins all chunks, and takes their checksum while they come, which `checksumOf` knows then. Emits once, when the source
 * completes, also if there was none; errors as it does. Shares nothing. Unsubscribing unsubscribes from the source.
 *
 * @param expected Room is made accordingly, when the first bytes have come; nothing is refused.
 */
export function collectBytes(expected?: Expected): OperatorFunction<Uint8Array, Uint8Array> {
  return (source) =>
    defer(() =>
      source.pipe(
        reduce((bytes, chunk) => bytes.add(chunk), new CollectedBytes(expected)),
        map((bytes) => bytes.whole()),
      ),
    );
}
