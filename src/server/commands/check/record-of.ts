import type { RecordFields } from '../../../domain/index.js';

/** What the fields of an image record of a picture. As for the service, what is empty is not there. */
export function recordOf(fields: ReadonlyMap<string, string>): Pick<RecordFields, 'type' | 'checksum'> {
  return { type: fields.get('type') || undefined, checksum: fields.get('checksum') || undefined };
}
