import { closeSync, openSync } from 'node:fs';
import { destination, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { StartFailure } from './failure.js';

/** The log, and how to open its file anew after it was rotated away. */
export interface Log {
  readonly logger: Logger;
  readonly reopen: () => void;
}

/** Logs to a file as JSON lines; to standard output too, but for people when a terminal looks on. */
export function openLog(file: string): Log {
  if (file === '-') {
    const sink = process.stdout.isTTY
      ? pretty({ sync: true, ignore: 'pid,hostname' })
      : destination({ fd: 1, sync: true });
    return { logger: pino(sink), reopen: () => undefined };
  }
  assertWritable(file);
  const sink = destination({ dest: file, sync: true });
  sink.on('error', (error: Error) => complain(file, error));
  return { logger: pino(sink), reopen: () => reopen(file, () => sink.reopen()) };
}

/** A full disk, or a folder that was moved away, is no reason to withhold pictures. */
function complain(file: string, error: Error): void {
  process.stderr.write(`cannot write the log file ${file}: ${error.message}\n`);
}

function reopen(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    complain(file, error as Error);
  }
}

function assertWritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new StartFailure(`cannot write the log file ${file}: ${(error as Error).message}; name another with -l`);
  }
}
