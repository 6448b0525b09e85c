import { type DiskFiles, type Dimensions, dimensionsOf } from '../../../adapters/index.js';
import { isRejection, type SourceUri, type StoredFile, type StoredRecord, wholeOf } from '../../../domain/index.js';
import { lastValueFrom } from 'rxjs';

/** What lies on the disk, beside what is recorded of it. */
export type Copy =
  | { readonly file: 'none' | 'missing' }
  | { readonly file: 'unreadable'; readonly reason: string }
  | {
      /** `unrecorded`: only the file is left. */
      readonly file: 'intact' | 'altered' | 'unrecorded';
      readonly since: Date;
      readonly bytes: number;
      readonly dimensions?: Dimensions;
    };

export async function copyOf(uri: SourceUri, { checksum }: Partial<StoredRecord>, files: DiskFiles): Promise<Copy> {
  try {
    const file = await files.read(uri);
    if (!file) return { file: checksum === undefined ? 'none' : 'missing' };
    const dimensions = await dimensionsOf(await lastValueFrom(wholeOf(file.body)));
    const seen = { since: file.modified, bytes: file.body.length, ...(dimensions ? { dimensions } : {}) };
    return { file: agreement(file, checksum), ...seen };
  } catch (error) {
    if (!isRejection(error, 'storage-unavailable')) throw error;
    return { file: 'unreadable', reason: error.message };
  }
}

function agreement(file: StoredFile, checksum: string | undefined): 'intact' | 'altered' | 'unrecorded' {
  if (checksum === undefined) return 'unrecorded';
  return file.checksum === checksum ? 'intact' : 'altered';
}
