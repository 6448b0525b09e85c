import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { redisUrl } from '../support/redis.js';
import type { Answer } from '../support/service.js';
import { openRedisSetting, type RedisSetting } from '../support/setting.js';

const png = await raw(noise(8, 8)).png().toBuffer();

/** Accepts connections and lets every one of them down. */
async function startDeadEnd(): Promise<{ server: Server; url: string; count: () => number }> {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}

describe.skipIf(redisUrl === null)('origins that fail', () => {
  let setting: RedisSetting;
  let deadEnd: Awaited<ReturnType<typeof startDeadEnd>>;
  const open = async (...flags: string[]) => {
    setting = await openRedisSetting({ flags });
  };
  beforeEach(async () => {
    deadEnd = await startDeadEnd();
  });
  afterEach(async () => {
    deadEnd.server.close();
    await setting.close();
  });

  const get = (uri: string) => setting.service.get('img', uri);
  const expire = (uri: string) => setting.redis.del(`img/updated/${uri}`, `img/err/${uri}`);

  /** A thousand requests, a hundred in each second. */
  const thousand = (uri: string): Promise<Answer[]> =>
    Promise.all(Array.from({ length: 1000 }, async (_, n) => delay(n * 10).then(() => get(uri))));

  it('are asked once for a thousand requests in ten seconds, and copies are served meanwhile', async () => {
    await open();
    const dead = `${deadEnd.url}/dead.png`;
    await setting.declare(dead);
    const expired = await setting.publish('/expired.png', sends('image/png', png));
    const refused = await setting.publish('/refused.png', sends('image/png', png));
    for (const uri of [expired, refused]) expect(await get(uri)).toMatchObject({ status: 200, body: png });
    setting.origin.on('/expired.png', (request) => request.socket.destroy());
    setting.origin.on('/refused.png', (_, response) => response.writeHead(500).end());
    await expire(expired);
    await expire(refused);
    const [none, copies, others] = await Promise.all([thousand(dead), thousand(expired), thousand(refused)]);
    expect(none.filter(({ status }) => status === 404)).toHaveLength(1000);
    for (const answers of [copies, others]) {
      expect(answers.filter(({ status, body }) => status === 200 && body.equals(png))).toHaveLength(1000);
    }
    expect(deadEnd.count()).toBe(1);
    expect(setting.origin.count('/expired.png')).toBe(2);
    expect(setting.origin.count('/refused.png')).toBe(2);
  });

  it('are asked again after a rest', async () => {
    await open('--rest', '0.5');
    const dead = `${deadEnd.url}/dead.png`;
    await setting.declare(dead);
    for (const asked of [1, 1, 2, 2]) {
      expect((await get(dead)).status).toBe(404);
      expect(deadEnd.count()).toBe(asked);
      await delay(300);
    }
  });

  it('rest as a whole after failures in a row', async () => {
    await open('--host-failures', '3');
    for (let n = 0; n < 8; n++) {
      await setting.declare(`${deadEnd.url}/${n}.png`);
      expect((await get(`${deadEnd.url}/${n}.png`)).status).toBe(404);
    }
    // A connection that is let down speaks against the picture only; one that is refused, against the host.
    expect(deadEnd.count()).toBe(8);
    const { port } = deadEnd.server.address() as AddressInfo;
    await new Promise((resolve) => deadEnd.server.close(resolve));
    for (let n = 0; n < 4; n++) {
      await setting.declare(`${deadEnd.url}/refused-${n}.png`);
      expect((await get(`${deadEnd.url}/refused-${n}.png`)).status).toBe(404);
    }
    await new Promise<void>((resolve) => deadEnd.server.listen(port, '127.0.0.1', resolve));
    expect((await get(`${deadEnd.url}/refused-0.png`)).status).toBe(404);
    await setting.declare(`${deadEnd.url}/another.png`);
    expect((await get(`${deadEnd.url}/another.png`)).status).toBe(404);
    expect(deadEnd.count()).toBe(8);
  });

  it('rest as long as they ask for, all of them', async () => {
    await open();
    const busy = await setting.publish('/busy.png', (_, response) =>
      response.writeHead(503, { 'Retry-After': '2' }).end(),
    );
    const other = await setting.publish('/other.png', sends('image/png', png));
    expect((await get(busy)).status).toBe(404);
    expect((await get(other)).status).toBe(404);
    await delay(2000);
    expect(await get(other)).toMatchObject({ status: 200, body: png });
    expect(setting.origin.count('/other.png')).toBe(1);
  });

  it('get no more than six connections at once, and hold up nobody else', async () => {
    await open('--host-queue', '10', '--queue-timeout', '5');
    let busy = 0;
    let most = 0;
    const slowly = (n: number) =>
      setting.publish(`/slow-${n}.png`, (request, response) => {
        most = Math.max(most, ++busy);
        void delay(500).then(() => {
          busy--;
          sends('image/png', png)(request, response);
        });
      });
    const slow = await Promise.all(Array.from({ length: 20 }, (_, n) => slowly(n)));
    const elsewhere = `${deadEnd.url}/dead.png`;
    await setting.declare(elsewhere);
    const answers = Promise.all(slow.map(get));
    await delay(100);
    const began = performance.now();
    expect((await get(elsewhere)).status).toBe(404);
    expect(performance.now() - began).toBeLessThan(300);
    const statuses = (await answers).map(({ status }) => status);
    // Six are asked, ten wait, and four find the queue full.
    expect(statuses.filter((status) => status === 200)).toHaveLength(16);
    expect(statuses.filter((status) => status === 503)).toHaveLength(4);
    expect(most).toBe(6);
  });
});

describe.skipIf(redisUrl === null)('origins that are slow', () => {
  let setting: RedisSetting;
  afterEach(() => setting.close());

  const NEW = Buffer.from(png);
  NEW[NEW.length - 1] = (NEW.at(-1) ?? 0) ^ 1;

  /** A picture that is kept, stale, and whose origin takes its time to send another one. */
  const stale = async (time: number, ...flags: string[]) => {
    setting = await openRedisSetting({ flags });
    const uri = await setting.publish('/slow.png', sends('image/png', png));
    expect((await setting.service.get('img', uri)).status).toBe(200);
    setting.origin.on('/slow.png', (request, response) => {
      void delay(time).then(() => sends('image/png', NEW)(request, response));
    });
    await setting.redis.del(`img/updated/${uri}`);
    return uri;
  };
  const timed = async (uri: string) => {
    const began = performance.now();
    const { status, headers, body } = await setting.service.get('img', uri);
    return { status, how: headers.get('cache-status'), body, time: performance.now() - began };
  };
  const COPY = { status: 200, how: 'img-linuxfr; fwd=stale; detail="refreshing"', body: png };
  const FRESH = { status: 200, how: 'img-linuxfr; fwd=stale; fwd-status=200; stored', body: NEW };

  it('cost readers a second, and the refresh goes on for all of them', async () => {
    const uri = await stale(2000);
    const first = await Promise.all(Array.from({ length: 20 }, () => timed(uri)));
    for (const answer of first) {
      expect(answer).toMatchObject(COPY);
      expect(answer.time).toBeGreaterThan(990);
      expect(answer.time).toBeLessThan(1800);
    }
    await delay(1500);
    expect(await timed(uri)).toMatchObject({
      status: 200,
      how: expect.stringMatching(/; hit; ttl=/) as string,
      body: NEW,
    });
    expect(setting.origin.count('/slow.png')).toBe(2);
  });

  it('cost nothing when nobody is to wait', async () => {
    const uri = await stale(500, '--refresh-wait', '0');
    const answer = await timed(uri);
    expect(answer).toMatchObject(COPY);
    expect(answer.time).toBeLessThan(250);
    await delay(700);
    expect((await timed(uri)).body).toEqual(NEW);
    expect(setting.origin.count('/slow.png')).toBe(2);
  });

  it('are waited for when everybody is to wait', async () => {
    const answer = await timed(await stale(1500, '--refresh-wait', 'forever'));
    expect(answer).toMatchObject(FRESH);
  });

  it('are waited for as long as told', async () => {
    expect(await timed(await stale(700, '--refresh-wait', '1.5'))).toMatchObject(FRESH);
  });
});
