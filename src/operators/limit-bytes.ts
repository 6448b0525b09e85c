import { defer, map, type MonoTypeOperatorFunction } from 'rxjs';
import { checkNumbers } from '../domain/check-numbers.js';
import { Rejection } from '../domain/index.js';

/**
 * Passes chunks on while their sum is at most `maxBytes`; `maxBytes` itself still passes.
 *
 * Errors with `too-large` at the chunk that goes beyond, without emitting it, and unsubscribes from the
 * source at once. Counts anew for every subscription, and shares nothing. Unsubscribing unsubscribes from the source.
 *
 * ```
 * body    -a-b-c-c-c
 * result  -a-b-#
 * ```
 *
 * Here `a` has three bytes, `b` two and `c` one, and five are allowed.
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { limitBytes } from 'img-linuxfr/operators';
 *
 * of(Buffer.from('ab'), Buffer.from('cd'), Buffer.from('ef'))
 *   .pipe(limitBytes(5))
 *   .subscribe({
 *     next: (chunk) => console.log(`${chunk}`),
 *     error: ({ code }) => console.log(code),
 *   }); // ab, cd, too-large
 * ```
 * @see {@link gate}, which bounds how much runs at once
 */
export function limitBytes(maxBytes: number): MonoTypeOperatorFunction<Uint8Array> {
  checkNumbers({ maxBytes }, 0);
  return (source) =>
    defer(() => {
      let received = 0;
      return source.pipe(
        map((chunk) => {
          received += chunk.byteLength;
          if (!(received <= maxBytes)) throw new Rejection('too-large', `more than ${maxBytes} bytes`);
          return chunk;
        }),
      );
    });
}
