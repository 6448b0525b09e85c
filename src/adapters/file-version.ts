import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ignoreAbsence, orUnavailable } from './file-trouble.js';

/** Tells one state of a file from another: what is written anew, in place or not, has another version. */
export function versionOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join();
}

/** Whether two looks saw the same version, without `versionOf`: to write four numbers takes longer than such a look itself. */
export function isSameVersion(one: Stats, other: Stats): boolean {
  return (
    one.mtimeMs === other.mtimeMs && one.ctimeMs === other.ctimeMs && one.size === other.size && one.ino === other.ino
  );
}

/** Whether a path still leads to this version of a file; errors with `storage-unavailable`. */
export async function leadsTo(path: string, version: string): Promise<boolean> {
  const stats = await orUnavailable(() => stat(path).catch(ignoreAbsence));
  return stats !== undefined && versionOf(stats) === version;
}
