import { once } from 'node:events';
import { readFileSync, renameSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { busyReader } from '../support/busy-reader.js';
import { startCountingListener } from '../support/counting-listener.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { childrenOf, connectionsOf, isRunning, openFilesOf } from '../support/processes.js';
import { redisUrl } from '../support/redis.js';
import { type Answer, temporaryDirectory } from '../support/service.js';
import { openRedisSetting, openSetting, type RedisSetting, type Setting, STORES } from '../support/setting.js';
import { statusesOf, talk } from '../support/talk.js';

const png = await raw(noise(64, 64)).png().toBuffer();
const WORKERS = ['--workers', '2'];

let setting: Setting;
const open = async (...flags: string[]): Promise<RedisSetting> => {
  const opened = await openRedisSetting({ flags: [...WORKERS, ...flags] });
  setting = opened;
  return opened;
};
afterEach(() => setting.close());

const pid = () => setting.service.process.pid ?? 0;
const workers = () => childrenOf(pid());
const shares = () => workers().map((worker) => connectionsOf(worker, setting.service.port));
const get = (uri: string) => setting.service.get('img', uri);
const many = (count: number, uri: string) => Promise.all(Array.from({ length: count }, () => get(uri)));
const isWhole = ({ status, body }: Answer, picture = png) => status === 200 && body.equals(picture);
const linkOf = (uri: string) => `/img/${SourceUri.of(uri).hex}`;
/** On a connection that is closed afterwards. */
const askOnce = async (uri: string) => {
  const request = `GET ${linkOf(uri)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
  expect(statusesOf(await talk({ port: setting.service.port, pause: 0 }, request))).toEqual([200]);
};
const exited = () => once(setting.service.process, 'exit') as Promise<[code: number | null]>;

/** The worker that works on what was asked on a connection of its own, and that connection. */
async function askAlone(uri: string): Promise<{ worker: number; socket: Socket }> {
  const socket = connect(setting.service.port, '127.0.0.1').on('error', () => undefined);
  socket.write(`GET ${linkOf(uri)} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const owner = () => workers().find((worker) => connectionsOf(worker, setting.service.port) > 0);
  await expect.poll(owner).toBeDefined();
  return { worker: owner() ?? 0, socket };
}

describe.each(STORES)('two workers, $name', ({ name, skip }) => {
  it.skipIf(skip)('serve pictures and avatars, whichever is asked', async () => {
    setting = await openSetting(name, { flags: WORKERS });
    const uri = await setting.publish('/a.png', sends('image/png', await raw(noise(100, 200)).png().toBuffer()));
    const avatars = await Promise.all(Array.from({ length: 10 }, () => setting.service.get('avatars', uri)));
    for (const { status, headers, body } of avatars) {
      expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: 'image/png' });
      expect(await sharp(body).metadata()).toMatchObject({ width: 32, height: 64 });
    }
    const large = Buffer.concat([png, Buffer.alloc(3 << 20, 1)]);
    const another = await setting.publish('/large.png', sends('image/png', large));
    for (let n = 0; n < 6; n++) expect(isWhole(await get(another), large)).toBe(true);
    expect(setting.origin.requests).toHaveLength(2);
  });
});

describe.skipIf(redisUrl === null)('workers', () => {
  it('ask an origin once for 200 requests at once, each answered whole', async () => {
    await open();
    const uri = await setting.publish('/a.png', (request, response) => {
      void delay(1000).then(() => sends('image/png', png)(request, response));
    });
    const answers = many(200, uri);
    await expect.poll(shares).toEqual([100, 100]);
    expect((await answers).filter((answer) => isWhole(answer))).toHaveLength(200);
    expect(setting.origin.count('/a.png')).toBe(1);
  });

  it('ask a dead origin once', async () => {
    await open();
    const dead = await startCountingListener();
    const uri = `http://127.0.0.1:${dead.port}/dead.png`;
    await setting.declare(uri);
    for (let n = 0; n < 3; n++) {
      const statuses = (await many(200, uri)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 404)).toHaveLength(200);
    }
    expect(dead.connections()).toBe(1);
    await dead.close();
  });

  it('have six connections to one origin between them', async () => {
    await open();
    let busy = 0;
    let most = 0;
    const uris = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        setting.publish(`/${n}.png`, (request, response) => {
          most = Math.max(most, ++busy);
          void delay(100).then(() => {
            busy--;
            sends('image/png', png)(request, response);
          });
        }),
      ),
    );
    const statuses = (await Promise.all(uris.map(get))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(40);
    expect(most).toBe(6);
  });

  it('renew what is too large to be sent from one to another', async () => {
    const { redis } = await open();
    const large = Buffer.concat([png, Buffer.alloc(3 << 20, 1)]);
    const uri = await setting.publish('/large.png', sends('image/png', large, { etag: '"1"' }));
    expect(isWhole(await get(uri), large)).toBe(true);
    setting.origin.on('/large.png', ({ headers }, response) => {
      response.writeHead(headers['if-none-match'] === '"1"' ? 304 : 500).end();
    });
    await redis.del(`img/updated/${uri}`);
    const renewed = await get(uri);
    expect(isWhole(renewed, large)).toBe(true);
    expect(renewed.headers.get('cache-status')).toBe('img-linuxfr; fwd=stale; fwd-status=304');
  });

  it('let a slow refresh go on, once, and serve the copy meanwhile', async () => {
    const { redis } = await open('--refresh-wait', '0.2');
    const uri = await setting.publish('/slow.png', sends('image/png', png));
    expect((await get(uri)).status).toBe(200);
    const other = Buffer.concat([png, Buffer.from('new')]);
    setting.origin.on('/slow.png', (request, response) => {
      void delay(1000).then(() => sends('image/png', other)(request, response));
    });
    await redis.del(`img/updated/${uri}`);
    for (const { status, headers, body } of await many(20, uri)) {
      expect({ status, body }).toEqual({ status: 200, body: png });
      expect(headers.get('cache-status')).toBe('img-linuxfr; fwd=stale; detail="refreshing"');
    }
    await delay(1000);
    for (const answer of await many(20, uri)) expect(answer).toMatchObject({ status: 200, body: other });
    expect(setting.origin.count('/slow.png')).toBe(2);
  });

  it('all know within 50 ms that a picture is blocked', async () => {
    const { redis } = await open();
    const uri = await setting.publish('/a.png', sends('image/png', png));
    await askOnce(uri);
    const sockets = [0, 1].map(() => connect(setting.service.port, '127.0.0.1').setEncoding('latin1'));
    const ask = async (socket: Socket) => {
      socket.write(`HEAD ${linkOf(uri)} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const [head] = (await once(socket, 'data')) as [string];
      return statusesOf(head)[0];
    };
    const untilSeen = async (socket: Socket, expected: number) => {
      const began = performance.now();
      while ((await ask(socket)) !== expected) await delay(1);
      return performance.now() - began;
    };
    await Promise.all(sockets.map(ask));
    expect(shares()).toEqual([1, 1]);
    const times: number[] = [];
    for (let round = 0; round < 50; round++) {
      await redis.hset(`img/${uri}`, 'status', 'Blocked');
      times.push(...(await Promise.all(sockets.map((socket) => untilSeen(socket, 404)))));
      await redis.hdel(`img/${uri}`, 'status');
      times.push(...(await Promise.all(sockets.map((socket) => untilSeen(socket, 200)))));
    }
    for (const socket of sockets) socket.destroy();
    expect(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]).toBeLessThan(50);
  });

  it('do not wait for slow readers', { timeout: 20_000 }, async () => {
    await open();
    const slow = connect(setting.service.port, '127.0.0.1').on('data', () => undefined);
    slow.write('GET /status HTTP/1.1\r\nHos');
    const began = performance.now();
    await once(slow, 'close');
    expect(performance.now() - began).toBeLessThan(13_000);
  });
});

describe.skipIf(redisUrl === null)('a worker that is killed', () => {
  it('is replaced, and requests go on meanwhile', async () => {
    await open();
    const uri = await setting.publish('/a.png', sends('image/png', png));
    expect((await get(uri)).status).toBe(200);
    const before = workers();
    const [victim = 0] = before;
    process.kill(victim, 'SIGKILL');
    // Until it is noticed, a connection may still be on its way to it, and is closed.
    await expect.poll(setting.service.output).toContain(`worker ${victim} ended with SIGKILL`);
    for (let n = 0; n < 50; n++) await askOnce(uri);
    await expect.poll(workers, { timeout: 5000 }).toHaveLength(2);
    expect(workers()).not.toEqual(before);
    // As soon as it is ready it takes every other connection.
    const sockets: Socket[] = [];
    const oneMore = () => {
      sockets.push(connect(setting.service.port, '127.0.0.1'));
      return Math.min(...shares());
    };
    await expect.poll(oneMore, { timeout: 5000 }).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
  });

  it('has what it asked for stopped, and others who want it are served', async () => {
    await open();
    const hasLeft = new Set<string>();
    const publish = (path: string) =>
      setting.publish(path, (request, response) => {
        response.once('close', () => response.writableFinished || hasLeft.add(path));
        void delay(2000).then(() => sends('image/png', png)(request, response));
      });
    const [alone, wanted] = [await publish('/alone.png'), await publish('/wanted.png')];
    const { worker, socket } = await askAlone(alone);
    const closed = once(socket, 'close');
    const answers = many(10, wanted).catch(() => undefined);
    await expect.poll(() => setting.origin.count('/wanted.png')).toBe(1);
    const other = Promise.all(Array.from({ length: 4 }, () => get(wanted).catch(() => 'cut off' as const)));
    await expect.poll(() => Math.min(...shares())).toBeGreaterThan(2);
    process.kill(worker, 'SIGKILL');
    await closed;
    await expect.poll(() => hasLeft.has('/alone.png')).toBe(true);
    const served = (await other).filter((answer) => answer !== 'cut off');
    expect(served.length).toBeGreaterThan(0);
    for (const answer of served) expect(answer).toMatchObject({ status: 200, body: png });
    await answers;
    expect(setting.origin.count('/wanted.png')).toBe(1);
    expect(hasLeft.has('/wanted.png')).toBe(false);
  });

  it('leaves no reader hanging whose connection was on its way to it', async () => {
    await open();
    const request = 'GET /status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    for (let round = 0; round < 3; round++) {
      await expect.poll(workers, { timeout: 5000 }).toHaveLength(2);
      const ends = Array.from({ length: 500 }, () =>
        talk({ port: setting.service.port, pause: 0 }, request).then(
          (received) => (statusesOf(received)[0] === 200 ? 'answered' : 'closed'),
          (error: Error & { code?: string }) => error.code ?? error.message,
        ),
      );
      await Promise.race(ends);
      process.kill(workers()[0] ?? 0, 'SIGKILL');
      const how = await Promise.all(ends);
      expect(how.filter((end) => end === 'answered').length).toBeGreaterThan(100);
      expect(how.filter((end) => !['answered', 'closed', 'ECONNRESET'].includes(end))).toEqual([]);
    }
  });

  it('with all the others, keeps readers waiting until there is one again', async () => {
    await open();
    const uri = await setting.publish('/a.png', sends('image/png', png));
    for (const worker of workers()) process.kill(worker, 'SIGKILL');
    await expect.poll(workers).toEqual([]);
    const answers = await many(20, uri);
    expect(answers.filter((answer) => isWhole(answer))).toHaveLength(20);
  });
});

describe.skipIf(redisUrl === null)('workers, when they are told to stop', () => {
  it.each([
    ['by their primary', () => [pid()]],
    ['all processes at once', () => [...workers(), pid()]],
  ])('%s, lose not one request of 500 busy connections', async (_, group) => {
    await open();
    const uri = await setting.publish('/a.png', sends('image/png', png));
    expect((await get(uri)).status).toBe(200);
    const readers = Array.from({ length: 500 }, () => busyReader(setting.service.port, linkOf(uri), png));
    await expect.poll(() => shares().reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(500);
    for (const { begin } of readers) begin();
    await delay(1000);
    // On their way when everybody is told.
    const late = Array.from({ length: 50 }, () => busyReader(setting.service.port, linkOf(uri), png));
    for (const { begin } of late) begin();
    await delay(20);
    const end = exited();
    const began = performance.now();
    for (const one of group()) process.kill(one, 'SIGTERM');
    const results = await Promise.all([...readers, ...late].map(({ done }) => done));
    expect((await end)[0]).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(results.filter(({ asked, answered }) => asked !== answered)).toEqual([]);
    expect(results.reduce((sum, { answered }) => sum + answered, 0)).toBeGreaterThan(1000);
    const said = setting.service.output();
    expect(said).toContain('"msg":"stopped"');
    expect(said.split('\n').filter((line) => /"level":[456]0/.test(line))).toEqual([]);
  });

  it('answer whoever is still accepted, and nobody else', async () => {
    await open();
    const request = 'GET /status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const end = exited();
    process.kill(pid(), 'SIGTERM');
    const outcomes: Promise<number | string | undefined>[] = [];
    for (let n = 0; n < 40; n++) {
      const outcome = talk({ port: setting.service.port, pause: 0 }, request);
      outcomes.push(
        outcome.then(
          (received) => statusesOf(received)[0],
          (error: { code?: string }) => error.code,
        ),
      );
      await delay(20);
    }
    const how = await Promise.all(outcomes);
    const answered = how.lastIndexOf(200) + 1;
    expect(answered).toBeGreaterThan(10);
    expect(new Set(how.slice(0, answered))).toEqual(new Set([200]));
    expect(new Set(how.slice(answered))).toEqual(new Set(['ECONNREFUSED']));
    expect((await end)[0]).toBe(0);
  });

  it('finish what is under way, refreshes included', async () => {
    await open();
    const slow = await setting.publish('/slow.png', (request, response) => {
      void delay(1500).then(() => sends('image/png', png)(request, response));
    });
    const answers = many(10, slow);
    await delay(300);
    const end = exited();
    process.kill(pid(), 'SIGTERM');
    for (const answer of await answers) expect(answer).toMatchObject({ status: 200, body: png });
    expect((await end)[0]).toBe(0);
  });

  it('take ten seconds at most', { timeout: 20_000 }, async () => {
    await open('--fetch-timeout', '60');
    const waiting = get(await setting.publish('/never.png', () => undefined)).catch(() => 'cut off');
    await delay(300);
    const [end, all] = [exited(), workers()];
    const began = performance.now();
    process.kill(pid(), 'SIGTERM');
    expect((await end)[0]).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(8000);
    expect(performance.now() - began).toBeLessThan(10_500);
    expect(await waiting).toBe('cut off');
    expect(all.filter(isRunning)).toEqual([]);
  });

  it('twice, end at once', async () => {
    await open();
    const waiting = get(await setting.publish('/never.png', () => undefined)).catch(() => 'cut off');
    await delay(300);
    const [end, all] = [exited(), workers()];
    process.kill(pid(), 'SIGTERM');
    await delay(100);
    const began = performance.now();
    process.kill(pid(), 'SIGTERM');
    expect((await end)[0]).toBe(1);
    expect(performance.now() - began).toBeLessThan(500);
    expect(await waiting).toBe('cut off');
    await expect.poll(() => all.filter(isRunning)).toEqual([]);
  });

  it('end by themselves when their primary is killed', async () => {
    await open();
    const all = workers();
    expect(all.filter(isRunning)).toHaveLength(2);
    process.kill(pid(), 'SIGKILL');
    await expect.poll(() => all.filter(isRunning), { timeout: 1000 }).toEqual([]);
  });
});

describe('the log of workers', () => {
  const messages = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);

  it('says first what it is connected to, how many they are, and what they listen on', async () => {
    setting = await openSetting('embedded', { flags: WORKERS });
    const { directory, url, output } = setting.service;
    expect(messages(output())).toEqual([
      `connected to the embedded store ${join(directory, 'catalogue.lmdb')}`,
      '2 workers answer readers',
      `listening on ${url}`,
    ]);
  });

  it('is opened anew by all of them on SIGHUP', async () => {
    const log = join(temporaryDirectory(), 'log');
    setting = await openSetting('embedded', { flags: [...WORKERS, '-l', log], log });
    renameSync(log, `${log}.1`);
    const all = [...workers(), pid()];
    const logging = (file: string) => all.filter((one) => openFilesOf(one).includes(file));
    expect(logging(`${log}.1`)).toEqual(all);
    for (const one of all) process.kill(one, 'SIGHUP');
    await expect.poll(() => logging(log)).toEqual(all);
    process.kill(pid(), 'SIGKILL');
    await expect.poll(() => all.filter(isRunning)).toEqual([]);
    expect(messages(readFileSync(log, 'utf8'))).toEqual(['the primary is gone', 'the primary is gone']);
    expect(messages(readFileSync(`${log}.1`, 'utf8')).at(-1)).toMatch(/^listening on /);
  });
});
