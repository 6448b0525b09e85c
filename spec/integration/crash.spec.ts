import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskSurvey } from '../../src/adapters/disk-survey.js';
import { DiskFiles, RedisCatalogue } from '../../src/adapters/index.js';
import { checksumOf, SourceUri } from '../../src/domain/index.js';
import { partsOf } from '../../src/server/commands/check/parts.js';
import { phasesOf } from '../../src/server/commands/check/phases.js';
import { parseCatalogueAddress } from '../../src/server/redis-address.js';
import { AVATAR, FIRST_FETCH, LEFT, NEW, OLD, type Outcome, RENEWAL, REPLACEMENT, STALE } from '../corpus/crashes.js';
import { sends, startOrigin, type TestOrigin } from '../support/origin.js';
import { freshRedis, redisUrl, type TestRedis } from '../support/redis.js';
import { type Service, startService, temporaryDirectory } from '../support/service.js';

/** Where what is found lies; everything else is of the URI. */
const PLACES: Record<string, RegExp> = { [LEFT]: /^\.tmp\/[0-9a-f]{16}-\d+-/, [STALE]: /\.avatar-64\./ };

/** With 25 steps, two hundred in all. */
const ROUNDS = 8;

describe.skipIf(redisUrl === null)('killed at any moment', () => {
  const directory = temporaryDirectory();
  const order = join(directory, 'crash-at');
  let redis: TestRedis;
  let origin: TestOrigin;
  let service: Service;
  let number = 0;

  beforeAll(async () => {
    redis = await freshRedis();
    origin = await startOrigin();
    service = await start();
  });
  afterAll(async () => {
    await service.stop();
    await origin.close();
    redis.client.disconnect();
  });

  const start = () =>
    startService({
      redis: redis.address,
      directory,
      flags: ['--rest', '0'],
      preload: join(import.meta.dirname, '../support/crash-points.mjs'),
      env: { CRASH_AT: order },
    });
  const declare = async (path: string) => {
    await redis.client.hset(`img/${origin.url}${path}`, 'created_at', '1');
    return origin.url + path;
  };
  const findings = async () => {
    const address = parseCatalogueAddress(redis.address);
    if (address?.kind !== 'redis') throw new Error('not a Redis');
    const catalogue = new RedisCatalogue(address);
    await catalogue.connect();
    const found = [];
    for (const phase of phasesOf(partsOf(catalogue.upkeep, new DiskSurvey(directory), 0))) {
      for await (const finding of phase.findings(() => undefined)) found.push(finding);
    }
    await catalogue.close();
    return found;
  };

  const killedAt = async (step: string, ask: () => Promise<unknown>) => {
    writeFileSync(order, step);
    service.process.kill('SIGUSR2');
    while (existsSync(order)) await delay(1);
    const ended = new Promise((resolve) => service.process.once('exit', (_, signal) => resolve(signal)));
    await expect(ask()).rejects.toThrow();
    expect(await ended).toBe('SIGKILL');
  };
  const sendsHalf = (bytes: Buffer) =>
    origin.on(`/${number}.png`, (_, response) => {
      response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => service.process.kill('SIGKILL'), 20));
    });
  const dies = () => origin.on(`/${number}.png`, (request) => request.socket.destroy());
  const sendsWhole = (bytes: Buffer, etag = '"e"') => origin.on(`/${number}.png`, sends('image/png', bytes, { etag }));

  const expectServed = async (uri: string, expected: Buffer | 404) => {
    const { status, body, headers } = await service.get('img', uri);
    if (expected === 404) expect(status).toBe(404);
    else {
      expect({ status, body }).toEqual({ status: 200, body: expected });
      expect(headers.get('etag')).toBe(`"${checksumOf(expected)}"`);
    }
  };

  /** After the kill: what is found, what is swept, what is served, and that one request heals it. */
  const expectOutcome = async (uri: string, [kinds, served]: Outcome, bytes: Buffer) => {
    const found = await findings();
    expect(found.map(({ kind }) => kind)).toEqual(kinds);
    for (const { kind, what } of found) expect(what).toMatch(PLACES[kind] ?? uri);
    service = await start();
    expect(
      readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.startsWith('.tmp/')),
    ).toEqual([]);
    dies();
    await expectServed(uri, served);
    sendsWhole(bytes);
    await redis.client.del(`img/updated/${uri}`);
    await expectServed(uri, bytes);
    expect(await findings()).toEqual([]);
  };
  /** So that looking through everything takes no longer with each round. */
  const forgetAll = async () => {
    await redis.client.flushdb();
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
  };

  const kept = async () => {
    sendsWhole(OLD);
    const uri = await declare(`/${number}.png`);
    expect(await service.get('img', uri)).toMatchObject({ status: 200, body: OLD });
    return uri;
  };
  const rounds = (outcomes: Record<string, Outcome>, round: (step: string, outcome: Outcome) => Promise<void>) => {
    it.each(Object.entries(outcomes))('%s', { timeout: 120_000 }, async (step, outcome) => {
      for (let n = 0; n < ROUNDS; n++) {
        number++;
        await round(step, outcome);
        await forgetAll();
      }
    });
  };

  describe('a first fetch', () => {
    rounds(FIRST_FETCH, async (step, outcome) => {
      const uri = await declare(`/${number}.png`);
      if (step === 'half received') sendsHalf(NEW);
      else sendsWhole(NEW);
      await killedAt(step, () => service.get('img', uri));
      await expectOutcome(uri, outcome, NEW);
    });
  });

  describe('a replacement', () => {
    rounds(REPLACEMENT, async (step, outcome) => {
      const uri = await kept();
      expect((await service.get('avatars', uri)).status).toBe(200);
      await redis.client.del(`img/updated/${uri}`);
      if (step === 'half received') sendsHalf(NEW);
      else sendsWhole(NEW);
      await killedAt(step, () => service.get('img', uri));
      await expectOutcome(uri, outcome, NEW);
    });
  });

  describe('a renewal, the same bytes with another etag', () => {
    rounds(RENEWAL, async (step, outcome) => {
      const uri = await kept();
      await redis.client.del(`img/updated/${uri}`);
      sendsWhole(OLD, '"f"');
      await killedAt(step, () => service.get('img', uri));
      await expectOutcome(uri, outcome, OLD);
    });
  });

  describe('an avatar', () => {
    rounds(AVATAR, async (step, outcome) => {
      const uri = await kept();
      await killedAt(step, () => service.get('avatars', uri));
      await expectOutcome(uri, outcome, OLD);
      expect((await service.get('avatars', uri)).status).toBe(200);
      expect(new DiskFiles(directory).pathOf(SourceUri.of(uri))).toSatisfy(existsSync);
    });
  });
});
