import { Rejection } from '../domain/index.js';

/** Whatever goes wrong with a file is a `storage-unavailable`. */
export async function orUnavailable<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageUnavailable(error);
  }
}

export function storageUnavailable(cause: unknown): Rejection {
  return new Rejection('storage-unavailable', (cause as Error).message, { cause });
}

/** For a `catch`: a file that is not there is `undefined`, every other error goes on. */
export function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

/** For a `catch`: a file that is there already is `undefined`, every other error goes on. */
export function ignorePresence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EEXIST') throw error;
}

/** For a `catch`: what cannot be looked at is `undefined`; too many open files say nothing of this one. */
export function unlessOutOfFiles(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'EMFILE' || error.code === 'ENFILE') throw error;
}
