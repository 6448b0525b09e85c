import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Redis of our own, or `null` where none can be had. */
    redisUrl: string | null;
  }
}

/** Starts a Redis for the specs, on a free port and in a temporary directory. */
export default async function setup(project: TestProject): Promise<() => void> {
  const command = ['redis-server', 'valkey-server'].find(isOnPath);
  if (!command) {
    if (process.env['CI'] === 'true') throw new Error('no redis-server or valkey-server on PATH: install one');
    project.provide('redisUrl', null);
    return () => undefined;
  }
  const directory = mkdtempSync(join(tmpdir(), 'img-linuxfr-redis-'));
  const port = await freePort();
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory];
  const redis = spawn(command, options, { stdio: 'ignore' });
  await untilItAnswers(redis, port);
  project.provide('redisUrl', `redis://127.0.0.1:${port}/0`);
  return () => {
    redis.kill();
    rmSync(directory, { recursive: true, force: true });
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

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function untilItAnswers(redis: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (redis.exitCode !== null) throw new Error(`the Redis for the specs ended with ${redis.exitCode}`);
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
