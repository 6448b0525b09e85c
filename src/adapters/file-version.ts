import type { Stats } from 'node:fs';
import { OpenFile } from './open-file.js';

/** Tells one state of a file from another: what is written anew, in place or not, has another version. */
export function versionOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join();
}

/** Fails when the file is not any more what it was. */
export async function openVersion(path: string, version: string): Promise<OpenFile> {
  const file = await OpenFile.open(path);
  if (versionOf(file.stats) === version) return file;
  file.close();
  throw new Error(`${path} was replaced while it was being served`);
}
