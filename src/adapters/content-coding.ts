import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** The content codings that origins are asked for (RFC 9110 §8.4.1). */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

// A Map, since an origin may name anything: an object would have a `constructor`, too.
const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Takes one coding off a body; `undefined` when it is in another one, or in several.
 *
 * node-fetch would do so itself, but takes a body that ends early for a whole one.
 */
export function decoded(body: Readable, coding: string): Readable | undefined {
  if (coding === 'identity') return body;
  const decoder = DECODERS.get(coding)?.();
  // An error of either, and the end of the decoder, reach the other: whoever reads hears of them there.
  return decoder && pipeline(body, decoder, () => undefined);
}
