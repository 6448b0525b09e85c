import type { DiskSurvey } from '../../../adapters/disk-survey.js';

/** What a look at a file gave: its SHA-1 in hexadecimal, nothing, or why it cannot be read. */
export type FileState =
  | { readonly is: 'read'; readonly checksum: string }
  | { readonly is: 'missing' }
  | { readonly is: 'unreadable'; readonly code: string };

export async function fileState(survey: DiskSurvey, place: string): Promise<FileState> {
  try {
    const checksum = await survey.checksum(place);
    return checksum === undefined ? { is: 'missing' } : { is: 'read', checksum };
  } catch (error) {
    return { is: 'unreadable', code: troubleOfFile(error) };
  }
}

/** What is wrong with a file, by its code; any other error is thrown. */
export function troubleOfFile(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // Too many open files say nothing of this one.
  if (code === undefined || syscall === undefined || code === 'EMFILE' || code === 'ENFILE') throw error;
  return code;
}
