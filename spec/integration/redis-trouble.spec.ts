import { rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskFiles } from '../../src/adapters/index.js';
import { SourceUri } from '../../src/domain/index.js';
import { type Link, startLink } from '../support/link.js';
import { sends, startOrigin, type TestOrigin } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { freePort } from '../support/free-port.js';
import { redisCommand, type RedisServer, startRedisServer } from '../support/redis-server.js';
import { redisUrl } from '../support/redis.js';
import { type Answer, request, type Service, startService } from '../support/service.js';

const GRACE = 2;

describe.skipIf(redisUrl === null)('when Redis is in trouble', () => {
  const command = redisCommand() ?? '';
  let redis: RedisServer;
  let client: Redis;
  let service: Service;
  let origin: TestOrigin;
  let opsPort: number;
  let png: Buffer;
  let link: Link | undefined;

  beforeEach(async () => {
    redis = await startRedisServer(command);
    client = new Redis(redis.port, { retryStrategy: () => 50 });
    client.on('error', () => undefined);
    origin = await startOrigin();
    png = await raw(noise(8, 8)).png().toBuffer();
  });
  afterEach(async () => {
    client.disconnect();
    await service.stop();
    await link?.close();
    await redis.stop();
    await origin.close();
  });

  const start = async (port = redis.port) => {
    opsPort = await freePort();
    const flags = ['--redis-grace', `${GRACE}`, '--ops', `127.0.0.1:${opsPort}`];
    service = await startService({ redis: `127.0.0.1:${port}/0`, flags });
  };
  const declare = async (path: string) => {
    const uri = origin.url + path;
    origin.on(path, sends('image/png', png));
    await client.hset(`img/${uri}`, 'created_at', '1');
    return uri;
  };
  const kept = async (path: string) => {
    const uri = await declare(path);
    expect(await service.get('img', uri)).toMatchObject({ status: 200, body: png });
    return uri;
  };
  const ready = () => request(`http://127.0.0.1:${opsPort}/ready`);

  /** Neither a picture nor its absence, told within a second, and the process is well. */
  const expectTrouble = async (uri: string) => {
    const began = performance.now();
    const [image, avatar] = await Promise.all([service.get('img', uri), service.get('avatars', uri)]);
    expect(performance.now() - began).toBeLessThan(1000);
    expect({ status: image.status, body: image.body.toString() }).toEqual({
      status: 503,
      body: 'Service Unavailable\n',
    });
    expect(image.headers.get('retry-after')).toBe('1');
    expect(image.headers.get('cache-control')).toBe('no-store');
    expect(avatar.status).toBe(302);
    expect(avatar.headers.get('cache-control')).toBe('no-store');
    expect(await request(`${service.url}/status`)).toMatchObject({ status: 200, body: Buffer.from('OK') });
  };

  const expectUnready = async (reason: RegExp) => {
    const { status, body } = await ready();
    expect(status).toBe(503);
    expect(body.toString()).toMatch(reason);
  };

  /** Within two seconds, and without anybody's help. */
  const expectRecovery = async (uri: string) => {
    const deadline = performance.now() + 2000;
    while ((await service.get('img', uri)).status === 503 && performance.now() < deadline) await delay(20);
    expect(await service.get('img', uri)).toMatchObject({ status: 200, body: png });
    expect(await ready()).toMatchObject({ status: 200, body: Buffer.from('ready\n') });
  };

  /** Two that moderators block: one is looked for once more after that, and one is not. */
  const keptAndBlocked = async () => {
    const blocked = [await kept('/blocked.png'), await kept('/blocked-unseen.png')] as const;
    for (const uri of blocked) {
      expect((await service.get('img', uri)).headers.get('cache-status')).toMatch(/; hit; ttl=/);
      await client.hset(`img/${uri}`, 'status', 'Blocked');
    }
    expect((await service.get('img', blocked[0])).status).toBe(404);
    await delay(50);
    return blocked;
  };

  /** What is known good is served while the grace lasts, and no longer; what was blocked never. */
  const expectGrace = async (good: string, blocked: readonly string[]) => {
    const began = performance.now();
    const served = await service.get('img', good);
    expect(served).toMatchObject({ status: 200, body: png });
    expect(served.headers.get('cache-status')).toContain('detail="catalogue-unavailable"');
    expect(performance.now() - began).toBeLessThan(1000);
    for (const uri of blocked) expect((await service.get('img', uri)).status).toBe(503);
    await delay(GRACE * 1000);
    expect((await service.get('img', good)).status).toBe(503);
  };

  it('at the start, it is a 503 until it comes', async () => {
    const { port } = redis;
    await redis.stop();
    await start(port);
    expect(service.output()).toContain(`Redis 127.0.0.1:${port}/0 is away; trying again until it is back`);
    await expectTrouble(`${origin.url}/a.png`);
    await expectUnready(/^Redis 127\.0\.0\.1:\d+\/0: .+\n$/);
    redis = await startRedisServer(command, port);
    await expectRecovery(await declare('/a.png'));
    expect(service.output()).toContain(`connected to Redis 127.0.0.1:${port}/0`);
  });

  it('slow at the start, the first reader is served, and nobody says that it is away', async () => {
    link = await startLink(redis.port, 200);
    const uri = await declare('/a.png');
    const port = await freePort();
    const starting = startService({ redis: `127.0.0.1:${link.port}/0`, flags: ['-a', `127.0.0.1:${port}`] });
    let first: Answer | undefined;
    while (!first) {
      first = await request(`http://127.0.0.1:${port}/img/${SourceUri.of(uri).hex}`).catch(() => undefined);
      await delay(1);
    }
    service = await starting;
    expect(first).toMatchObject({ status: 200, body: png });
    expect(service.output()).not.toContain('is away');
  });

  it('loading its data at the start, it is not waited for', async () => {
    const loading = createServer((socket) => {
      const info = 'loading:1\r\nloading_eta_seconds:60';
      socket.on('data', (data) => {
        for (const _ of data.toString().match(/^\*\d/gm) ?? []) socket.write(`$${info.length}\r\n${info}\r\n`);
      });
    });
    const port = await new Promise<number>((resolve) => {
      loading.listen(0, '127.0.0.1', () => resolve((loading.address() as AddressInfo).port));
    });
    await start(port);
    expect(service.output()).toContain(`Redis 127.0.0.1:${port}/0 is away; trying again until it is back`);
    expect(await request(`${service.url}/status`)).toMatchObject({ status: 200 });
    loading.close();
  });

  it('dead, it is a 503 for what is not known good, until it is back', async () => {
    await start();
    const [good, blocked] = [await kept('/good.png'), await keptAndBlocked()];
    await redis.stop();
    await expectTrouble(`${origin.url}/unknown.png`);
    await expectUnready(/Redis/);
    await expectGrace(good, blocked);
    redis = await startRedisServer(command, redis.port);
    await expectRecovery(await declare('/good.png'));
  });

  it('dead in the middle of a fetch, the picture is a 503 unless it is known good', async () => {
    await start();
    const good = await kept('/good.png');
    const first = await declare('/first.png');
    for (const path of ['/good.png', '/first.png']) {
      origin.on(path, (_, response) => void redis.stop().then(() => sends('image/png', png)(_, response)));
    }
    await client.del(`img/updated/${good}`);
    const [known, unknown] = await Promise.all([service.get('img', good), service.get('img', first)]);
    expect(known).toMatchObject({ status: 200, body: png });
    expect(unknown.status).toBe(503);
  });

  it('frozen, it is a 503 within a second, and a block made meanwhile is honoured at once', async () => {
    await start();
    const [good, later, blocked] = [await kept('/good.png'), await kept('/later.png'), await keptAndBlocked()];
    redis.signal('SIGSTOP');
    await expectTrouble(`${origin.url}/unknown.png`);
    await expectUnready(/Redis/);
    await expectGrace(good, blocked);
    // Sent into the frozen one, so that it is there before anything else is answered.
    const block = client.hset(`img/${later}`, 'status', 'Blocked');
    await delay(50);
    redis.signal('SIGCONT');
    await block;
    await expectRecovery(good);
    expect((await service.get('img', later)).status).toBe(404);
    // Nothing but the log: no warnings of Node's.
    for (const line of service.output().trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('gone and back, a block made meanwhile is honoured at once', async () => {
    await start();
    const good = await kept('/good.png');
    await redis.stop();
    expect((await service.get('img', good)).status).toBe(200);
    redis = await startRedisServer(command, redis.port);
    const site = new Redis(redis.port);
    await site.hset(`img/${good}`, 'created_at', '1', 'status', 'Blocked');
    site.disconnect();
    await expectRecovery(await declare('/other.png'));
    expect((await service.get('img', good)).status).toBe(404);
  });

  const refusals: [string, (site: Redis) => Promise<unknown>, (site: Redis) => Promise<unknown>, RegExp][] = [
    ['full', (site) => site.config('SET', 'maxmemory', '1'), (site) => site.config('SET', 'maxmemory', '0'), /OOM/],
    [
      'a read-only replica',
      (site) => site.call('REPLICAOF', '127.0.0.1', '1'),
      (site) => site.call('REPLICAOF', 'NO', 'ONE'),
      /READONLY/,
    ],
  ];
  for (const [name, begin, end, reason] of refusals) {
    it(`${name}, pictures are served from memory, their origins are asked once, and all is stored in the end`, async () => {
      await start();
      const good = await kept('/good.png');
      const first = await declare('/first.png');
      await begin(client);
      await expectUnready(reason);
      for (let n = 0; n < 5; n++) {
        expect(await service.get('img', good)).toMatchObject({ status: 200, body: png });
        expect(await service.get('img', first)).toMatchObject({ status: 200, body: png });
        await delay(100);
      }
      await client.hset(`img/${first}`, 'status', 'Blocked').catch(() => undefined);
      expect(origin.count('/first.png')).toBe(1);
      await end(client);
      await expectRecovery(first);
      expect(await client.hget(`img/${first}`, 'type')).toBe('image/png');
      expect(await client.exists(`img/updated/${first}`)).toBe(1);
      expect(origin.count('/first.png')).toBe(1);
    });
  }

  it('full, a copy that gets lost after its origin called it current is fetched anew', async () => {
    await start();
    // Too large to be kept in memory.
    const large = Buffer.concat([png, Buffer.alloc(2 << 20)]);
    const uri = await declare('/large.png');
    origin.on('/large.png', (request, response) => {
      if (request.headers['if-none-match'] === '"e"') response.writeHead(304).end();
      else sends('image/png', large, { ETag: '"e"' })(request, response);
    });
    expect((await service.get('img', uri)).status).toBe(200);
    await client.del(`img/updated/${uri}`);
    await client.config('SET', 'maxmemory', '1');
    for (let n = 0; n < 2; n++) expect((await service.get('img', uri)).status).toBe(200);
    expect(origin.count('/large.png')).toBe(2);
    rmSync(new DiskFiles(service.directory).pathOf(SourceUri.of(uri)));
    for (let n = 0; n < 2; n++) {
      const { status, body } = await service.get('img', uri);
      expect(status).toBe(200);
      expect(body.equals(large)).toBe(true);
    }
    expect(origin.count('/large.png')).toBe(3);
  });

  it('slow, everything takes its time and is right', async () => {
    link = await startLink(redis.port, 200);
    await start(link.port);
    const uri = await declare('/a.png');
    expect(await service.get('img', uri)).toMatchObject({ status: 200, body: png });
    const began = performance.now();
    const hit = await service.get('img', uri);
    expect(hit).toMatchObject({ status: 200, body: png });
    expect(hit.headers.get('cache-status')).toMatch(/^img-linuxfr; hit/);
    expect(performance.now() - began).toBeGreaterThan(199);
    expect(performance.now() - began).toBeLessThan(800);
    expect(await ready()).toMatchObject({ status: 200 });
  });
});
