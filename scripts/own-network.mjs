import { spawnSync } from 'node:child_process';

/**
 * The loopback is up, and sends as a kernel does that nobody has told otherwise: a congestion control that a machine was given
 * for the Internet, such as BBR, holds packets back that are to go from one of its processes to another.
 */
const SET_UP = 'ip link set lo up && echo reno > /proc/sys/net/ipv4/tcp_congestion_control && exec "$@"';

/** Runs a command in a network namespace of its own; where that cannot be done, as it is. Gives its exit status. */
export function runInOwnNetwork([command, ...args], options) {
  const inside = ['--net', 'sh', '-c', SET_UP, 'sh'];
  const canBe = spawnSync('unshare', [...inside, 'true'], { stdio: 'ignore' }).status === 0;
  const [program, all] = canBe ? ['unshare', [...inside, command, ...args]] : [command, args];
  return spawnSync(program, all, { stdio: 'inherit', ...options }).status ?? 1;
}
