import { readFileSync } from 'node:fs';
import { processTree } from './process-tree.js';

/**
 * Megabytes (10⁶ bytes) that a process and its children have in memory: now, or each of them at most so far (proc(5)).
 * What they share counts for each.
 */
export function memoryOf(pid: number, which: 'VmRSS' | 'VmHWM'): number {
  return processTree(pid).reduce((sum, each) => sum + ownMemoryOf(each, which), 0);
}

function ownMemoryOf(pid: number, which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const [, kib = ''] = new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return (Number(kib) * 1024) / 1e6;
}
