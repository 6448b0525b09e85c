import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** What names of files begin with: where numbers of processes mean the same, the number, the start. */
const MARK = /^([0-9a-f]{16})-(\d+)-(\d+)-/;

/**
 * Tells from its name whether the process that wrote a file is gone.
 *
 * A number alone does not tell: it is given again, and those who share a directory may run in other containers
 * or on other machines, where it is that of another process, or of none.
 */
export class ProcessMark {
  /** What this process begins names with. */
  readonly prefix: string;
  readonly #home: string | undefined;

  constructor() {
    this.#home = home();
    this.prefix = this.#home === undefined ? 'unknown-' : `${this.#home}-${process.pid}-${startOf(process.pid)}-`;
  }

  /** `undefined` when it cannot be known from here. */
  isGone(name: string): boolean | undefined {
    const [, theirHome, pid, start] = MARK.exec(name) ?? [];
    return theirHome !== undefined && theirHome === this.#home ? startOf(Number(pid)) !== start : undefined;
  }
}

/** One run of one machine, and one of its namespaces; `undefined` where there is no `/proc` to tell. */
function home(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    const namespace = readlinkSync('/proc/self/ns/pid');
    return createHash('sha1').update(boot).update(namespace).digest('hex').slice(0, 16);
  } catch {
    return undefined;
  }
}

/** When a process was started, in ticks since the machine was (proc(5)); `undefined` when it is not running. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program comes before it, in brackets, and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
