import { defer, map, type MonoTypeOperatorFunction } from 'rxjs';
import { Rejection } from '../domain/index.js';

/**
 * Passes chunks on while their sum is at most `maxBytes`; `maxBytes` itself still passes.
 *
 * Errors with `too-large` at the chunk that goes beyond, without emitting it, and unsubscribes from the
 * source at once. Counts anew for every subscription.
 */
export function limitBytes(maxBytes: number): MonoTypeOperatorFunction<Uint8Array> {
  return (source) =>
    defer(() => {
      let received = 0;
      return source.pipe(
        map((chunk) => {
          received += chunk.byteLength;
          if (received > maxBytes) throw new Rejection('too-large', `more than ${maxBytes} bytes`);
          return chunk;
        }),
      );
    });
}
