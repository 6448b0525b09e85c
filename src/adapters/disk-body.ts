import type { FileHandle } from 'node:fs/promises';
import type { FileBody } from '../domain/index.js';
import { orUnavailable } from './file-trouble.js';
import { openVersion } from './file-version.js';
import { PIECE, type PieceMemory } from './piece-memory.js';

/** The bytes of one version of a file, for as long as it is that version. */
export function diskBody(path: string, version: string, length: number, memory: PieceMemory): FileBody {
  return {
    length,
    read: async function* (first = 0, end = length) {
      const handle = await orUnavailable(() => openVersion(path, version));
      try {
        yield* pieces(handle, first, end, memory);
      } finally {
        await handle.close();
      }
    },
  };
}

/** All in the same piece of memory, which is left to the garbage collector if they are not taken to the end. */
export async function* pieces(
  handle: FileHandle,
  first: number,
  end: number,
  memory: PieceMemory,
): AsyncGenerator<Uint8Array> {
  const piece = memory.take();
  for (let at = first; at < end; at += PIECE) {
    yield await orUnavailable(() => fill(piece.subarray(0, end - at), handle, at));
  }
  memory.give(piece);
}

/** Fails when the file ends before. */
export async function fill(bytes: Uint8Array, handle: FileHandle, at: number): Promise<Uint8Array> {
  for (let read = 0; read < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, at + read);
    if (bytesRead === 0) throw new Error(`the file ends after ${at + read} bytes`);
    read += bytesRead;
  }
  return bytes;
}
