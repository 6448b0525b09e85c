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
 * What may be used of a record, whoever wrote it or lost parts of it: without a type that could not be
 * sent to a reader, and without an etag that could not be sent to an origin or belongs to unknown bytes.
 */
export function usable({ type, checksum, etag }: Partial<StoredRecord>): Partial<StoredRecord> {
  return {
    ...(type !== undefined && parseImageType(type) === type ? { type } : {}),
    ...(checksum === undefined ? {} : { checksum }),
    ...(etag !== undefined && checksum !== undefined && FIELD_VALUE.test(etag) ? { etag } : {}),
  };
}

export function isComplete(record: Partial<StoredRecord>): record is StoredRecord {
  return record.type !== undefined && record.checksum !== undefined;
}
