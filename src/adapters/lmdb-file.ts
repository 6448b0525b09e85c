import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Where the first page of a database names what it is, and what stands there, in this machine's order of bytes. */
const MAGIC = { position: 24, value: 0xbeefc0de } as const;

/** It begins with two pages of at least 4 KiB. */
const SHORTEST = 8192;

/**
 * Throws for a file that is none of LMDB's, or the torn beginning of one: to open it would end the process. One that is
 * not there, or empty, becomes one.
 */
export function assertLmdbFile(path: string): void {
  const file = openIfThere(path);
  if (file === undefined) return;
  try {
    const { size } = fstatSync(file);
    if (size > 0 && (size < SHORTEST || magicOf(file) !== MAGIC.value)) throw new Error('it is not a database of LMDB');
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function magicOf(file: number): number | undefined {
  const bytes = new Uint32Array(1);
  readSync(file, bytes, { position: MAGIC.position });
  return bytes[0];
}
