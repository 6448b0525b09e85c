import { appendFileSync, close, fstatSync, open, openSync, write } from 'node:fs';
import type { Writable } from 'node:stream';

/** Where lines end up. */
export interface LineOutput {
  /** Bytes that are best written at once. */
  readonly most: number;
  /**
   * Writes whole lines; `done` is called once, with what went wrong, when their memory may be used again. Of two calls, the
   * first has to be done.
   */
  readonly write: (lines: Buffer, done: (error?: Error | null) => void) => void;
  /** Writes what can be written before the process ends, which is now. */
  readonly writeNow: (lines: Buffer) => void;
  /** Opens anew what was moved away. */
  readonly reopen: (done: (error?: Error | null) => void) => void;
}

/** A write costs more than a hundred lines of it, so that many go together. */
const MOST = 64 * 1024;

/** So much appears as a whole in a pipe that several processes write to (`PIPE_BUF`). */
const WHOLE_IN_PIPE = 4096;

const STDOUT = 1;

/**
 * Throws when the file cannot be opened.
 *
 * @param path `undefined` for standard output.
 * @param isShared Whether other processes write to it as well.
 */
export function lineOutput(path: string | undefined, isShared: boolean): LineOutput {
  if (path !== undefined) return fileOutput(openSync(path, 'a'), path);
  const stats = fstatSync(STDOUT);
  const isStream = stats.isFIFO() || stats.isSocket();
  return isStream ? streamOutput(process.stdout, isShared ? WHOLE_IN_PIPE : MOST) : fileOutput(STDOUT);
}

function fileOutput(opened: number, path?: string): LineOutput {
  let fd = opened;
  return {
    most: MOST,
    write: (lines, done) => writeAll(fd, lines, done),
    writeNow: (lines) => appendFileSync(fd, lines),
    reopen: (done) => {
      if (path === undefined) return done();
      open(path, 'a', (error, anew) => {
        if (error) return done(error);
        close(fd, done);
        fd = anew;
      });
    },
  };
}

/** A disk that is nearly full takes less than all, until it takes nothing. */
function writeAll(fd: number, lines: Buffer, done: (error?: Error | null) => void): void {
  write(fd, lines, (error, written) => {
    if (error || written === lines.length) done(error);
    else writeAll(fd, lines.subarray(written), done);
  });
}

/**
 * As a stream, since whoever should read may not: a thread that waits for that, as those which write files would,
 * can neither be stopped nor left behind when the process ends.
 */
function streamOutput(stream: Writable, most: number): LineOutput {
  // What goes wrong is told to `done`.
  stream.on('error', () => undefined);
  return {
    most,
    write: (lines, done) => stream.write(lines, done),
    writeNow: (lines) => void stream.write(lines),
    reopen: (done) => done(),
  };
}
