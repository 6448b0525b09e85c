import { closeSync, openSync, readSync } from 'node:fs';

/** Where the first page of a database names what it is, and what stands there, in this machine's order of bytes. */
const MAGIC = { position: 24, value: 0xbeefc0de } as const;

/** Throws for a file that is none of LMDB's: to open it would end the process. One that is not there, or empty, becomes one. */
export function assertLmdbFile(path: string): void {
  const found = readMagic(path);
  if (found !== undefined && found !== MAGIC.value) throw new Error('it is not a database of LMDB');
}

function readMagic(path: string): number | undefined {
  const bytes = new Uint32Array(1);
  try {
    const file = openSync(path, 'r');
    try {
      return readSync(file, bytes, { position: MAGIC.position }) === 0 ? undefined : bytes[0];
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
