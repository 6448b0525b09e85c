import { readFileSync } from 'node:fs';
import { processTree } from './process-tree.js';

/** Microseconds in a tick of the kernel's accounting (USER_HZ is 100 on every Linux). */
const TICK = 10_000;

/** Microseconds of processor time that a process and its children have taken so far, in all their threads (proc(5)). */
export function cpuOf(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + ownCpuOf(each), 0);
}

function ownCpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}
