import { childrenOf } from '../../spec/support/processes.js';

/** A process and all that it has started, directly or not, and that are still there. */
export function processTree(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(processTree)];
}
