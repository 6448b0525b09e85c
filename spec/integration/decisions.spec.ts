import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskFiles } from '../../src/adapters/index.js';
import { checksumOf, SourceUri } from '../../src/domain/index.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { redisUrl } from '../support/redis.js';
import { openRedisSetting, type RedisSetting } from '../support/setting.js';

const picture = (seed: number) =>
  raw(noise(100, 200, seed))
    .png()
    .toBuffer();
const [OLD, NEW] = (await Promise.all([picture(1), picture(2)])) as [Buffer, Buffer];

describe.skipIf(redisUrl === null)('what happens to a request, in the site’s Redis', () => {
  let setting: RedisSetting;
  beforeAll(async () => {
    setting = await openRedisSetting();
  });
  afterAll(() => setting.close());

  let pictures = 0;
  const publishNew = (bytes = OLD, headers = {}) =>
    setting.publish(`/${pictures++}.png`, sends('image/png', bytes, headers));
  const change = (uri: string, listener: Parameters<RedisSetting['publish']>[1]) =>
    setting.origin.on(new URL(uri).pathname, listener);
  const asked = (uri: string) => setting.origin.count(new URL(uri).pathname);
  const expire = (uri: string) => setting.redis.del(`img/updated/${uri}`, `img/err/${uri}`);
  const image = async (uri: string) => {
    const { status, body, headers } = await setting.service.get('img', uri);
    return { status, body, cacheStatus: headers.get('cache-status') };
  };
  const fileOf = (uri: string) => new DiskFiles(setting.service.directory).pathOf(SourceUri.of(uri));
  const notFound = { status: 404, body: Buffer.from('404 page not found\n') };

  it('writes the schema and the file', async () => {
    const uri = await publishNew(OLD, { ETag: '"v1"' });
    await image(uri);
    expect(await setting.redis.hgetall(`img/${uri}`)).toEqual({
      created_at: '1',
      type: 'image/png',
      checksum: checksumOf(OLD),
      etag: '"v1"',
    });
    const { mode, mtime } = statSync(fileOf(uri));
    expect(mode & 0o777).toBe(0o644);
    expect(await setting.redis.get(`img/updated/${uri}`)).toBe(mtime.toUTCString());
    expect(await setting.redis.ttl(`img/updated/${uri}`)).toBeGreaterThan(3590);
    expect(await setting.redis.keys(`*${uri}`)).toHaveLength(2);
  });

  it('does not ask the origin for what was not declared', async () => {
    setting.origin.on('/undeclared.png', sends('image/png', OLD));
    expect(await image(`${setting.origin.url}/undeclared.png`)).toMatchObject(notFound);
    expect(setting.origin.count('/undeclared.png')).toBe(0);
  });

  it('asks anew after an hour, and serves the new bytes on that very request', async () => {
    const uri = await publishNew();
    await image(uri);
    change(uri, sends('image/png', NEW));
    expect(await image(uri)).toMatchObject({ body: OLD });
    await expire(uri);
    expect(await image(uri)).toMatchObject({
      body: NEW,
      cacheStatus: 'img-linuxfr; fwd=stale; fwd-status=200; stored',
    });
    expect(asked(uri)).toBe(2);
  });

  it('makes a new avatar of new bytes, and drops the old one', async () => {
    const uri = await publishNew();
    const before = await setting.service.get('avatars', uri);
    change(uri, sends('image/png', NEW));
    await expire(uri);
    const after = await setting.service.get('avatars', uri);
    expect(after.status).toBe(200);
    expect(after.body).not.toEqual(before.body);
    expect(readdirSync(join(fileOf(uri), '..'))).toHaveLength(2);
  });

  it('asks with the etag, and a 304 begins a new hour', async () => {
    const uri = await publishNew(OLD, { ETag: '"v1"' });
    await image(uri);
    change(uri, (request, response) => {
      response.writeHead(request.headers['if-none-match'] === '"v1"' ? 304 : 500).end();
    });
    await expire(uri);
    expect(await image(uri)).toMatchObject({ body: OLD, cacheStatus: 'img-linuxfr; fwd=stale; fwd-status=304' });
    expect(await image(uri)).toMatchObject({ body: OLD, cacheStatus: expect.stringMatching(/; hit; ttl=/) as string });
    expect(asked(uri)).toBe(2);
  });

  it.each([
    ['unexpected status code', sends('text/html', Buffer.from('gone'))],
    ['exceeded max size', sends('image/png', Buffer.concat([OLD, Buffer.alloc(5 << 20)]))],
    ['invalid content-type', sends('text/html', OLD)],
  ])('remembers "%s" for an hour, and serves the copy meanwhile', async (reason, listener) => {
    const failing: typeof listener = (request, response) => {
      if (reason === 'unexpected status code') response.writeHead(410).end();
      else listener(request, response);
    };
    const uri = await publishNew();
    await image(uri);
    change(uri, failing);
    await expire(uri);
    expect(await image(uri)).toMatchObject({ status: 200, body: OLD });
    expect(await setting.redis.get(`img/err/${uri}`)).toBe(reason);
    expect(await setting.redis.ttl(`img/err/${uri}`)).toBeGreaterThan(3590);
    expect(await image(uri)).toMatchObject({ body: OLD, cacheStatus: `img-linuxfr; hit; detail="${reason}"` });
    expect(asked(uri)).toBe(2);

    const never = await setting.publish(`/never-${pictures++}.png`, failing);
    expect([await image(never), await image(never)]).toMatchObject([notFound, notFound]);
    expect(asked(never)).toBe(1);
    change(never, sends('image/png', NEW));
    await expire(never);
    expect(await image(never)).toMatchObject({ status: 200, body: NEW });
    expect(await setting.redis.exists(`img/err/${never}`)).toBe(0);
  });

  it('leaves an origin alone that breaks off, and keeps nothing of it', async () => {
    const uri = await setting.publish('/broken.png', (_, response) => {
      response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': OLD.length });
      response.write(OLD.subarray(0, 100), () => response.destroy());
    });
    expect([await image(uri), await image(uri)]).toMatchObject([notFound, notFound]);
    expect(asked(uri)).toBe(1);
    expect(await setting.redis.hgetall(`img/${uri}`)).toEqual({ created_at: '1' });
    expect(await setting.redis.exists(`img/err/${uri}`)).toBe(0);
    expect(statSync(fileOf(uri), { throwIfNoEntry: false })).toBeUndefined();
  });

  it.each<[string, (path: string) => void]>([
    ['missing', (path) => rmSync(path)],
    ['empty', (path) => writeFileSync(path, '')],
    ['altered', (path) => writeFileSync(path, NEW)],
  ])('heals a file that is %s, without a condition', async (_, harm) => {
    const uri = await publishNew(OLD, { ETag: '"v1"' });
    await image(uri);
    harm(fileOf(uri));
    expect(await image(uri)).toMatchObject({ status: 200, body: OLD });
    expect(asked(uri)).toBe(2);
    const conditions = setting.origin.requests.filter(({ url }) => url === new URL(uri).pathname);
    expect(conditions.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined]);
    expect(await image(uri)).toMatchObject({ body: OLD, cacheStatus: expect.stringMatching(/; hit; ttl=/) as string });
  });

  it('blocks at once, with or without a copy, and unblocks', async () => {
    const uri = await publishNew();
    await image(uri);
    await setting.redis.hset(`img/${uri}`, 'status', 'Blocked');
    expect(await image(uri)).toMatchObject(notFound);
    expect((await setting.service.get('avatars', uri)).status).toBe(302);
    await setting.redis.hdel(`img/${uri}`, 'status');
    expect(await image(uri)).toMatchObject({ status: 200, body: OLD });
    expect(asked(uri)).toBe(1);
  });

  it.each([
    ['nothing is held', false],
    ['a copy is held', true],
  ])('blocks while it is being fetched: nothing is stored or served, when %s', async (_, held) => {
    const uri = await publishNew();
    if (held) await image(uri);
    await expire(uri);
    change(uri, (__, response) => {
      void setting.redis.hset(`img/${uri}`, 'status', 'Blocked').then(() => sends('image/png', NEW)(__, response));
    });
    const before = await setting.redis.hgetall(`img/${uri}`);
    expect(await image(uri)).toMatchObject(notFound);
    expect(await setting.redis.hgetall(`img/${uri}`)).toEqual({ ...before, status: 'Blocked' });
    expect(await setting.redis.exists(`img/updated/${uri}`)).toBe(0);
    expect(existsSync(fileOf(uri))).toBe(held);
    expect(readdirSync(join(setting.service.directory, '.tmp'))).toEqual([]);
  });

  it.each(['latest', 'blocked', 'err/http://example.com/', 'updated/http://example.com/'])(
    'takes img/%s for no image, whatever it holds',
    async (reserved) => {
      await setting.redis.hset(`img/${reserved}`, 'created_at', '1');
      expect(await image(reserved)).toMatchObject(notFound);
      await setting.redis.del(`img/${reserved}`);
      await setting.redis.lpush(`img/${reserved}`, 'x');
      expect(await image(reserved)).toMatchObject(notFound);
    },
  );

  it('takes a key of another type for an undeclared image', async () => {
    const uri = 'http://example.com/list.png';
    await setting.redis.lpush(`img/${uri}`, 'x');
    expect(await image(uri)).toMatchObject(notFound);
  });

  it.each(['ftp://127.0.0.1/a.png', 'data:image/png;base64,AAAA', '/etc/passwd', 'http://', 'http://u:p@127.0.0.1/'])(
    'does not fetch %s',
    async (uri) => {
      await setting.declare(uri);
      expect(await image(uri)).toMatchObject(notFound);
      expect((await setting.service.get('avatars', uri)).status).toBe(302);
    },
  );
});
