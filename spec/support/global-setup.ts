import type { TestProject } from 'vitest/node';
import { redisCommand, startRedisServer } from './redis-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Redis of our own, or `null` where none can be had. */
    redisUrl: string | null;
  }
}

/** Starts the Redis that the specs share. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const command = redisCommand();
  if (command === undefined) {
    if (process.env['CI'] === 'true') throw new Error('no redis-server or valkey-server on PATH: install one');
    project.provide('redisUrl', null);
    return () => Promise.resolve();
  }
  const server = await startRedisServer(command);
  project.provide('redisUrl', `redis://127.0.0.1:${server.port}/0`);
  return server.stop;
}
