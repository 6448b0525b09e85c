import { type Logger, pino } from 'pino';
import { StartFailure } from '../failure.js';
import type { Options } from '../options.js';
import { LineBatch, type PutLine } from './line-batch.js';
import { type LineOutput, lineOutput } from './line-output.js';
import { LineWriter } from './line-writer.js';
import { printable } from './printable.js';

/** The log, and how to open its file anew after it was rotated away. */
export interface Log {
  /** Its lines are written at once. */
  readonly logger: Logger;
  /** Takes whole lines of printable JSON, of 4 KiB at most, to be written within half a second. */
  readonly compose: <T>(put: PutLine<T>, what: T) => void;
  readonly reopen: () => void;
  /** Lines that were lost so far. */
  readonly lost: () => number;
}

/** Bytes of a line that is composed. */
const LONGEST = 4096;

/** Milliseconds for which nothing more is said of a log that cannot be written. */
const QUIET = 60_000;

/**
 * Logs to a file as JSON lines; to standard output too, but for people when a terminal looks on. Nobody waits for what
 * is logged; see `LineWriter`. It is written before the process ends, unless it is killed or nobody takes it.
 */
export async function openLog({ log, logLevel, workers }: Pick<Options, 'log' | 'logLevel' | 'workers'>): Promise<Log> {
  const output = open(log, workers > 1);
  const writer = new LineWriter({
    output,
    complain: complainer(log),
    lost: (lines) => logger.warn({ lines }, 'lines of this log were lost: nobody took them, or they were too long'),
  });
  const shape = log === '-' && process.stdout.isTTY ? await shapeForPeople() : printableLine;
  const logger = pino({ level: logLevel }, { write: (line) => writer.write(shape(line)) });
  process.once('exit', () => writer.flushNow());
  return {
    logger,
    compose: shape === printableLine ? writer.compose : (put, what) => writer.writeSoon(shape(composed(put, what))),
    reopen: () => writer.reopen(),
    lost: () => writer.lost,
  };
}

/** Loaded only where people look on: a service starts sooner without it. */
async function shapeForPeople(): Promise<(line: string) => string> {
  const { forPeople } = await import('./pretty.js');
  return forPeople();
}

function open(log: string, isShared: boolean): LineOutput {
  try {
    return lineOutput(log === '-' ? undefined : log, isShared);
  } catch (error) {
    throw new StartFailure(`cannot write the log file ${log}: ${(error as Error).message}; name another with -l`);
  }
}

function composed<T>(put: PutLine<T>, what: T): string {
  const batch = new LineBatch(LONGEST);
  batch.add(put, what);
  return batch.lines.toString('latin1');
}

function printableLine(line: string): string {
  return `${printable(line.slice(0, -1))}\n`;
}

/** A full disk, or a folder that was moved away, is no reason to withhold pictures. */
function complainer(log: string): (error: Error) => void {
  const what = log === '-' ? 'to standard output' : `the log file ${log}`;
  let quietUntil = -Infinity;
  // Whoever read standard output may have read this, too, and has ended: then nobody is left to be told.
  process.stderr.on('error', () => undefined);
  return ({ message }) => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + QUIET;
    process.stderr.write(`cannot write ${what}: ${message}\n`);
  };
}
