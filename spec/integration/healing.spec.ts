import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskFiles } from '../../src/adapters/index.js';
import { checksumOf, SourceUri } from '../../src/domain/index.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { redisUrl } from '../support/redis.js';
import { openRedisSetting, type RedisSetting } from '../support/setting.js';

const png = await raw(noise(8, 8)).png().toBuffer();
const altered = Buffer.from(png);
altered[20] = (altered[20] ?? 0) ^ 1;

/** Sends the picture, or 304 when it is asked whether it is still the one with this etag. */
function conditional(etag: string): RequestListener {
  return (request, response) => {
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { ETag: etag }).end();
    else sends('image/png', png, { ETag: etag })(request, response);
  };
}

const dead: RequestListener = (request) => request.socket.destroy();

describe.skipIf(redisUrl === null)('what was damaged', () => {
  let setting: RedisSetting;
  let number = 0;
  beforeAll(async () => {
    setting = await openRedisSetting();
  });
  afterAll(() => setting.close());

  const get = (uri: string) => setting.service.get('img', uri);
  const key = (uri: string) => `img/${uri}`;
  const expire = (uri: string) => setting.redis.del(`img/updated/${uri}`);
  const pathOf = (uri: string) => new DiskFiles(setting.service.directory).pathOf(SourceUri.of(uri));
  const change = (uri: string, listener: RequestListener) =>
    setting.origin.on(uri.slice(setting.origin.url.length), listener);
  const asked = (uri: string) => setting.origin.count(uri.slice(setting.origin.url.length));

  /** A picture that was fetched, kept, and is fresh. */
  const kept = async () => {
    const uri = await setting.publish(`/${number++}.png`, conditional('"v1"'));
    expect(await get(uri)).toMatchObject({ status: 200, body: png });
    return uri;
  };

  const expectWhole = async (uri: string) => {
    const { status, body, headers } = await get(uri);
    expect({ status, body, etag: headers.get('etag'), type: headers.get('content-type') }).toEqual({
      status: 200,
      body: png,
      etag: `"${checksumOf(png)}"`,
      type: 'image/png',
    });
    return headers.get('cache-status');
  };

  /** The record as it was before, and a hit from then on. */
  const expectHealed = async (uri: string) => {
    await expectWhole(uri);
    expect(await setting.redis.hgetall(key(uri))).toMatchObject({
      type: 'image/png',
      checksum: checksumOf(png),
      etag: '"v1"',
    });
    const before = asked(uri);
    expect(await expectWhole(uri)).toMatch(/; hit; ttl=/);
    expect(asked(uri)).toBe(before);
  };

  const damages: [string, (path: string) => void][] = [
    ['missing', (path) => rmSync(path)],
    ['empty', (path) => truncateSync(path)],
    ['truncated', (path) => truncateSync(path, png.length - 1)],
    ['longer', (path) => writeFileSync(path, Buffer.concat([png, png]))],
    ['altered', (path) => writeFileSync(path, altered)],
  ];
  describe.each(damages)('a file that is %s', (_, damage) => {
    it.each([true, false])('is fetched anew, while it is fresh: %s', async (fresh) => {
      const uri = await kept();
      damage(pathOf(uri));
      if (!fresh) await expire(uri);
      await expectHealed(uri);
    });

    it('is not served when it cannot be fetched', async () => {
      const uri = await kept();
      damage(pathOf(uri));
      change(uri, dead);
      expect((await get(uri)).status).toBe(404);
    });
  });

  describe.each(damages)('a file that is %s while its bytes are in memory', (_, damage) => {
    const hot = async () => {
      const uri = await kept();
      for (let n = 0; n < 2; n++) expect(await expectWhole(uri)).toMatch(/; hit; ttl=/);
      damage(pathOf(uri));
      return uri;
    };

    it('is whole to readers, and fetched anew when it is stale', async () => {
      const uri = await hot();
      expect(await expectWhole(uri)).toMatch(/; hit; ttl=/);
      await expire(uri);
      await expectHealed(uri);
      expect(readFileSync(pathOf(uri))).toEqual(png);
    });

    it('is served from memory when it cannot be fetched, and fetched anew when it can', async () => {
      const uri = await hot();
      await expire(uri);
      change(uri, (_request, response) => response.writeHead(500).end());
      expect(await expectWhole(uri)).toBe('img-linuxfr; fwd=stale; fwd-status=500; detail="unexpected-status"');
      expect(await expectWhole(uri)).toBe('img-linuxfr; hit; detail="unexpected status code"');
      change(uri, conditional('"v1"'));
      await setting.redis.del(`img/err/${uri}`);
      await expectHealed(uri);
      expect(readFileSync(pathOf(uri))).toEqual(png);
    });
  });

  describe.each(damages)('an avatar whose file is %s', (_, damage) => {
    it('is made anew', async () => {
      const uri = await kept();
      const { body } = await setting.service.get('avatars', uri);
      const folder = dirname(pathOf(uri));
      const [variant = ''] = readdirSync(folder).filter((name) => name.includes('.avatar-'));
      damage(join(folder, variant));
      expect(await setting.service.get('avatars', uri)).toMatchObject({ status: 200, body });
      expect(checksumOf(readFileSync(join(folder, variant)))).toBe(checksumOf(body));
    });
  });

  const losses: [string, (uri: string) => Promise<unknown>][] = [
    ['its type', (uri) => setting.redis.hdel(key(uri), 'type')],
    ['its checksum', (uri) => setting.redis.hdel(key(uri), 'checksum')],
    ['its etag', (uri) => setting.redis.hdel(key(uri), 'etag').then(() => expire(uri))],
    ['its type and checksum', (uri) => setting.redis.hdel(key(uri), 'type', 'checksum')],
    ['everything, in a flush', (uri) => setting.redis.flushdb().then(() => setting.declare(uri))],
  ];
  describe.each(losses)('a record that lost %s', (_, lose) => {
    it('is completed by the next request', async () => {
      const uri = await kept();
      await lose(uri);
      await expectHealed(uri);
    });

    it('leaves a copy to fall back on when the origin is dead', async () => {
      const uri = await kept();
      await lose(uri);
      change(uri, dead);
      expect(await expectWhole(uri)).toBe('img-linuxfr; fwd=stale; detail="truncated"');
      expect(await expectWhole(uri)).toBe('img-linuxfr; hit; detail="stale, resting"');
    });
  });

  it('is a 404 after a flush until the site declares it again', async () => {
    const uri = await kept();
    await setting.redis.flushdb();
    expect((await get(uri)).status).toBe(404);
    await setting.declare(uri);
    await expectHealed(uri);
  });

  it('does not serve a file without a record that is no picture', async () => {
    const uri = await kept();
    await setting.redis.hdel(key(uri), 'type', 'checksum');
    writeFileSync(pathOf(uri), '<html>a page</html>');
    change(uri, dead);
    expect((await get(uri)).status).toBe(404);
  });

  it('asks without a condition when only the etag is left, and does not take a 304 for a picture', async () => {
    const uri = await kept();
    rmSync(pathOf(uri));
    change(uri, (_, response) => response.writeHead(304, { ETag: '"v1"' }).end());
    expect((await get(uri)).status).toBe(404);
    expect(setting.origin.requests.at(-1)?.headers['if-none-match']).toBeUndefined();
  });

  it('keeps the etag up to date when the same bytes have another one', async () => {
    const uri = await kept();
    for (const etag of ['"v2"', 'W/"v3"', '"v4"']) {
      change(uri, conditional(etag));
      await expire(uri);
      await expectWhole(uri);
      expect(await setting.redis.hget(key(uri), 'etag')).toBe(etag);
    }
    await expire(uri);
    expect(await expectWhole(uri)).toBe('img-linuxfr; fwd=stale; fwd-status=304');
  });
});
