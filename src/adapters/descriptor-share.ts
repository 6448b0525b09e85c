import { readFileSync } from 'node:fs';

/** Descriptors that are left to connections, if there are as many; of fewer, three quarters are. */
const FOR_CONNECTIONS = 8192;
const SHARE = 1 / 4;

/** So many open files cost the kernel some 20 MiB. */
const ENOUGH = 16_384;

/** What every system allows; macOS does not say. */
const LEAST_LIMIT = 256;

/** How many files this process can well keep open. */
export function descriptorShare(limits: string = limitsOfProcess()): number {
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? [];
  const limit = soft === 'unlimited' ? Infinity : Number(soft ?? LEAST_LIMIT);
  return Math.min(ENOUGH, Math.max(limit - FOR_CONNECTIONS, Math.floor(limit * SHARE)));
}

function limitsOfProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return '';
  }
}
