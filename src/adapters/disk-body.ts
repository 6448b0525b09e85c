import type { FileBody } from '../domain/index.js';
import { orUnavailable } from './file-trouble.js';
import { openVersion } from './file-version.js';
import type { PieceReads } from './piece-reads.js';

/** The bytes of one version of a file, for as long as it is that version. */
export function diskBody(path: string, version: string, length: number, reads: PieceReads): FileBody {
  return {
    length,
    read: async function* (first = 0, end = length) {
      const file = await orUnavailable(() => openVersion(path, version));
      try {
        yield* reads.read(file, first, end);
      } finally {
        file.close();
      }
    },
  };
}
