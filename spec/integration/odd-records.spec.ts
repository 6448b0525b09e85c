import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { redisUrl } from '../support/redis.js';
import { openRedisSetting, type RedisSetting } from '../support/setting.js';

const PNG = await raw(noise(20, 20)).png().toBuffer();

describe.skipIf(redisUrl === null)('records that somebody else left in Redis', () => {
  let setting: RedisSetting;
  beforeAll(async () => {
    setting = await openRedisSetting();
  });
  afterAll(() => setting.close());

  const keep = async (path: string) => {
    const uri = await setting.publish(path, sends('image/png', PNG, { ETag: '"of the origin"' }));
    expect((await setting.service.get('img', uri)).status).toBe(200);
    return uri;
  };

  it.each([
    ['is not ASCII', Buffer.from('image/png\xe9', 'latin1')],
    ['holds a line break', Buffer.from('image/png\r\nSet-Cookie: a=b')],
    ['is a page', Buffer.from('text/html')],
    ['is empty', Buffer.alloc(0)],
  ])('a type that %s is none: the picture is fetched anew', async (name, type) => {
    const uri = await keep(`/type/${name.length}`);
    await setting.redis.hset(`img/${uri}`, 'type', type);
    const { status, headers, body } = await setting.service.get('img', uri);
    expect([status, headers.get('content-type'), body.equals(PNG)]).toEqual([200, 'image/png', true]);
    expect(await setting.redis.hget(`img/${uri}`, 'type')).toBe('image/png');
    expect(setting.service.process.exitCode).toBeNull();
  });

  it('an etag that is not ASCII goes to the origin byte for byte', async () => {
    const uri = await keep('/etag');
    await setting.redis.hset(`img/${uri}`, 'etag', Buffer.from('"\xe9"', 'latin1'));
    await setting.redis.del(`img/updated/${uri}`);
    expect((await setting.service.get('img', uri)).status).toBe(200);
    expect(setting.origin.requests.at(-1)?.headers['if-none-match']).toBe('"\xe9"');
  });

  it('an etag that no request can hold is not sent: the picture is fetched without a condition', async () => {
    const uri = await keep('/bad-etag');
    await setting.redis.hset(`img/${uri}`, 'etag', Buffer.from('"\n"'));
    await setting.redis.del(`img/updated/${uri}`);
    expect((await setting.service.get('img', uri)).status).toBe(200);
    expect(setting.origin.requests.at(-1)?.headers).not.toHaveProperty('if-none-match');
    expect(setting.origin.count('/bad-etag')).toBe(2);
  });
});
