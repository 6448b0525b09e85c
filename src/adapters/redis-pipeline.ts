import type { ChainableCommander, Redis } from 'ioredis';
import { storeCall, storeUnavailable } from './store-call.js';

/** How the store is called in messages. */
export const REDIS = 'Redis';

export type Reply = [error: Error | null, value: unknown];

/** Sends commands in one round trip. A key of another type is the caller's to judge, any other error is ours. */
export async function pipelined(
  redis: Redis,
  fill: (pipeline: ChainableCommander) => ChainableCommander,
): Promise<Reply[]> {
  const replies = await storeCall(REDIS, () => fill(redis.pipeline()).exec());
  const failure = replies?.find(([error]) => error && !isWrongType(error))?.[0];
  if (!replies || failure) throw storeUnavailable(REDIS, failure);
  return replies;
}

/** A key that is something else than the schema says is as good as absent: it is no image of ours. */
export function unlessWrongType<T>(reply: Reply | undefined, absent: T): T {
  return reply && !reply[0] ? (reply[1] as T) : absent;
}

function isWrongType(error: Error): boolean {
  return error.message.startsWith('WRONGTYPE');
}
