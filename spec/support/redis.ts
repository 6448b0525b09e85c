import { Redis } from 'ioredis';
import { inject } from 'vitest';

/** The Redis of this run, or `null` where none could be had: its specs are then skipped by name. */
export const redisUrl = inject('redisUrl');

export interface TestRedis {
  /** As `-r` takes it. */
  readonly address: string;
  readonly client: Redis;
}

/** A database that no other spec file uses at the same time, emptied. */
export async function freshRedis(): Promise<TestRedis> {
  if (redisUrl === null) throw new Error('there is no Redis');
  const database = Number(process.env['VITEST_POOL_ID']);
  const address = redisUrl.replace(/\/0$/, `/${database}`);
  const client = new Redis(address);
  await client.flushdb();
  return { address, client };
}
