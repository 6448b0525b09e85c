import { readFileSync } from 'node:fs';

/** Megabytes (10⁶ bytes) that a process has in memory: now, or at most so far (proc(5)). */
export function memoryOf(pid: number, which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const [, kib = ''] = new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return (Number(kib) * 1024) / 1e6;
}
