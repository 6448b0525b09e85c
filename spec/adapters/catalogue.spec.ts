import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedCatalogue, type ManagedCatalogue, RedisCatalogue } from '../../src/adapters/index.js';
import { SourceUri } from '../../src/domain/index.js';
import { parseCatalogueAddress } from '../../src/server/redis-address.js';
import { startLink } from '../support/link.js';
import { freshRedis, redisUrl } from '../support/redis.js';

const TTL = 1;
const MODIFIED = new Date('2026-01-02T03:04:05Z');
const RECORD = { type: 'image/png', checksum: 'a'.repeat(40), etag: '"v1"' };

interface Opened {
  readonly catalogue: ManagedCatalogue;
  readonly close: () => Promise<void>;
}

function embedded(): Promise<Opened> {
  const directory = mkdtempSync(join(tmpdir(), 'img-linuxfr-'));
  const catalogue = new EmbeddedCatalogue({ path: join(directory, 'catalogue.lmdb'), ttlSeconds: TTL });
  return Promise.resolve({
    catalogue,
    close: async () => {
      await catalogue.close();
      rmSync(directory, { recursive: true });
    },
  });
}

async function redis(): Promise<Opened> {
  const { address, client } = await freshRedis();
  const parsed = parseCatalogueAddress(address);
  if (parsed?.kind !== 'redis') throw new Error(`not a Redis: ${address}`);
  const catalogue = new RedisCatalogue({ ...parsed, ttlSeconds: TTL });
  await catalogue.connect();
  return {
    catalogue,
    close: async () => {
      await catalogue.close();
      client.disconnect();
    },
  };
}

describe.each<[string, (ttl: number) => ManagedCatalogue]>([
  ['embedded', (ttl) => new EmbeddedCatalogue({ path: join(tmpdir(), 'nothing.lmdb'), ttlSeconds: ttl })],
  [
    'redis',
    (ttl) => new RedisCatalogue({ description: 'nobody', connection: { host: '127.0.0.1', port: 1 }, ttlSeconds: ttl }),
  ],
])('the catalogue %s', (_, make) => {
  it.each([Infinity, NaN, 0.5, 0, -1])('takes no %d for a ttl, and says so', (ttl) => {
    expect(() => make(ttl)).toThrow(/^ttlSeconds /);
  });
});

describe.each([
  { name: 'embedded', open: embedded, skip: false },
  { name: 'redis', open: redis, skip: redisUrl === null },
])('the catalogue contract: $name', ({ open, skip }) => {
  let opened: Opened;
  let catalogue: ManagedCatalogue;
  const lookup = async (uri: SourceUri) => await (catalogue.lookup(uri) as Promise<unknown>);
  const store = async (uri: SourceUri, record = RECORD) =>
    await (catalogue.store(uri, record, MODIFIED) as Promise<boolean>);

  beforeEach(async ({ skip: skipThis }) => {
    if (skip) return skipThis('there is no Redis');
    opened = await open();
    catalogue = opened.catalogue;
  });
  afterEach(async () => {
    if (!skip) await opened.close();
  });

  const uri = SourceUri.of('http://example.com/a.png');

  it('does not know what was not declared', async () => {
    expect(await lookup(uri)).toEqual({ status: 'undeclared' });
  });

  it('declares once', async () => {
    expect(await catalogue.declare(uri)).toBe(true);
    expect(await catalogue.declare(uri)).toBe(false);
    expect(await lookup(uri)).toEqual({ status: 'declared', freshFor: 0 });
  });

  it('stores nothing that is not declared', async () => {
    expect(await store(uri)).toBe(false);
    expect(await lookup(uri)).toEqual({ status: 'undeclared' });
  });

  it('keeps what is stored, fresh until its time is over', async () => {
    await catalogue.declare(uri);
    expect(await store(uri)).toBe(true);
    const fresh = (await lookup(uri)) as { freshFor: number };
    expect(fresh).toMatchObject({ status: 'declared', stored: RECORD });
    expect(fresh.freshFor).toBeGreaterThan(0);
    expect(fresh.freshFor).toBeLessThanOrEqual(TTL * 1000);
    await delay(TTL * 1000 + 100);
    expect(await lookup(uri)).toEqual({ status: 'declared', stored: RECORD, freshFor: 0 });
  });

  it('forgets an etag that the new bytes do not have', async () => {
    await catalogue.declare(uri);
    await store(uri);
    const { etag: _none, ...untagged } = RECORD;
    await (catalogue.store(uri, untagged, MODIFIED) as Promise<boolean>);
    expect(await lookup(uri)).toMatchObject({ stored: untagged });
    expect(((await lookup(uri)) as { stored: object }).stored).not.toHaveProperty('etag');
  });

  it('remembers a failure until its time is over, and a success ends it', async () => {
    await catalogue.declare(uri);
    await (catalogue.recordError(uri, 'invalid content-type') as Promise<void>);
    expect(await lookup(uri)).toEqual({ status: 'declared', freshFor: 0, error: 'invalid content-type' });
    await delay(TTL * 1000 + 100);
    expect(await lookup(uri)).toEqual({ status: 'declared', freshFor: 0 });
    await (catalogue.recordError(uri, 'exceeded max size') as Promise<void>);
    await store(uri);
    expect(await lookup(uri)).not.toHaveProperty('error');
  });

  it('takes bytes that are not UTF-8, and URIs of 64 KiB', async () => {
    const binary = SourceUri.of(Buffer.from([0x68, 0xff, 0x00, 0xfe]));
    const similar = SourceUri.of(Buffer.from([0x68, 0xff, 0x00, 0xfd]));
    const long = SourceUri.of(`http://example.com/${'x'.repeat(65_536)}`);
    await catalogue.declare(binary);
    await catalogue.declare(long);
    expect(await lookup(binary)).toMatchObject({ status: 'declared' });
    expect(await lookup(similar)).toEqual({ status: 'undeclared' });
    expect(await store(long)).toBe(true);
    expect(await lookup(long)).toMatchObject({ stored: RECORD });
  });

  it('lists its keys as the schema has them', async () => {
    await catalogue.declare(uri);
    await store(uri);
    await (catalogue.recordError(uri, 'invalid content-type') as Promise<void>);
    const places = [];
    for await (const some of catalogue.upkeep.places()) places.push(...some);
    const keys = await catalogue.upkeep.look(places);
    expect(keys).toHaveLength(4);
    expect(keys).toContainEqual({ kind: 'list', list: 'latest' });
    expect(keys).toContainEqual({ kind: 'note', note: 'err', uri, ends: true });
    expect(keys).toContainEqual({ kind: 'note', note: 'updated', uri, ends: true });
    const image = keys.find((key) => key.kind === 'image');
    expect(image?.uri).toEqual(uri);
    expect(Object.fromEntries(image?.fields ?? [])).toEqual({
      ...RECORD,
      created_at: expect.stringMatching(/^\d{10}$/) as string,
    });
  });

  it('tells about how many keys it has', async () => {
    for (let n = 0; n < 500; n++) await catalogue.declare(SourceUri.of(`http://example.com/${n}`));
    const size = await catalogue.upkeep.size();
    expect(size).toBeGreaterThan(450);
    expect(size).toBeLessThan(550);
  });

  describe('that is moderated', () => {
    const blocked = async () => {
      const uris: SourceUri[] = [];
      for await (const some of catalogue.upkeep.listed('blocked')) uris.push(...some);
      return uris;
    };

    it('blocks and unblocks what is declared, and keeps the list in step', async () => {
      const { moderation } = catalogue;
      const other = SourceUri.of(Buffer.from([0x68, 0xff]));
      for (const image of [uri, other]) await catalogue.declare(image);
      await store(uri);
      expect([await moderation.block(uri), await moderation.block(uri)]).toEqual(['changed', 'unchanged']);
      expect(await moderation.block(other)).toBe('changed');
      expect(await blocked()).toHaveLength(2);
      expect(await blocked()).toEqual(expect.arrayContaining([uri, other]));
      expect(await lookup(uri)).toEqual({ status: 'blocked' });
      expect([await moderation.unblock(uri), await moderation.unblock(uri)]).toEqual(['changed', 'unchanged']);
      expect(await blocked()).toEqual([other]);
      expect(await lookup(uri)).toMatchObject({ status: 'declared', stored: RECORD });
    });

    it('blocks nothing that is not declared', async () => {
      expect(await catalogue.moderation.block(uri)).toBe('undeclared');
      expect(await catalogue.moderation.unblock(uri)).toBe('undeclared');
      expect(await lookup(uri)).toEqual({ status: 'undeclared' });
      expect(await blocked()).toEqual([]);
    });

    it('gives all that is known of a picture', async () => {
      const { moderation } = catalogue;
      expect(await moderation.record(uri)).toEqual({ isDeclared: false, isBlocked: false, stored: {} });
      const before = Math.floor(Date.now() / 1000) * 1000;
      await catalogue.declare(uri);
      await store(uri);
      await (catalogue.recordError(uri, 'exceeded max size') as Promise<void>);
      await moderation.block(uri);
      const { declaredAt, error, freshUntil, ...rest } = await moderation.record(uri);
      expect(rest).toEqual({ isDeclared: true, isBlocked: true, stored: RECORD });
      expect(declaredAt?.getTime()).toBeGreaterThanOrEqual(before);
      expect(declaredAt?.getTime()).toBeLessThanOrEqual(Date.now());
      expect(error?.reason).toBe('exceeded max size');
      for (const until of [error?.until, freshUntil]) {
        expect(until?.getTime()).toBeGreaterThan(Date.now());
        expect(until?.getTime()).toBeLessThanOrEqual(Date.now() + TTL * 1000);
      }
    });

    it('forgets for how long a picture is fresh or failed', async () => {
      await catalogue.declare(uri);
      await store(uri);
      await (catalogue.recordError(uri, 'exceeded max size') as Promise<void>);
      await catalogue.moderation.expire(uri);
      const { declaredAt: _declared, ...rest } = await catalogue.moderation.record(uri);
      expect(rest).toEqual({ isDeclared: true, isBlocked: false, stored: RECORD });
      expect(await lookup(uri)).toEqual({ status: 'declared', stored: RECORD, freshFor: 0 });
    });
  });

  describe('whose records are mended', () => {
    const { checksum } = RECORD;
    const adopted = { type: 'image/gif', checksum };
    const other = { type: 'image/gif', checksum: 'b'.repeat(40) };
    const recorded = async () => ((await lookup(uri)) as { stored?: object }).stored;
    beforeEach(async () => {
      await catalogue.declare(uri);
    });

    it('forgets what is still recorded, and that it is fresh', async () => {
      await store(uri);
      expect(await catalogue.upkeep.forget(uri, other.checksum)).toBe(false);
      expect(await recorded()).toEqual(RECORD);
      expect(await catalogue.upkeep.forget(uri, checksum)).toBe(true);
      expect(await lookup(uri)).toEqual({ status: 'declared', freshFor: 0 });
      expect(await catalogue.upkeep.forget(uri, checksum)).toBe(true);
    });

    it('adopts where nothing is recorded, and does not call it fresh', async () => {
      expect(await catalogue.upkeep.adopt(uri, adopted)).toBe(true);
      expect(await lookup(uri)).toEqual({ status: 'declared', stored: adopted, freshFor: 0 });
    });

    it('adopts the same bytes with their etag, and no others', async () => {
      await store(uri);
      expect(await catalogue.upkeep.adopt(uri, other)).toBe(false);
      expect(await recorded()).toEqual(RECORD);
      expect(await catalogue.upkeep.adopt(uri, adopted)).toBe(true);
      expect(await recorded()).toEqual({ ...RECORD, ...adopted });
    });

    it('adopts nothing that is not declared', async () => {
      const stranger = SourceUri.of('http://example.com/stranger');
      expect(await catalogue.upkeep.adopt(stranger, adopted)).toBe(false);
      expect(await lookup(stranger)).toEqual({ status: 'undeclared' });
    });
  });
});

describe.skipIf(redisUrl === null)('the Redis catalogue and the site', () => {
  const uri = SourceUri.of('http://example.com/b.png');
  const open = async () => {
    const { address, client } = await freshRedis();
    const parsed = parseCatalogueAddress(address);
    if (parsed?.kind !== 'redis') throw new Error(`not a Redis: ${address}`);
    const catalogue = new RedisCatalogue(parsed);
    await catalogue.connect();
    return { client, catalogue };
  };

  it('writes the schema, with an hour to live', async () => {
    const { client, catalogue } = await open();
    await catalogue.declare(uri);
    await catalogue.store(uri, RECORD, MODIFIED);
    expect(await client.hgetall(`img/${uri}`)).toMatchObject(RECORD);
    expect(await client.get(`img/updated/${uri}`)).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
    expect(await client.ttl(`img/updated/${uri}`)).toBe(3600);
    await catalogue.recordError(uri, 'unexpected status code');
    expect(await client.get(`img/err/${uri}`)).toBe('unexpected status code');
    expect(await client.ttl(`img/err/${uri}`)).toBe(3600);
    expect(await client.lrange('img/latest', 0, -1)).toEqual([`${uri}`]);
  });

  it('keeps 100 in img/latest', async () => {
    const { client, catalogue } = await open();
    for (let n = 0; n < 105; n++) await catalogue.declare(SourceUri.of(`http://example.com/${n}`));
    const latest = await client.lrange('img/latest', 0, -1);
    expect(latest).toHaveLength(100);
    expect(latest[0]).toBe('http://example.com/104');
  });

  it('refuses to store what was blocked', async () => {
    const { client, catalogue } = await open();
    await client.hset(`img/${uri}`, 'created_at', '1', 'status', 'Blocked');
    expect(await catalogue.lookup(uri)).toEqual({ status: 'blocked' });
    expect(await catalogue.store(uri, RECORD, MODIFIED)).toBe(false);
    expect(await client.hgetall(`img/${uri}`)).toEqual({ created_at: '1', status: 'Blocked' });
    expect(await client.exists(`img/updated/${uri}`)).toBe(0);
  });

  it('takes keys of another type for absent', async () => {
    const { client, catalogue } = await open();
    await client.set(`img/${uri}`, 'text');
    expect(await catalogue.lookup(uri)).toEqual({ status: 'undeclared' });
    await client.del(`img/${uri}`);
    await client.hset(`img/${uri}`, 'created_at', '1');
    await client.hset(`img/err/${uri}`, 'created_at', '1');
    expect(await catalogue.lookup(uri)).toEqual({ status: 'declared', freshFor: 0 });
  });

  it('takes a freshness that never ends for fresh, as the daemon does', async () => {
    const { client, catalogue } = await open();
    await catalogue.declare(uri);
    await catalogue.store(uri, RECORD, MODIFIED);
    await client.persist(`img/updated/${uri}`);
    expect(await catalogue.lookup(uri)).toMatchObject({ freshFor: 3_600_000 });
  });

  it('tells about how many of the keys of a Redis are its own', async () => {
    const { client, catalogue } = await open();
    await client.eval(
      `for n = 1, 900 do redis.call('SET', 'session/' .. n, 'x') end
       for n = 1, 100 do redis.call('HSET', 'img/' .. n, 'created_at', '1') end`,
      0,
    );
    const size = await catalogue.upkeep.size();
    expect(size).toBeGreaterThan(40);
    expect(size).toBeLessThan(160);
  });

  it('asks in one round trip', async () => {
    const { client } = await open();
    const latency = 100;
    const link = await startLink(Number(client.options.port), latency);
    const { db = 0 } = client.options;
    const far = new RedisCatalogue({ description: 'far', connection: { host: '127.0.0.1', port: link.port, db } });
    await far.connect();
    const began = performance.now();
    await far.lookup(uri);
    expect(performance.now() - began).toBeLessThan(2 * latency);
    await far.close();
    await link.close();
  });

  it('has the first calls connect and wait for that, whichever they are', async () => {
    const { client } = await open();
    const { port = 0, db = 0 } = client.options;
    const catalogue = new RedisCatalogue({ description: 'new', connection: { host: '127.0.0.1', port, db } });
    const [entry, isNew] = await Promise.all([catalogue.lookup(uri), catalogue.declare(uri)]);
    expect([entry, isNew]).toEqual([{ status: 'undeclared' }, true]);
    expect(await client.hkeys(`img/${uri}`)).toEqual(['created_at']);
    await catalogue.close();
  });

  it('has none of the first calls go to another database when the one that was named is refused', async () => {
    const { client } = await open();
    const { port = 0 } = client.options;
    const catalogue = new RedisCatalogue({ description: 'new', connection: { host: '127.0.0.1', port, db: 999 } });
    const astray = SourceUri.of('http://example.com/astray.png');
    await expect(catalogue.declare(astray)).rejects.toMatchObject({ code: 'catalogue-unavailable' });
    await client.select(0);
    expect(await client.exists(`img/${astray}`)).toBe(0);
    await catalogue.close();
  });

  it('tells each time that it is connected', async () => {
    const { client } = await open();
    const link = await startLink(Number(client.options.port), 0);
    const catalogue = new RedisCatalogue({ description: 'cut', connection: { host: '127.0.0.1', port: link.port } });
    let times = 0;
    await catalogue.connect(() => times++);
    expect(times).toBe(1);
    link.cut();
    await vi.waitFor(() => expect(times).toBe(2));
    await catalogue.close();
    await link.close();
  });

  it('waits for nothing once a connection is lost', async () => {
    const { client } = await open();
    const link = await startLink(Number(client.options.port), 0);
    const catalogue = new RedisCatalogue({ description: 'lost', connection: { host: '127.0.0.1', port: link.port } });
    await catalogue.lookup(uri);
    await link.close();
    await vi.waitFor(() => expect(catalogue.lookup(uri)).rejects.toMatchObject({ code: 'catalogue-unavailable' }));
    const began = performance.now();
    for (let time = 0; time < 10; time++) {
      await expect(catalogue.lookup(uri)).rejects.toMatchObject({ code: 'catalogue-unavailable' });
    }
    expect(performance.now() - began).toBeLessThan(300);
    await catalogue.close();
  });

  it('says so when Redis is away', async () => {
    const catalogue = new RedisCatalogue({ description: 'nobody', connection: { host: '127.0.0.1', port: 1 } });
    await expect(catalogue.lookup(uri)).rejects.toMatchObject({ code: 'catalogue-unavailable' });
    await catalogue.close();
  });
});
