import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** By which the first page of a database tells what it is, in this machine's order of bytes. */
const MAGIC = 0xbeefc0de;

/** Words of that page of which it is one, behind numbers whose width is that of the processor's. */
const HEAD = 8;

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
    if (size > 0 && (size < SHORTEST || !headOf(file).includes(MAGIC))) throw new Error('it is not a database of LMDB');
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

function headOf(file: number): Uint32Array {
  const words = new Uint32Array(HEAD);
  readSync(file, words);
  return words;
}
