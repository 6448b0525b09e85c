import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** A Redis of our own, in memory. */
export interface RedisServer {
  readonly port: number;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly stop: () => Promise<void>;
}

/** One database for each spec file that may run at a time: as many as a machine has processors. */
const DATABASES = 512;

const OPTIONS = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--databases', `${DATABASES}`];

/** The name of the server program, if there is one on PATH. */
export function redisCommand(): string | undefined {
  return ['redis-server', 'valkey-server'].find(isOnPath);
}

/** Starts a Redis in a temporary directory, on a free port unless one is given. */
export async function startRedisServer(command: string, givenPort?: number): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'img-linuxfr-redis-'));
  const port = givenPort ?? (await freePort());
  const server = spawn(command, [...OPTIONS, '--port', `${port}`, '--dir', directory], { stdio: 'ignore' });
  await untilItAnswers(server, port);
  return {
    port,
    signal: (signal) => void server.kill(signal),
    stop: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function isOnPath(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function untilItAnswers(server: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (server.exitCode !== null) throw new Error(`the Redis for the specs ended with ${server.exitCode}`);
    if (await answersPing(port)) return;
    await delay(50);
  }
  throw new Error('the Redis for the specs does not answer');
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('error', () => resolve(false));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
  });
}
