import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

const NICEST = 19;

/**
 * Has all threads of this process give way to whoever has something better to do. On Linux each has a niceness of its
 * own (sched(7)), and those that are started later have that of the one which starts them.
 */
export function giveWay(): void {
  try {
    for (const thread of threads()) setPriority(thread, NICEST);
  } catch {
    // A sandbox may forbid it, and that is no reason to do nothing.
  }
}

function threads(): number[] {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
}
