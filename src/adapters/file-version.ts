import type { Stats } from 'node:fs';

/** Tells one state of a file from another: what is written anew, in place or not, has another version. */
export function versionOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join();
}
