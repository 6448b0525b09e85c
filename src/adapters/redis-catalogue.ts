import { Redis, type RedisOptions } from 'ioredis';
import type { CatalogueEntry, RememberedReason, SourceUri, StoredRecord } from '../domain/index.js';
import { type CatalogueKey, HOUR, LATEST_LENGTH, type ManagedCatalogue } from './managed-catalogue.js';
import { storeCall, storeUnavailable } from './store-call.js';

/** How the store is called in messages. */
const NAME = 'Redis';

/**
 * Records a stored picture unless it was blocked or withdrawn at this very moment. One key only, so that
 * it also runs where keys live on several nodes.
 */
const STORE = `
if redis.call('HEXISTS', KEYS[1], 'created_at') == 0 then return 0 end
if redis.call('HGET', KEYS[1], 'status') == 'Blocked' then return 0 end
redis.call('HSET', KEYS[1], 'type', ARGV[1], 'checksum', ARGV[2])
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], 'etag') else redis.call('HSET', KEYS[1], 'etag', ARGV[3]) end
return 1`;

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
} satisfies RedisOptions;

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

/** Where a Redis is and how to be let in. */
export type RedisConnection = Pick<RedisOptions, 'host' | 'port' | 'path' | 'db' | 'username' | 'password' | 'tls'>;

export interface RedisCatalogueOptions {
  /** How to call the server in messages. */
  readonly description: string;
  readonly connection: RedisConnection;
  /** Seconds after which a stored picture is stale and a failure is forgotten. */
  readonly ttl?: number;
}

/** What PTTL answers besides milliseconds. */
const NO_END = -1;
const NO_SUCH_KEY = -2;

type Reply = [error: Error | null, value: unknown];

/** The site's own Redis. Every error is a `catalogue-unavailable`. */
export class RedisCatalogue implements ManagedCatalogue {
  readonly description: string;
  readonly redis: Redis;
  readonly #ttl: number;

  constructor({ description, connection, ttl = HOUR }: RedisCatalogueOptions) {
    this.description = description;
    this.redis = new Redis({ ...IMPATIENT, reconnectOnError: afterFailover(), ...connection, lazyConnect: true });
    this.#ttl = ttl;
  }

  async lookup(uri: SourceUri): Promise<CatalogueEntry> {
    const [hash, error, freshFor] = await this.#pipelined((pipeline) =>
      pipeline
        .hmgetBuffer(imageKey(uri), 'created_at', 'status', 'type', 'checksum', 'etag')
        .getBuffer(errorKey(uri))
        .pttl(updatedKey(uri)),
    );
    const fields = unlessWrongType<(Buffer | null)[]>(hash, []);
    const [createdAt, status, type, checksum] = fields.map(textOf);
    const etag = fields[4]?.toString('latin1');
    if (createdAt === undefined) return { status: 'undeclared' };
    if (status === 'Blocked') return { status: 'blocked' };
    const reason = textOf(unlessWrongType<Buffer | null>(error, null));
    return {
      status: 'declared',
      freshFor: this.#freshFor(unlessWrongType<number>(freshFor, NO_SUCH_KEY)),
      ...(type || checksum
        ? { stored: { ...(type && { type }), ...(checksum && { checksum }), ...(etag && { etag }) } }
        : {}),
      ...(reason === undefined ? {} : { error: reason }),
    };
  }

  async store(uri: SourceUri, { type, checksum, etag = '' }: StoredRecord, modified: Date): Promise<boolean> {
    const stored = await storeCall(NAME, () =>
      this.redis.eval(STORE, 1, imageKey(uri), type, checksum, Buffer.from(etag, 'latin1')),
    );
    if (stored !== 1) return false;
    await this.#pipelined((pipeline) =>
      pipeline.set(updatedKey(uri), modified.toUTCString(), 'EX', this.#ttl).del(errorKey(uri)),
    );
    return true;
  }

  async recordError(uri: SourceUri, reason: RememberedReason): Promise<void> {
    await storeCall(NAME, () => this.redis.set(errorKey(uri), reason, 'EX', this.#ttl));
  }

  /** Tries a write that changes nothing: full memory, a read-only replica and a full disk refuse it all the same. */
  async trouble(): Promise<string | undefined> {
    try {
      await storeCall(NAME, () => this.redis.set('img/err/', '', 'PX', 1, 'XX'));
      return undefined;
    } catch (error) {
      return `${this.description}: ${(error as Error).message}`;
    }
  }

  async declare(uri: SourceUri): Promise<boolean> {
    const now = Math.floor(Date.now() / 1000).toString();
    const isNew = await storeCall(NAME, () => this.redis.hsetnx(imageKey(uri), 'created_at', now));
    if (isNew !== 1) return false;
    await this.#pipelined((pipeline) =>
      pipeline.lpush('img/latest', uri.bytes).ltrim('img/latest', 0, LATEST_LENGTH - 1),
    );
    return true;
  }

  async *keys(): AsyncIterable<CatalogueKey> {
    let cursor = '0';
    do {
      const [next, keys] = await storeCall(NAME, () => this.redis.scanBuffer(cursor, 'MATCH', 'img/*', 'COUNT', 500));
      yield* await Promise.all(keys.map((key) => this.#describe(key)));
      cursor = next.toString();
    } while (cursor !== '0');
  }

  async close(): Promise<void> {
    if (this.redis.status === 'ready') await this.redis.quit().catch(() => undefined);
    this.redis.disconnect();
  }

  /** A key that was set without an end is fresh all the same: its being there is what counts. */
  #freshFor(pttl: number): number {
    return pttl === NO_END ? this.#ttl * 1000 : Math.max(0, pttl);
  }

  async #describe(key: Buffer): Promise<CatalogueKey> {
    const [type, ttl, hash] = await this.#pipelined((pipeline) => pipeline.type(key).ttl(key).hgetall(key));
    const fields = Object.entries(unlessWrongType<Record<string, string>>(hash, {}));
    return { key, type: String(type?.[1]), ttl: Number(ttl?.[1]), fields: new Map(fields) };
  }

  async #pipelined(fill: (pipeline: ReturnType<Redis['pipeline']>) => ReturnType<Redis['pipeline']>): Promise<Reply[]> {
    const replies = await storeCall(NAME, () => fill(this.redis.pipeline()).exec());
    const failure = replies?.find(([error]) => error && !isWrongType(error))?.[0];
    if (!replies || failure) throw storeUnavailable(NAME, failure);
    return replies;
  }
}

function imageKey(uri: SourceUri): Buffer {
  return Buffer.concat([Buffer.from('img/'), uri.bytes]);
}

function errorKey(uri: SourceUri): Buffer {
  return Buffer.concat([Buffer.from('img/err/'), uri.bytes]);
}

function updatedKey(uri: SourceUri): Buffer {
  return Buffer.concat([Buffer.from('img/updated/'), uri.bytes]);
}

function textOf(value: Buffer | null): string | undefined {
  return value?.toString('utf8');
}

/** A key that is something else than the schema says is as good as absent: it is no image of ours. */
function unlessWrongType<T>(reply: Reply | undefined, absent: T): T {
  return reply && !reply[0] ? (reply[1] as T) : absent;
}

function isWrongType(error: Error): boolean {
  return error.message.startsWith('WRONGTYPE');
}
