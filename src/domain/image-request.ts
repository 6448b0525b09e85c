import type { SourceUri } from './source-uri.js';

/** Which rendition of a picture is wanted: its own bytes, or an avatar of so many pixels in height. */
export type Variant = { readonly kind: 'original' } | { readonly kind: 'avatar'; readonly height: number };

/** The bytes of the picture itself. */
export const ORIGINAL: Variant = { kind: 'original' };

/** A request as it stands in a link: the URI still in hexadecimal. */
export interface EncodedRequest {
  /** `SourceUri.hex`, in either case; what is no such thing is an `invalid-parameters`. */
  readonly hexUri: string;
  /** `ORIGINAL`, or an avatar. */
  readonly variant: Variant;
}

/** A request whose link was read. */
export interface ImageRequest {
  /** As the site declared it. */
  readonly uri: SourceUri;
  /** `ORIGINAL`, or an avatar. */
  readonly variant: Variant;
}
