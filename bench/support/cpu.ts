import { readFileSync } from 'node:fs';

/** Microseconds in a tick of the kernel's accounting (USER_HZ is 100 on every Linux). */
const TICK = 10_000;

/** Microseconds of processor time that a process and its children have taken so far, in all their threads (proc(5)). */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const own = (Number(fields[11]) + Number(fields[12])) * TICK;
  return childrenOf(pid).reduce((sum, child) => sum + cpuOf(child), own);
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
}
