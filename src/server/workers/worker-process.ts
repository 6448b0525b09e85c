import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { from } from 'rxjs';
import { type Channel, channelTo } from './channel.js';
import { Handover } from './handover.js';
import type { ToPrimary, ToWorker } from './messages.js';

/** A worker as the primary sees it. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  readonly channel: Channel<ToPrimary, ToWorker>;
  readonly handover: Handover;
  /** Resolves to how it ended. */
  readonly ended: Promise<string>;
  readonly kill: () => void;
}

const PROGRAM = fileURLToPath(new URL('../worker.js', import.meta.url));

/** Starts a worker with the command line of this process. */
export function startWorker(): WorkerProcess {
  const child = fork(PROGRAM, process.argv.slice(2), { serialization: 'advanced' });
  const ended = endOf(child);
  return {
    pid: child.pid,
    channel: channelTo(child, from(ended)),
    handover: new Handover(child),
    ended,
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Not `disconnect`, which never comes when a connection is being handed over. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    // It could not be started. Any other error of a process that was started is followed by its exit.
    child.on('error', (error) => child.pid === undefined && resolve(error.message));
  });
}
