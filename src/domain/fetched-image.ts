import type { ImageFormat, ImageType } from './image-type.js';
import type { Due } from './lookup.js';
import type { StoredImage } from './stored-image.js';

/** The origin sent a picture: complete, within the size limit, labelled as one image type. */
export interface FetchedImage {
  readonly modified: true;
  readonly due: Due;
  readonly type: ImageType;
  readonly etag?: string;
  readonly bytes: Uint8Array;
  /** It came with an earlier request, and could not be stored then. */
  readonly recalled?: true;
}

/** The origin says that the copy we hold is still the current one (304). */
export interface NotModified {
  readonly modified: false;
  readonly due: Due;
  readonly held: StoredImage;
  readonly etag?: string;
  readonly recalled?: true;
}

/** A fetched picture whose bytes really are one. */
export interface ValidImage extends FetchedImage {
  readonly format: ImageFormat;
}
