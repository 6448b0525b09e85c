import type { ImageFormat, ImageType } from './image-type.js';
import type { Due } from './lookup.js';
import type { StoredImage } from './stored-image.js';

/** The origin sent a picture: complete, within the size limit, labelled as one image type. */
export interface FetchedImage {
  /** Tells it from `NotModified`. */
  readonly kind: 'fetched';
  /** What it was fetched for. */
  readonly due: Due;
  /** As the origin labels it; what its bytes are, `validate` finds out. */
  readonly type: ImageType;
  /** The origin's validator, as it sent it, quotes included. */
  readonly etag?: string;
  /** All of them, decoded. */
  readonly bytes: Uint8Array;
  /** It came with an earlier request, and could not be stored then. */
  readonly recalled?: true;
}

/** The origin says that the copy we hold is still the current one (304). */
export interface NotModified {
  /** Tells it from `FetchedImage`. */
  readonly kind: 'not-modified';
  /** What it was fetched for. */
  readonly due: Due;
  /** That copy. */
  readonly held: StoredImage;
  /** The origin's validator, if it sent one with the 304. */
  readonly etag?: string;
  /** It came with an earlier request, and could not be noted then. */
  readonly recalled?: true;
}

/** A fetched picture whose bytes really are one. */
export interface ValidImage extends FetchedImage {
  /** What its bytes are. */
  readonly format: ImageFormat;
}
