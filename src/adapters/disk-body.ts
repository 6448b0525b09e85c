import type { FileHandle } from 'node:fs/promises';
import type { FileBody } from '../domain/index.js';
import { orUnavailable } from './file-trouble.js';
import { openVersion } from './file-version.js';

/** Bytes of a file that are in memory at once for each of its readers. */
export const PIECE = 64 * 1024;

/** The bytes of one version of a file, for as long as it is that version. */
export function diskBody(path: string, version: string, length: number): FileBody {
  return { length, read: (first = 0, end = length) => pieces(path, version, first, end) };
}

async function* pieces(path: string, version: string, first: number, end: number): AsyncGenerator<Uint8Array> {
  const handle = await orUnavailable(() => openVersion(path, version));
  try {
    for (let at = first; at < end; at += PIECE) {
      yield await orUnavailable(() => readExactly(handle, at, Math.min(PIECE, end - at)));
    }
  } finally {
    await handle.close();
  }
}

/** Fails when the file ends before. */
export async function readExactly(handle: FileHandle, at: number, length: number): Promise<Uint8Array> {
  // Not from the pool: a small picture would keep its neighbours in memory.
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let read = 0; read < length;) {
    const { bytesRead } = await handle.read(bytes, read, length - read, at + read);
    if (bytesRead === 0) throw new Error(`the file ends after ${at + read} bytes`);
    read += bytesRead;
  }
  return bytes;
}
