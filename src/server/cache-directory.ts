import { accessSync, constants, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartFailure } from './failure.js';

/** What a full disk says, and one on which a quota is used up: what is kept is served, and the rest from memory. */
const FULL = ['ENOSPC', 'EDQUOT'];

/** Sees to it that the cache directory is there and can be written to, once there is room. */
export function assertCacheDirectory(directory: string): void {
  assertDirectory(directory);
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    // Access rights say nothing of a file system mounted read-only, so try.
    rmdirSync(mkdtempSync(join(directory, '.writable-')));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (FULL.includes(code)) return;
    throw new StartFailure(
      `the cache directory ${directory} is not writable (${code}); change its rights or name another with -d`,
    );
  }
}

/** Sees to it that the cache directory is there and can be read. */
export function assertReadableCacheDirectory(directory: string): void {
  assertDirectory(directory);
  try {
    accessSync(directory, constants.R_OK | constants.X_OK);
  } catch {
    throw new StartFailure(
      `the cache directory ${directory} is not readable; change its rights or name another with -d`,
    );
  }
}

function assertDirectory(directory: string): void {
  const stats = statSync(directory, { throwIfNoEntry: false });
  if (!stats)
    throw new StartFailure(`the cache directory ${directory} does not exist; create it or name another with -d`);
  if (!stats.isDirectory())
    throw new StartFailure(`the cache directory ${directory} is not a directory; name another with -d`);
}
