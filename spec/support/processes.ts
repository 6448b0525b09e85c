import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** How nice each thread of a process is (proc(5), field 19 of `stat`). */
export function nicenessesOf(pid: number): number[] {
  const threads = readable(() => readdirSync(`/proc/${pid}/task`), []);
  // The name in brackets may hold anything; it is the second field.
  const fields = threads.map((thread) => wordsOf(`/proc/${pid}/task/${thread}/stat`, /^.*\) /));
  return fields.map((words) => Number(words[19 - 3]));
}

/** The processes that a process started and that are still running. */
export function childrenOf(pid: number): number[] {
  return wordsOf(`/proc/${pid}/task/${pid}/children`).map(Number);
}

/** The most memory that a process ever had, in MiB. */
export function peakMemoryOf(pid: number): number {
  const status = readable(() => readFileSync(`/proc/${pid}/status`, 'latin1'), '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

export function isRunning(pid: number): boolean {
  const state = /\) (\S)/.exec(readable(() => readFileSync(`/proc/${pid}/stat`, 'latin1'), ''))?.[1];
  // A zombie is only waiting to be asked how it ended.
  return state !== undefined && state !== 'Z';
}

/** How many connections a process holds on a port of its own machine, over IPv4. */
export function connectionsOf(pid: number, port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const ESTABLISHED = '01';
  const lines = readable(() => readFileSync(`/proc/${pid}/net/tcp`, 'latin1'), '').split('\n');
  const fields = lines.map((line) => line.trim().split(/\s+/));
  const sockets = fields.filter(([, address, , state]) => address?.endsWith(local) && state === ESTABLISHED);
  const inodes = new Set(sockets.map((line) => `socket:[${line[9]}]`));
  return openFilesOf(pid).filter((file) => inodes.has(file)).length;
}

/** Paths of files, and what stands for everything else that a process has open. */
export function openFilesOf(pid: number): string[] {
  const names = readable(() => readdirSync(`/proc/${pid}/fd`), []);
  return names.map((name) => readable(() => readlinkSync(`/proc/${pid}/fd/${name}`), ''));
}

function wordsOf(path: string, without = /^/): string[] {
  return readable(() => readFileSync(path, 'latin1'), '')
    .replace(without, '')
    .split(' ')
    .filter((word) => word !== '');
}

/** Processes, and what they have open, may be gone while one looks. */
function readable<T>(read: () => T, absent: T): T {
  try {
    return read();
  } catch {
    return absent;
  }
}
