import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisCatalogue } from '../../src/adapters/index.js';
import { type CatalogueEntry, isPending, SourceUri } from '../../src/domain/index.js';
import { type Link, startLink } from '../support/link.js';
import { redisCommand, type RedisServer, startRedisServer } from '../support/redis-server.js';

const URI = SourceUri.of('http://origin.example/hot.png');
const [IMAGE, ERROR, UPDATED] = ['img/', 'img/err/', 'img/updated/'].map((prefix) => `${prefix}${URI.toString()}`) as [
  string,
  string,
  string,
];

/** Milliseconds within which every process knows of a change. */
const SOON = 50;

const command = redisCommand();
let server: RedisServer;
let port: number;
let client: Redis;
let link: Link;
let catalogues: RedisCatalogue[];

describe.skipIf(!command)('a change in Redis', () => {
  beforeAll(async () => {
    server = await startRedisServer(command ?? '');
    port = server.port;
  });
  afterAll(() => server.stop());

  /** The second one's connections can be made to fall silent: commands on the first, announcements on the second. */
  beforeEach(async () => {
    client = new Redis(port, { protocol: 2 });
    await client.flushall();
    await client.hset(IMAGE, { created_at: 1, type: 'image/png', checksum: 'a'.repeat(40) });
    await client.set(UPDATED, 'now', 'EX', 3600);
    link = await startLink(port, 0);
    catalogues = await Promise.all([port, link.port].map(open));
  });
  afterEach(async () => {
    await Promise.all(catalogues.map((catalogue) => catalogue.close()));
    await link.close();
    client.disconnect();
  });

  async function open(to: number): Promise<RedisCatalogue> {
    const catalogue = new RedisCatalogue({ description: 'Redis', connection: { host: '127.0.0.1', port: to } });
    await catalogue.connect();
    await warm(catalogue);
    return catalogue;
  }

  const PATIENCE = { timeout: 5000, interval: 10 };

  /** Looks until it is told without Redis being asked. */
  async function warm(catalogue: RedisCatalogue, patience = PATIENCE): Promise<void> {
    await expect
      .poll(async () => {
        const answer = catalogue.lookup(URI);
        await answer;
        return isPending(answer);
      }, patience)
      .toBe(false);
  }

  function shown(entry: CatalogueEntry): string {
    if (entry.status !== 'declared') return entry.status;
    return `${entry.stored?.checksum} ${entry.error ?? (entry.freshFor > 0 ? 'fresh' : 'stale')}`;
  }

  /** Milliseconds until a catalogue that is asked all the time shows it. */
  async function untilSeen(catalogue: RedisCatalogue, expected: string): Promise<number> {
    const start = performance.now();
    while (shown(await catalogue.lookup(URI)) !== expected) {
      await nextTurn();
      if (performance.now() - start > 1000) return Infinity;
    }
    return performance.now() - start;
  }

  async function lookupsAsked(): Promise<number> {
    return Number(/cmdstat_hmget:calls=(\d+)/.exec(await client.info('commandstats'))?.[1]);
  }

  const CHECKSUM = 'a'.repeat(40);
  const OTHER = 'b'.repeat(40);
  const CHANGES: [change: () => Promise<unknown>, shown: string][] = [
    [() => client.hset(IMAGE, 'status', 'Blocked'), 'blocked'],
    [() => client.hdel(IMAGE, 'status'), `${CHECKSUM} fresh`],
    [() => client.hset(IMAGE, 'checksum', OTHER), `${OTHER} fresh`],
    [() => client.hset(IMAGE, 'checksum', CHECKSUM), `${CHECKSUM} fresh`],
    [() => client.set(ERROR, 'invalid content-type', 'EX', 3600), `${CHECKSUM} invalid content-type`],
    [() => client.del(ERROR), `${CHECKSUM} fresh`],
    [() => client.del(UPDATED), `${CHECKSUM} stale`],
    [() => client.set(UPDATED, 'now', 'EX', 3600), `${CHECKSUM} fresh`],
  ];

  function percentile99(times: number[]): number {
    return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity;
  }

  describe('what is looked up', () => {
    it('is not asked of Redis again', async () => {
      const before = await lookupsAsked();
      for (let turn = 0; turn < 500; turn++) {
        for (const catalogue of catalogues) expect(shown(await catalogue.lookup(URI))).toBe(`${CHECKSUM} fresh`);
        await nextTurn();
      }
      // Redis that takes too long to show that it has announced all is a reason to ask.
      expect((await lookupsAsked()) - before).toBeLessThan(15);
    });

    it('is not asked of Redis again by a process whose turns take longer than it may count without a proof', async () => {
      const [catalogue] = catalogues as [RedisCatalogue];
      const other = SourceUri.of('http://origin.example/other.png');
      await client.hset(`img/${other}`, { created_at: 1, type: 'image/png', checksum: 'a'.repeat(40) });
      await client.set(`img/updated/${other}`, 'now', 'EX', 3600);
      await catalogue.lookup(other);
      const before = await lookupsAsked();
      for (let turn = 0; turn < 50; turn++) {
        const answers = [URI, URI, other].map((uri) => catalogue.lookup(uri));
        for (const end = performance.now() + 40; performance.now() < end;);
        for (const answer of answers) expect(shown(await answer)).toBe(`${CHECKSUM} fresh`);
        await nextTurn();
      }
      expect((await lookupsAsked()) - before).toBeLessThan(15);
      // Nor is it told what is not true any more, be the announcement there without having been looked at.
      const changing = client.hset(`img/${other}`, 'status', 'Blocked');
      for (const end = performance.now() + 60; performance.now() < end;);
      expect(shown(await catalogue.lookup(other))).toBe('blocked');
      await changing;
    });

    it('is hardly asked of Redis again after a rest', async () => {
      const [catalogue] = catalogues as [RedisCatalogue];
      await delay(1200);
      const before = await lookupsAsked();
      for (let turn = 0; turn < 50; turn++) await catalogue.lookup(URI);
      expect((await lookupsAsked()) - before).toBeLessThan(6);
    });

    it('shows 1,000 changes soon in each of two catalogues', async () => {
      const times: number[] = [];
      for (let round = 0; round < 125; round++) {
        for (const [change, expected] of CHANGES) {
          await change();
          times.push(...(await Promise.all(catalogues.map((catalogue) => untilSeen(catalogue, expected)))));
        }
      }
      expect(times).toHaveLength(2000);
      expect(percentile99(times)).toBeLessThan(SOON);
    });

    it('is over when Redis says it is, without anything being announced', async () => {
      await client.set(UPDATED, 'now', 'PX', 300);
      await Promise.all(catalogues.map((catalogue) => warm(catalogue)));
      const left = await client.pttl(UPDATED);
      const start = performance.now();
      const seen = catalogues.map(async (catalogue) => {
        while (shown(await catalogue.lookup(URI)) !== `${CHECKSUM} stale`) await nextTurn();
        return performance.now() - start;
      });
      for (const time of await Promise.all(seen)) {
        expect(time).toBeGreaterThan(left - SOON);
        expect(time).toBeLessThan(left + SOON);
      }
    });

    it('is forgotten when everything is flushed', async () => {
      await client.flushall();
      for (const catalogue of catalogues) expect(await untilSeen(catalogue, 'undeclared')).toBeLessThan(SOON);
    });

    it('shows our own changes at once', async () => {
      const [one] = catalogues as [RedisCatalogue];
      for (const checksum of [OTHER, CHECKSUM, OTHER]) {
        await one.store(URI, { type: 'image/png', checksum }, new Date());
        expect(shown(await one.lookup(URI))).toBe(`${checksum} fresh`);
      }
      await one.recordError(URI, 'exceeded max size');
      expect(shown(await one.lookup(URI))).toBe(`${OTHER} exceeded max size`);
    });
  });

  describe('when announcements are lost', () => {
    const CUTS = 100;

    it('because the connection was cut just before, changes show all the same', async () => {
      const times: number[] = [];
      for (let round = 0; round < CUTS; round++) {
        const expected = round % 2 === 0 ? 'blocked' : `${CHECKSUM} fresh`;
        await Promise.all(catalogues.map((catalogue) => warm(catalogue)));
        const change = client.multi().call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await (round % 2 === 0 ? change.hset(IMAGE, 'status', 'Blocked') : change.hdel(IMAGE, 'status')).exec();
        times.push(...(await Promise.all(catalogues.map((catalogue) => untilSeen(catalogue, expected)))));
      }
      expect(percentile99(times)).toBeLessThan(SOON);
    });

    it('because the connection fell silent just before, changes show all the same', async () => {
      const [, through] = catalogues as [RedisCatalogue, RedisCatalogue];
      link.stall(1);
      await client.hset(IMAGE, 'status', 'Blocked');
      expect(await untilSeen(through, 'blocked')).toBeLessThan(SOON);
      await client.hdel(IMAGE, 'status');
      expect(await untilSeen(through, `${CHECKSUM} fresh`)).toBeLessThan(SOON);
      // It is given up, and another takes its place.
      await warm(through);
      await client.hset(IMAGE, 'status', 'Blocked');
      expect(await untilSeen(through, 'blocked')).toBeLessThan(SOON);
    });

    it('because nobody wanted to know for a while, changes show all the same', async () => {
      await delay(1200);
      link.stall(1);
      await client.hset(IMAGE, 'status', 'Blocked');
      for (const catalogue of catalogues) expect(await untilSeen(catalogue, 'blocked')).toBeLessThan(SOON);
    });
  });

  describe('a Redis that does not announce', () => {
    it('is asked each time, and is told from one that was not asked to announce', async () => {
      await client.acl('SETUSER', 'plain', 'on', '>secret', '~*', '&*', '+@all', '-client');
      const connection = { host: '127.0.0.1', port, username: 'plain', password: 'secret' };
      const catalogue = new RedisCatalogue({ description: 'Redis', connection });
      await catalogue.connect();
      expect(catalogue.isAnnouncing).toBe(true);
      for (let turn = 0; turn < 50; turn++) {
        const answer = catalogue.lookup(URI);
        expect(isPending(answer)).toBe(true);
        expect(shown(await answer)).toBe(`${CHECKSUM} fresh`);
        await delay(10);
      }
      expect(catalogue.isAnnouncing).toBe(false);
      // It is tried again, with a new connection.
      await client.acl('SETUSER', 'plain', '+client');
      await warm(catalogue, { timeout: 8000, interval: 50 });
      expect(catalogue.isAnnouncing).toBe(true);
      await client.hset(IMAGE, 'status', 'Blocked');
      expect(await untilSeen(catalogue, 'blocked')).toBeLessThan(SOON);
      await catalogue.close();
    });
  });
});
