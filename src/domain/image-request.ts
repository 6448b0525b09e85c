import type { SourceUri } from './source-uri.js';

/** Which rendition of a picture is wanted: its own bytes, or an avatar of so many pixels in height. */
export type Variant = { readonly kind: 'original' } | { readonly kind: 'avatar'; readonly height: number };

/** The bytes of the picture itself. */
export const ORIGINAL: Variant = { kind: 'original' };

/** A request as it stands in a link: the URI still in hexadecimal. */
export interface EncodedRequest {
  readonly encodedUri: string;
  readonly variant: Variant;
}

export interface ImageRequest {
  readonly uri: SourceUri;
  readonly variant: Variant;
}
