import type { Redis } from 'ioredis';
import type { SourceUri } from '../domain/index.js';
import {
  type CatalogueModeration,
  type CatalogueRecord,
  type ModerationResult,
  declaration,
} from './catalogue-moderation.js';
import { pipelined, REDIS } from './redis-pipeline.js';
import { readRow } from './redis-row.js';
import { errorKey, imageKey, listKey, updatedKey } from './redis-schema.js';
import { storeCall } from './store-call.js';

/**
 * Each script has one key only, so that it also runs where keys live on several nodes. A key that is no hash is as good
 * as absent.
 */
const ABSENT = `redis.call('TYPE', KEYS[1]).ok ~= 'hash' or redis.call('HEXISTS', KEYS[1], 'created_at') == 0`;

const BLOCK = `
if ${ABSENT} then return 'undeclared' end
if redis.call('HGET', KEYS[1], 'status') == 'Blocked' then return 'unchanged' end
redis.call('HSET', KEYS[1], 'status', 'Blocked')
return 'changed'`;

const UNBLOCK = `
if ${ABSENT} then return 'undeclared' end
if redis.call('HGET', KEYS[1], 'status') ~= 'Blocked' then return 'unchanged' end
redis.call('HDEL', KEYS[1], 'status')
return 'changed'`;

/** Looks for it with LINSERT, which every Redis has, and takes away what that has put before it; LPOS is of 6.0.6. */
const ENLIST = `
if redis.call('LINSERT', KEYS[1], 'BEFORE', ARGV[1], ARGV[1]) > 0 then redis.call('LREM', KEYS[1], 1, ARGV[1])
else redis.call('LPUSH', KEYS[1], ARGV[1]) end`;

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

  block(uri: SourceUri): Promise<ModerationResult> {
    return this.#change(BLOCK, uri, true);
  }

  unblock(uri: SourceUri): Promise<ModerationResult> {
    return this.#change(UNBLOCK, uri, false);
  }

  async expire(uri: SourceUri): Promise<void> {
    await pipelined(this.#redis, (pipeline) => pipeline.del(errorKey(uri)).del(updatedKey(uri)));
  }

  async #change(script: string, uri: SourceUri, isBlocked: boolean): Promise<ModerationResult> {
    // Its key is one of the others of the schema.
    if (uri.isReserved) return 'undeclared';
    const change = (await storeCall(REDIS, () => this.#redis.eval(script, 1, imageKey(uri)))) as ModerationResult;
    if (change !== 'undeclared') await this.#keepInStep(uri, isBlocked);
    return change;
  }

  /** Another moderator may have changed the status meanwhile, and have come to the list first. */
  async #keepInStep(uri: SourceUri, isBlocked: boolean): Promise<void> {
    const list = listKey('blocked');
    await storeCall(REDIS, () =>
      isBlocked ? this.#redis.eval(ENLIST, 1, list, uri.bytes) : this.#redis.lrem(list, 0, uri.bytes),
    );
    const isStillSo = (await this.#isBlocked(uri)) === isBlocked;
    if (!isStillSo) await this.#keepInStep(uri, !isBlocked);
  }

  async #isBlocked(uri: SourceUri): Promise<boolean> {
    return (await storeCall(REDIS, () => this.#redis.hget(imageKey(uri), 'status'))) === 'Blocked';
  }
}
