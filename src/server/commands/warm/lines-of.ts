import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { StartFailure } from '../../failure.js';

/** Lines that come from somewhere, no faster than they are taken. */
export interface Lines {
  readonly lines: AsyncIterable<string>;
  /** Of all lines together, in bytes; `undefined` when nobody can tell. */
  readonly size: number | undefined;
}

/** The lines of a file; of the standard input for `-`. */
export async function linesOf(path: string): Promise<Lines> {
  if (path === '-') return { lines: linesIn(process.stdin, path), size: undefined };
  try {
    const file = await open(path);
    const stats = await file.stat();
    return { lines: linesIn(file.createReadStream(), path), size: stats.isFile() ? stats.size : undefined };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Begins to read when the first line is taken: what `readline` reads before that is lost. */
async function* linesIn(input: Readable, path: string): AsyncIterable<string> {
  try {
    yield* createInterface({ input, crlfDelay: Infinity });
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): StartFailure {
  return new StartFailure(`cannot read ${path}: ${(error as Error).message}`);
}
