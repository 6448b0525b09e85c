import { defer, map, type OperatorFunction, reduce } from 'rxjs';
import { Pieces } from '../domain/checksum.js';

/**
 * Joins all chunks, and takes their checksum while they come, which `checksumOf` knows then. Emits once, when the source
 * completes, also if there was none; errors as it does. Shares nothing. Unsubscribing unsubscribes from the source.
 */
export function collectBytes(): OperatorFunction<Uint8Array, Uint8Array> {
  return (source) =>
    defer(() =>
      source.pipe(
        reduce((pieces, chunk) => pieces.add(chunk), new Pieces()),
        map((pieces) => pieces.join()),
      ),
    );
}
