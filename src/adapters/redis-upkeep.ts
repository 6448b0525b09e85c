import type { ChainableCommander, Redis } from 'ioredis';
import { SourceUri, type StoredRecord } from '../domain/index.js';
import type { CatalogueKey, CatalogueUpkeep, KeyPlace, List, Note } from './catalogue-upkeep.js';
import { pipelined, REDIS, type Reply } from './redis-pipeline.js';
import { imageKey, isOurs, keyOf, listKey, noteKey, placeOfKey, updatedKey } from './redis-schema.js';
import { storeCall } from './store-call.js';

/** Keys in one round trip. */
const BATCH = 1000;

/** Keys by which the share of ours is told. */
const SAMPLE = 1000;

/** Each script has one key only, so that it also runs where keys live on several nodes. */
const LIMIT = `if redis.call('TTL', KEYS[1]) == -1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end`;

const FORGET = `
local checksum = redis.call('HGET', KEYS[1], 'checksum')
if checksum and checksum ~= '' and checksum ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'type', 'checksum', 'etag')
return 1`;

const ADOPT = `
local checksum = redis.call('HGET', KEYS[1], 'checksum')
if checksum == '' then checksum = false end
if redis.call('EXISTS', KEYS[1]) == 0 or checksum and checksum ~= ARGV[2] then return 0 end
if not checksum then redis.call('HDEL', KEYS[1], 'etag') end
redis.call('HSET', KEYS[1], 'type', ARGV[1], 'checksum', ARGV[2])
return 1`;

/** On a connection that has time: nobody waits for what is looked at here. */
export class RedisUpkeep implements CatalogueUpkeep {
  readonly #redis: Redis;
  readonly #ttl: number;

  constructor(redis: Redis, ttl: number) {
    this.#redis = redis;
    this.#ttl = ttl;
  }

  /** The site may keep much else in its Redis, so keys taken by chance tell how many of all are ours. */
  async size(): Promise<number> {
    const all = await storeCall(REDIS, () => this.#redis.dbsize());
    const sample = await pipelined(this.#redis, (pipeline) => {
      for (let taken = 0; taken < SAMPLE; taken++) pipeline.randomkeyBuffer();
      return pipeline;
    });
    const ours = sample.filter(([, key]) => key && isOurs(key as Buffer));
    return Math.round((all * ours.length) / SAMPLE);
  }

  async *places(): AsyncIterable<readonly KeyPlace[]> {
    let cursor = '0';
    do {
      const [next, keys] = await storeCall(REDIS, () =>
        this.#redis.scanBuffer(cursor, 'MATCH', 'img/*', 'COUNT', BATCH),
      );
      yield keys.map(placeOfKey);
      cursor = next.toString();
    } while (cursor !== '0');
  }

  /** The key names the image. */
  async *strays(): AsyncIterable<never> {}

  async look(places: readonly KeyPlace[]): Promise<readonly CatalogueKey[]> {
    if (places.length === 0) return [];
    const replies = (await pipelined(this.#redis, (pipeline) => places.reduce(ask, pipeline))).values();
    const seen = places.map((place) => {
      const [content, ttl] = [next(replies), place.kind === 'note' ? next(replies) : undefined];
      return content[0] ? undefined : keyAt(place, content[1], ttl?.[1]);
    });
    return await Promise.all(seen.map(async (key, at) => key ?? (await this.#odd(places[at] as KeyPlace))));
  }

  /** Empty when the key is something else than a list. */
  async *listed(list: List): AsyncIterable<readonly SourceUri[]> {
    for (let first = 0; ; first += BATCH) {
      const range = (pipeline: ChainableCommander) => pipeline.lrangeBuffer(listKey(list), first, first + BATCH - 1);
      const [[error, members] = []] = await pipelined(this.#redis, range);
      if (error || (members as Buffer[]).length === 0) return;
      yield (members as Buffer[]).map((member) => SourceUri.of(member));
    }
  }

  enlist(list: List, uri: SourceUri): Promise<boolean> {
    return this.#changeList((pipeline) => pipeline.lpush(listKey(list), uri.bytes));
  }

  delist(list: List, uri: SourceUri): Promise<boolean> {
    return this.#changeList((pipeline) => pipeline.lrem(listKey(list), 0, uri.bytes));
  }

  async limit(note: Note, uri: SourceUri): Promise<void> {
    await storeCall(REDIS, () => this.#redis.eval(LIMIT, 1, noteKey(note, uri), this.#ttl));
  }

  async remove(note: Note, uri: SourceUri): Promise<void> {
    await storeCall(REDIS, () => this.#redis.del(noteKey(note, uri)));
  }

  async forget(uri: SourceUri, checksum = ''): Promise<boolean> {
    const forgotten = await storeCall(REDIS, () => this.#redis.eval(FORGET, 1, imageKey(uri), checksum));
    if (forgotten === 1) await storeCall(REDIS, () => this.#redis.del(updatedKey(uri)));
    return forgotten === 1;
  }

  async adopt(uri: SourceUri, { type, checksum }: StoredRecord): Promise<boolean> {
    return (await storeCall(REDIS, () => this.#redis.eval(ADOPT, 1, imageKey(uri), type, checksum))) === 1;
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #changeList(change: (pipeline: ChainableCommander) => ChainableCommander): Promise<boolean> {
    const [reply] = await pipelined(this.#redis, change);
    return !reply?.[0];
  }

  async #odd(place: KeyPlace): Promise<CatalogueKey> {
    const type = await storeCall(REDIS, () => this.#redis.type(keyOf(place)));
    return type === 'none' ? { kind: 'gone' } : { kind: 'odd', place, type };
  }
}

/** Each of these is refused by a key of another type. */
function ask(pipeline: ChainableCommander, place: KeyPlace): ChainableCommander {
  const key = keyOf(place);
  switch (place.kind) {
    case 'image':
      return pipeline.hgetall(key);
    case 'note':
      return pipeline.strlen(key).ttl(key);
    case 'list':
      return pipeline.llen(key);
  }
}

function keyAt(place: KeyPlace, content: unknown, ttl: unknown): CatalogueKey {
  switch (place.kind) {
    case 'image': {
      const fields = new Map(Object.entries(content as Record<string, string>));
      return fields.size === 0 ? { kind: 'gone' } : { ...place, fields };
    }
    case 'note':
      return ttl === -2 ? { kind: 'gone' } : { ...place, ends: ttl !== -1 };
    case 'list':
      return content === 0 ? { kind: 'gone' } : place;
  }
}

function next(replies: Iterator<Reply>): Reply {
  return (replies.next() as IteratorYieldResult<Reply>).value;
}
