import type { OperatorFunction } from 'rxjs';
import { type EncodedRequest, type ImageRequest, Rejection, SourceUri } from '../domain/index.js';
import { mapOrMerge } from './map-or-merge.js';

/**
 * Reads the hexadecimal URI of a link.
 *
 * Errors with `invalid-parameters` when it is empty, of odd length or not hexadecimal.
 */
export function decode(): OperatorFunction<EncodedRequest, ImageRequest> {
  return mapOrMerge(({ hexUri, variant }) => {
    const uri = SourceUri.fromHex(hexUri);
    if (!uri) throw new Rejection('invalid-parameters', 'the link does not hold a URI in hexadecimal');
    return { uri, variant };
  });
}
