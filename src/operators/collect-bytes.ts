import { defer, map, type OperatorFunction, reduce } from 'rxjs';
import { RunningChecksum } from '../domain/index.js';

/**
 * Joins all chunks, and takes their checksum while they come, which `checksumOf` knows then. Emits once, when the source
 * completes, also if there was none; errors as it does. Shares nothing. Unsubscribing unsubscribes from the source.
 */
export function collectBytes(): OperatorFunction<Uint8Array, Uint8Array> {
  return (source) =>
    defer(() => {
      const checksum = new RunningChecksum();
      return source.pipe(
        reduce<Uint8Array, Uint8Array[]>((chunks, chunk) => {
          checksum.add(chunk);
          chunks.push(chunk);
          return chunks;
        }, []),
        map((chunks) => checksum.join(chunks)),
      );
    });
}
