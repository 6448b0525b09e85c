import { parseImageType } from './image-type.js';

/** What the catalogue knows of a picture we keep. */
export interface StoredRecord {
  /** Media type as the origin declared it, without parameters. */
  readonly type: string;
  /** SHA-1 of the original bytes, hexadecimal. */
  readonly checksum: string;
  /** The origin's own validator, to ask it whether its picture has changed. */
  readonly etag?: string;
}

/** RFC 9110 §5.5, without the white space around it. */
const FIELD_VALUE = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

/**
 * A record as it may be used, whoever wrote it: `undefined` when its type is none that could be sent to
 * a reader, and without an etag that could not be sent to an origin.
 */
export function usable({ type, checksum, etag }: StoredRecord): StoredRecord | undefined {
  if (parseImageType(type) !== type) return undefined;
  return etag !== undefined && FIELD_VALUE.test(etag) ? { type, checksum, etag } : { type, checksum };
}
