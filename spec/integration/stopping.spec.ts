import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { busyReader } from '../support/busy-reader.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { redisUrl } from '../support/redis.js';
import { openRedisSetting, type RedisSetting } from '../support/setting.js';

const png = await raw(noise(64, 64)).png().toBuffer();

describe.skipIf(redisUrl === null)('being told to stop', () => {
  let setting: RedisSetting;
  afterEach(() => setting.close());

  const exited = () =>
    new Promise<number | null>((resolve) => setting.service.process.once('exit', (code) => resolve(code)));
  const linkOf = (uri: string) => `/img/${SourceUri.of(uri).hex}`;
  const terminate = () => setting.service.process.kill('SIGTERM');

  it('loses not one accepted request of a thousand busy connections, and ends with 0', async () => {
    setting = await openRedisSetting();
    const uri = await setting.publish('/a.png', sends('image/png', png));
    expect((await setting.service.get('img', uri)).status).toBe(200);
    const readers = Array.from({ length: 1000 }, () => busyReader(setting.service.port, linkOf(uri), png));
    // Node accepts few connections while others keep it busy.
    await delay(1000);
    for (const { begin } of readers) begin();
    await delay(2000);
    const end = exited();
    const began = performance.now();
    terminate();
    const results = await Promise.all(readers.map(({ done }) => done));
    expect(await end).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(results.filter(({ asked, answered }) => asked !== answered)).toEqual([]);
    expect(results.filter(({ refused }) => refused)).toEqual([]);
    expect(results.reduce((sum, { answered }) => sum + answered, 0)).toBeGreaterThan(1000);
    expect(setting.service.output()).toContain('"msg":"stopped"');
  });

  it('finishes what is under way, accepts nothing more, and answers all that was asked in one go', async () => {
    setting = await openRedisSetting({ flags: ['--fetch-timeout', '60'] });
    const slow = await setting.publish('/slow.png', (request, response) => {
      void delay(1500).then(() => sends('image/png', png)(request, response));
    });
    const socket = connect(setting.service.port, '127.0.0.1');
    const request = `GET ${linkOf(slow)} HTTP/1.1\r\nHost: a\r\n\r\n`;
    socket.write(request + request + request);
    const idle = everything(connect(setting.service.port, '127.0.0.1'));
    const received = everything(socket);
    await delay(200);
    const end = exited();
    terminate();
    await delay(200);
    await expect(setting.service.get('img', slow)).rejects.toThrow();
    const text = (await received).toString('latin1');
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
    expect(text.match(/^Connection: close/gim)).toHaveLength(1);
    expect(text.indexOf('Connection: close')).toBeGreaterThan(text.lastIndexOf('HTTP/1.1 200'));
    await idle;
    expect(await end).toBe(0);
  });

  it('answers a request that was on its way on an idle connection', async () => {
    setting = await openRedisSetting();
    const uri = await setting.publish('/a.png', sends('image/png', png));
    const socket = connect(setting.service.port, '127.0.0.1');
    await delay(100);
    terminate();
    await delay(100);
    socket.write(`GET ${linkOf(uri)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect((await everything(socket)).toString('latin1')).toMatch(/^HTTP\/1\.1 200[^]*\r\nConnection: close\r\n/);
  });

  it('sends all of an answer to a reader who takes his time', async () => {
    setting = await openRedisSetting();
    const large = Buffer.concat([png, Buffer.alloc(4 << 20, 1)]);
    const uri = await setting.publish('/large.png', sends('image/png', large));
    const socket = connect(setting.service.port, '127.0.0.1');
    socket.write(`GET ${linkOf(uri)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    const end = exited();
    terminate();
    await delay(1500);
    const rest = await everything(socket.resume());
    expect(rest.subarray(-(4 << 18)).equals(large.subarray(-(4 << 18)))).toBe(true);
    expect(await end).toBe(0);
  });

  it(
    'waits ten seconds at most, for readers and for refreshes that nobody waits for',
    { timeout: 20_000 },
    async () => {
      setting = await openRedisSetting({ flags: ['--fetch-timeout', '60', '--refresh-wait', '0'] });
      const refreshed = await setting.publish('/refreshed.png', sends('image/png', png));
      expect((await setting.service.get('img', refreshed)).status).toBe(200);
      await setting.redis.del(`img/updated/${refreshed}`);
      setting.origin.on('/refreshed.png', () => undefined);
      const never = await setting.publish('/never.png', () => undefined);
      expect((await setting.service.get('img', refreshed)).status).toBe(200);
      const waiting = setting.service.get('img', never).catch(() => 'cut off');
      await delay(200);
      const end = exited();
      const began = performance.now();
      terminate();
      expect(await end).toBe(0);
      expect(performance.now() - began).toBeGreaterThan(8000);
      expect(performance.now() - began).toBeLessThan(10_500);
      expect(await waiting).toBe('cut off');
    },
  );

  it('twice, ends at once', async () => {
    setting = await openRedisSetting();
    const never = await setting.publish('/never.png', () => undefined);
    const waiting = setting.service.get('img', never).catch(() => 'cut off');
    await delay(200);
    const end = exited();
    terminate();
    await delay(100);
    const began = performance.now();
    terminate();
    expect(await end).toBe(1);
    expect(performance.now() - began).toBeLessThan(500);
    expect(await waiting).toBe('cut off');
  });
});

function everything(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('close', () => resolve(Buffer.concat(chunks)));
  });
}
