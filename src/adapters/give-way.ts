import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/** For where there is no `SCHED_IDLE`. */
const NICENESS = 10;

/** Milliseconds: `chrt` takes one or two. */
const PATIENCE = 1000;

/**
 * Leaves the processors to whoever else wants them. A nice thread still finishes its slice of some milliseconds when
 * another wakes up; one of `SCHED_IDLE` (sched(7)) makes room at once. Node cannot ask for it, but `chrt` of util-linux,
 * which is wherever Debian is.
 */
export function giveWay(): void {
  const attempts = [
    () => execFileSync('chrt', ['-a', '-i', '-p', '0', `${process.pid}`], { stdio: 'ignore', timeout: PATIENCE }),
    () => allThreads().forEach((thread) => setPriority(thread, NICENESS)),
  ];
  // A sandbox may forbid both, and whoever gives way more already may not take that back. That is no reason to do nothing.
  attempts.some(succeeds);
}

/** Each has a niceness of its own, and those that are started later have that of the one which starts them. */
function allThreads(): number[] {
  return readdirSync('/proc/self/task').map(Number);
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
