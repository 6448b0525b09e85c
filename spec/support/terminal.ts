import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { MAIN } from './service.js';

/** Whether programs can be given a terminal here: other tools than util-linux's also go by the name `script`. */
export const HAS_TERMINALS = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

/** What the terminal's keys Ctrl and C send. */
export const INTERRUPT = '\x03';

/** Starts the built command line on a terminal of its own, and exits as it does. */
export function startOnTerminal(args: readonly string[]): ChildProcessWithoutNullStreams {
  // `exec`: a shell that stayed in between, as dash does, would be interrupted too and exit in its place.
  const command = ['exec', process.execPath, MAIN, ...args].join(' ');
  return spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null']);
}
