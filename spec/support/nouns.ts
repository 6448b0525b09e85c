import {
  checksumOf,
  type Due,
  type EncodedRequest,
  type FetchedImage,
  type ImageRequest,
  type ImageType,
  type NotModified,
  ORIGINAL,
  SourceUri,
  type StoredFile,
  type StoredImage,
  type StoredRecord,
  type ValidImage,
  type Variant,
} from '../../src/domain/index.js';

/** One picture in all the shapes that it takes on its way through the pipeline. */
export const URI = SourceUri.of('http://origin.example/picture.png');
export const URL_OF_IT = new URL('http://origin.example/picture.png');
export const AVATAR: Variant = { kind: 'avatar', height: 64 };

export const LINK: EncodedRequest = { hexUri: URI.hex, variant: ORIGINAL };
export const AVATAR_LINK: EncodedRequest = { hexUri: URI.hex, variant: AVATAR };
export const REQUEST: ImageRequest = { uri: URI, variant: ORIGINAL };
export const AVATAR_REQUEST: ImageRequest = { uri: URI, variant: AVATAR };

/** What we keep of it … */
export const OLD_BYTES = Buffer.from('the old picture');
export const FILE: StoredFile = {
  body: OLD_BYTES,
  checksum: checksumOf(OLD_BYTES),
  lastModified: new Date('2024-02-29T12:00:00Z'),
};
export const RECORD: StoredRecord = { type: 'image/png', checksum: checksumOf(OLD_BYTES), etag: '"old"' };
export const HELD: StoredImage = { ...RECORD, ...FILE };

export const FIRST_DUE: Due = { due: true, request: REQUEST };
export const DUE_AGAIN: Due = { due: true, request: REQUEST, held: HELD };

/** … and what the origin has by now. */
export const NEW_BYTES = Buffer.from('the new picture');
export const PNG = 'image/png' as ImageType;

export function fetched(due: Due = FIRST_DUE): FetchedImage {
  return { kind: 'fetched', due, type: PNG, bytes: NEW_BYTES, etag: '"new"' };
}

export function valid(due: Due = FIRST_DUE): ValidImage {
  return { ...fetched(due), format: 'png' };
}

export const NOT_MODIFIED: NotModified = { kind: 'not-modified', due: DUE_AGAIN, held: HELD };

export const STAGED_AT = new Date('2026-03-01T08:30:00Z');
export const NEW_RECORD: StoredRecord = { type: 'image/png', checksum: checksumOf(NEW_BYTES), etag: '"new"' };
export const NEW_IMAGE: StoredImage = { ...NEW_RECORD, body: NEW_BYTES, lastModified: STAGED_AT };
