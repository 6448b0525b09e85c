import { defer, map, type OperatorFunction, reduce } from 'rxjs';
import { CollectedBytes } from '../domain/checksum.js';

/**
 * Joins all chunks, and takes their checksum while they come, which `checksumOf` knows then. Emits once, when the source
 * completes, also if there was none; errors as it does. Shares nothing. Unsubscribing unsubscribes from the source.
 *
 * @param announced How many bytes are said to come, for which room is made when the first have come.
 */
export function collectBytes(announced?: number): OperatorFunction<Uint8Array, Uint8Array> {
  return (source) =>
    defer(() =>
      source.pipe(
        reduce((bytes, chunk) => bytes.add(chunk), new CollectedBytes(announced)),
        map((bytes) => bytes.whole()),
      ),
    );
}
