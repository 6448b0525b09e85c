import { readdirSync, readFileSync } from 'node:fs';

/** What a process takes at one moment. */
export interface Usage {
  /** Resident set, in MiB. */
  readonly memory: number;
  /** Open file descriptors. */
  readonly handles: number;
}

export function usageOf(pid: number): Usage {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { memory: Number(kib) / 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
