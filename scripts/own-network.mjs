import { spawnSync } from 'node:child_process';

/**
 * A congestion control that a machine was given for the Internet, such as BBR, holds packets back that are to go from one of its
 * processes to another; reno does not, and every kernel has it.
 */
const SET_UP = 'ip link set lo up && echo reno > /proc/sys/net/ipv4/tcp_congestion_control && exec "$@"';

/** Runs a command in a network namespace of its own; where that cannot be done, in that of the machine. Gives its exit status. */
export function runInOwnNetwork(command, options) {
  const [program, ...args] = isAllowed() ? inside(command) : command;
  return spawnSync(program, args, { stdio: 'inherit', ...options }).status ?? 1;
}

function isAllowed() {
  const [program, ...args] = inside(['true']);
  if (spawnSync(program, args, { stdio: 'ignore' }).status === 0) return true;
  console.error(
    'No network of its own, which takes Linux, root, unshare and ip: TCP is what this machine makes of it.',
  );
  return false;
}

function inside(command) {
  return ['unshare', '--net', 'sh', '-c', SET_UP, 'sh', ...command];
}
