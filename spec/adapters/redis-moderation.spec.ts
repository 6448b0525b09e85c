import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisModeration } from '../../src/adapters/redis-moderation.js';
import { SourceUri } from '../../src/domain/index.js';
import { freshRedis, redisUrl, type TestRedis } from '../support/redis.js';

describe.skipIf(redisUrl === null)('moderation in Redis', () => {
  let redis: TestRedis;
  const connections: Redis[] = [];
  const connect = (options = {}) => {
    const connection = new Redis(redis.address, options);
    connections.push(connection);
    return new RedisModeration(connection, 1);
  };
  const declared = async (name: string) => {
    const uri = SourceUri.of(`http://origin.example/${name}`);
    await redis.client.hset(`img/${uri}`, 'created_at', '1');
    return uri;
  };
  const list = () => redis.client.lrange('img/blocked', 0, -1);

  beforeEach(async () => {
    redis = await freshRedis();
  });
  afterEach(() => {
    for (const connection of [...connections.splice(0), redis.client]) connection.disconnect();
  });

  it('keeps the list in step with the status, though others moderate the same picture at the same time', async () => {
    const [one, other] = [connect(), connect()];
    const uris = await Promise.all(Array.from({ length: 300 }, (_, n) => declared(`${n}.png`)));
    await Promise.all(uris.map((uri) => Promise.all([one.block(uri), other.unblock(uri), one.block(uri)])));
    const records = await Promise.all(uris.map((uri) => one.record(uri)));
    const blocked = uris.filter((_, at) => records[at]?.isBlocked).map(String);
    expect((await list()).sort()).toEqual(blocked.sort());
  });

  it('leaves what is on the list where it is, also in a Redis that knows no LPOS', async () => {
    await redis.client.call('ACL', 'SETUSER', 'older', 'on', 'nopass', '~*', '+@all', '-lpos');
    const moderation = connect({ username: 'older', password: 'any' });
    const uris = [await declared('1.png'), await declared('2.png')];
    for (const uri of [...uris, ...uris]) await moderation.block(uri);
    expect(await list()).toEqual(uris.map(String).reverse());
    await redis.client.call('ACL', 'DELUSER', 'older');
  });

  it('takes a key that is no image for none', async () => {
    await redis.client.set('img/odd', 'text');
    const moderation = connect();
    const uri = SourceUri.of('odd');
    expect([await moderation.block(uri), await moderation.unblock(uri)]).toEqual(['undeclared', 'undeclared']);
  });
});
