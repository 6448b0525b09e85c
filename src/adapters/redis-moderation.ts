import type { Redis } from 'ioredis';
import type { SourceUri } from '../domain/index.js';
import { type CatalogueModeration, type CatalogueRecord, type Change, declaration } from './catalogue-moderation.js';
import { pipelined, REDIS } from './redis-pipeline.js';
import { readRow } from './redis-row.js';
import { errorKey, imageKey, listKey, updatedKey } from './redis-schema.js';
import { storeCall } from './store-call.js';

/** Each script has one key only, so that it also runs where keys live on several nodes. */
const BLOCK = `
if redis.call('HEXISTS', KEYS[1], 'created_at') == 0 then return 'undeclared' end
if redis.call('HGET', KEYS[1], 'status') == 'Blocked' then return 'unchanged' end
redis.call('HSET', KEYS[1], 'status', 'Blocked')
return 'changed'`;

const UNBLOCK = `
if redis.call('HEXISTS', KEYS[1], 'created_at') == 0 then return 'undeclared' end
if redis.call('HGET', KEYS[1], 'status') ~= 'Blocked' then return 'unchanged' end
redis.call('HDEL', KEYS[1], 'status')
return 'changed'`;

const ENLIST = `if not redis.call('LPOS', KEYS[1], ARGV[1]) then redis.call('LPUSH', KEYS[1], ARGV[1]) end`;

/** The status counts, and comes first; the list follows. */
export class RedisModeration implements CatalogueModeration {
  readonly #redis: Redis;
  readonly #ttl: number;

  /** @param ttl Seconds for which a note counts that was made without an end. */
  constructor(redis: Redis, ttl: number) {
    this.#redis = redis;
    this.#ttl = ttl;
  }

  async record(uri: SourceUri): Promise<CatalogueRecord> {
    const row = await readRow(this.#redis, uri, this.#ttl);
    const { createdAt, status, type, checksum, etag, error, failedFor, freshFor } = row;
    const after = (left: number) => new Date(Date.now() + left);
    return {
      ...declaration(createdAt),
      isBlocked: status === 'Blocked',
      stored: { ...(type && { type }), ...(checksum && { checksum }), ...(etag && { etag }) },
      ...(error === undefined ? {} : { error: { reason: error, until: after(failedFor) } }),
      ...(freshFor > 0 ? { freshUntil: after(freshFor) } : {}),
    };
  }

  async block(uri: SourceUri): Promise<Change> {
    const change = await this.#change(BLOCK, uri);
    if (change !== 'undeclared') {
      await storeCall(REDIS, () => this.#redis.eval(ENLIST, 1, listKey('blocked'), uri.bytes));
    }
    return change;
  }

  async unblock(uri: SourceUri): Promise<Change> {
    const change = await this.#change(UNBLOCK, uri);
    if (change !== 'undeclared') await storeCall(REDIS, () => this.#redis.lrem(listKey('blocked'), 0, uri.bytes));
    return change;
  }

  async expire(uri: SourceUri): Promise<void> {
    await pipelined(this.#redis, (pipeline) => pipeline.del(errorKey(uri)).del(updatedKey(uri)));
  }

  async #change(script: string, uri: SourceUri): Promise<Change> {
    // Its key is one of the others of the schema.
    if (uri.isReserved) return 'undeclared';
    return (await storeCall(REDIS, () => this.#redis.eval(script, 1, imageKey(uri)))) as Change;
  }
}
