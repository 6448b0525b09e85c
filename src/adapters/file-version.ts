import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Tells one state of a file from another: what is written anew, in place or not, has another version. */
export function versionOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join();
}

/** Fails when the file is not any more what it was. */
export async function openVersion(path: string, version: string): Promise<FileHandle> {
  const handle = await open(path, 'r');
  if (versionOf(await handle.stat()) === version) return handle;
  await handle.close();
  throw new Error(`${path} was replaced while it was being served`);
}
