import { type Dimensions, dimensionsOf } from '../../../adapters/sharp-dimensions.js';
import { excessIn } from '../../../adapters/sharp-pixels.js';
import type { DiskFiles } from '../../../adapters/index.js';
import { isRejection, type SourceUri, type StoredFile, type StoredRecord, bytesOf } from '../../../domain/index.js';
import { lastValueFrom } from 'rxjs';
import type { Options } from '../../options.js';

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
      /** Why no avatar can be made of it. */
      readonly excess?: string;
    };

export async function copyOf(
  uri: SourceUri,
  { checksum }: Partial<StoredRecord>,
  files: DiskFiles,
  { maxPixels, avatarHeight }: Options,
): Promise<Copy> {
  try {
    const file = await files.read(uri);
    if (!file) return { file: checksum === undefined ? 'none' : 'missing' };
    const bytes = await lastValueFrom(bytesOf(file.body));
    const dimensions = await dimensionsOf(bytes);
    const excess = avatarHeight > 0 ? await excessIn(bytes, maxPixels) : undefined;
    const seen = {
      ...{ since: file.lastModified, bytes: file.body.length },
      ...(dimensions ? { dimensions } : {}),
      ...(excess === undefined ? {} : { excess }),
    };
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
