import { Redis, type RedisOptions } from 'ioredis';

/** Where a Redis is and how to be let in. */
export type RedisConnection = Pick<RedisOptions, 'host' | 'port' | 'path' | 'db' | 'username' | 'password' | 'tls'>;

/**
 * A cache must answer soon or not at all: nothing waits for a Redis that is away. One that does not answer
 * is taken to be gone, and looked for anew, so that only the first requests wait for it. With all of it,
 * trouble shows within a second, and so does its end.
 */
const IMPATIENT = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 800,
  socketTimeout: 900,
  connectTimeout: 900,
  retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, 500),
  lazyConnect: true,
} satisfies RedisOptions;

/** For commands. It connects with the first of them, and only those that come meanwhile wait for that. */
export function commandConnection(connection: RedisConnection): Redis {
  const options = { ...IMPATIENT, enableOfflineQueue: true, reconnectOnError: afterFailover(), ...connection };
  const redis = inItsDatabase(new Redis(options));
  const waitNoMore = () => {
    redis.options.enableOfflineQueue = false;
  };
  return redis.once('ready', waitNoMore).once('close', waitNoMore);
}

/** For messages, in the older protocol: the other way of sending them is not known to ioredis. */
export function messageConnection(connection: RedisConnection): Redis {
  return inItsDatabase(new Redis({ ...IMPATIENT, ...connection, protocol: 2, autoResubscribe: false }));
}

/** For work that may take its time, and goes on after Redis was away for a moment. Connects when it is first used. */
export function patientConnection(connection: RedisConnection): Redis {
  const { retryStrategy, connectTimeout, lazyConnect } = IMPATIENT;
  return inItsDatabase(
    new Redis({ retryStrategy, connectTimeout, lazyConnect, commandTimeout: 30_000, ...connection }),
  );
}

/** Where its database is refused, ioredis would go on with the first one, which is somebody else's. */
function inItsDatabase(redis: Redis): Redis {
  redis.on('error', (error: Error & { readonly command?: { readonly name: string } }) => {
    if (error.command?.name === 'select') redis.disconnect(true);
  });
  return redis;
}

/** Milliseconds for which a Redis may refuse writes before it is looked for elsewhere. */
const FAILOVER = 2000;

/**
 * After a failover, the name may lead to another server than the one that has become a replica. Looking
 * for it costs the commands that are under way, so not at the first refusal.
 */
function afterFailover(): (error: Error) => boolean {
  let refusedSince = Infinity;
  return ({ message }) => {
    if (!message.startsWith('READONLY')) return false;
    const now = performance.now();
    refusedSince = Math.min(refusedSince, now);
    if (now - refusedSince < FAILOVER) return false;
    refusedSince = Infinity;
    return true;
  };
}
