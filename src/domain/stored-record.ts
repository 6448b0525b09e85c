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

/** What a store says, each part of which may be lost. */
export type RecordFields = { readonly [K in keyof StoredRecord]?: StoredRecord[K] | undefined };

/** RFC 9110 §5.5, without the white space around it. */
const FIELD_VALUE = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

/**
 * What may be used of a record, whoever wrote it or lost parts of it: without a type that could not be
 * sent to a reader, and without an etag that could not be sent to an origin or belongs to unknown bytes.
 */
export function usableRecord({ type, checksum, etag }: RecordFields): Partial<StoredRecord> {
  // Field by field, always in this order: what is spread gets a shape of its own each time, and is slow to look at.
  const record: { -readonly [K in keyof StoredRecord]?: StoredRecord[K] } = {};
  if (type !== undefined && parseImageType(type) === type) record.type = type;
  if (checksum !== undefined) record.checksum = checksum;
  if (etag !== undefined && checksum !== undefined && FIELD_VALUE.test(etag)) record.etag = etag;
  return record;
}

/** Whether a picture can be served by what is known of it. */
export function isCompleteRecord(record: Partial<StoredRecord>): record is StoredRecord {
  return record.type !== undefined && record.checksum !== undefined;
}
