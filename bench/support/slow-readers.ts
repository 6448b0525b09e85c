import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** Readers who take what they asked for slowly. */
export interface SlowReaders {
  /** Of whom some have got something. */
  readonly begun: () => number;
  /** Those who still take. */
  readonly taking: () => number;
  readonly leave: () => void;
}

/** Milliseconds from one piece to the next, of some 64 KiB. */
const PAUSE = 2000;

/** Groups that take in turn, so that not all do at once. */
const GROUPS = 40;

/** Lets so many readers ask for the paths in turn, each on a connection of its own. */
export function startSlowReaders(url: string, paths: readonly string[], count: number): SlowReaders {
  const { port } = new URL(url);
  const begun = new Set<Socket>();
  const sockets = Array.from({ length: count }, (_, at) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET ${paths[at % paths.length]} HTTP/1.1\r\nHost: slow.example\r\n\r\n`);
    // It reads no further than this until somebody takes what it has.
    return socket.once('readable', () => begun.add(socket));
  });
  let turn = 0;
  const taking = setInterval(() => {
    turn = (turn + 1) % GROUPS;
    for (let at = turn; at < count; at += GROUPS) sockets[at]?.read();
  }, PAUSE / GROUPS);
  return {
    begun: () => begun.size,
    taking: () => sockets.filter(({ destroyed }) => !destroyed).length,
    leave: () => {
      clearInterval(taking);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Sees to it that this process, and servers it starts from now on, may have so many connections. */
export function allowConnections(count: number): void {
  const limits = readFileSync('/proc/self/limits', 'latin1');
  const needed = count + 1000;
  const [, allowed = 0] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  if (Number(allowed) < needed) execFileSync('prlimit', ['--pid', `${process.pid}`, `--nofile=${needed}:${needed}`]);
}
