import type { Stats } from 'node:fs';

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
