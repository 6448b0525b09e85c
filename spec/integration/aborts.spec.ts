import type { RequestListener, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { type Inside, openInside } from '../support/in-process.js';
import { sends, startOrigin, type TestOrigin } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';

const png = await raw(noise(300, 300)).png().toBuffer();
const large = await raw(noise(2400, 2400)).jpeg({ quality: 60 }).toBuffer();

describe('readers who leave', () => {
  let inside: Inside;
  let origin: TestOrigin;
  /** What there was in the spec itself, before anything was asked: hooks have timers of their own. */
  let before: ReturnType<Inside['left']> | undefined;
  let closed: number;
  /** Answers that the origin has not finished, oldest first. */
  let pending: ServerResponse[];

  beforeEach(async () => {
    origin = await startOrigin();
    inside = await openInside({ perHost: { concurrency: 1, queueLimit: 8, queueTimeout: 60_000 }, refreshWait: 200 });
    closed = 0;
    pending = [];
    before = undefined;
  });
  afterEach(async () => {
    await inside.close();
    await origin.close();
  });

  const published = async (path: string, listener: RequestListener) => {
    origin.on(path, (request, response) => {
      response.once('close', () => closed++);
      listener(request, response);
    });
    await inside.declare(origin.url + path);
    before ??= inside.left();
    return origin.url + path;
  };
  const send = (requests: string) => {
    const socket = connect(inside.port, '127.0.0.1');
    socket.write(requests);
    return socket.on('error', () => undefined);
  };
  const requestOf = (uri: string, collection = 'img', fields = '') =>
    `GET /${collection}/${SourceUri.of(uri).hex} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
  const read = (uri: string, collection = 'img') => send(requestOf(uri, collection, 'Connection: close\r\n'));
  const bodyOf = async (socket: Socket): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks);
    return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
  };
  /** Without a timer of its own while it looks: timers are counted. */
  const until = async (condition: () => boolean) => {
    for (const end = performance.now() + 5000; !condition() && performance.now() < end;) await delay(5);
    expect(condition()).toBe(true);
  };
  /** What was there before may end; nothing more may be there. */
  const more = () => Object.entries(inside.left()).filter(([what, count]) => count > (before?.[what] ?? 0));
  const expectNothingLeft = async () => {
    for (const end = performance.now() + 5000; more().length > 0 && performance.now() < end;) await delay(20);
    expect(more()).toEqual([]);
  };

  const waits: RequestListener = (_, response) => pending.push(response);
  const waitsHalfWay: RequestListener = (request, response) => {
    response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': png.length });
    response.write(png.subarray(0, png.length / 2));
    waits(request, response);
  };

  it('do not hurt those who stay', async () => {
    const uri = await published('/a.png', waitsHalfWay);
    const [first, second, third] = [read(uri), read(uri), read(uri)];
    const bodies = Promise.all([bodyOf(second), bodyOf(third)]);
    await until(() => pending.length === 1);
    await delay(50);
    first.destroy();
    await delay(50);
    pending[0]?.end(png.subarray(png.length / 2));
    for (const body of await bodies) expect(body.equals(png)).toBe(true);
    expect(origin.count('/a.png')).toBe(1);
    await expectNothingLeft();
  });

  for (const [when, listener] of [
    ['before the origin answered', waits],
    ['half-way', waitsHalfWay],
  ] as const) {
    it(`${when}, all of them, stop the download, and whoever comes next gets the picture`, async () => {
      const uri = await published('/a.png', listener);
      const readers = Array.from({ length: 5 }, () => read(uri));
      await until(() => pending.length === 1);
      for (const reader of readers) reader.destroy();
      await until(() => closed === 1);
      await expectNothingLeft();
      origin.on('/a.png', sends('image/png', png));
      expect((await bodyOf(read(uri))).equals(png)).toBe(true);
      expect(origin.count('/a.png')).toBe(2);
      await expectNothingLeft();
    });
  }

  it('while they wait for a turn at the host, leave the queue', async () => {
    const slow = await published('/slow.png', waits);
    const next = await published('/next.png', sends('image/png', png));
    const reader = read(slow);
    await until(() => pending.length === 1);
    const waiting = read(next);
    await until(() => inside.left()['refreshing'] === 2);
    waiting.destroy();
    await until(() => inside.left()['refreshing'] === 1);
    reader.destroy();
    await expectNothingLeft();
    expect(origin.count('/next.png')).toBe(0);
  });

  it('who asked for several pictures without waiting, stop the downloads of all of them', async () => {
    await inside.close();
    inside = await openInside();
    const paths = ['/a.png', '/b.png', '/c.png'];
    const uris = await Promise.all(paths.map((path) => published(path, waitsHalfWay)));
    const reader = send(uris.map((uri) => requestOf(uri)).join(''));
    await until(() => pending.length === 3);
    reader.destroy();
    await until(() => closed === 3);
    await expectNothingLeft();
  });

  it('while their avatar is made, leave an avatar behind', async () => {
    const uri = await published('/large.jpg', sends('image/jpeg', large));
    expect((await bodyOf(read(uri))).equals(large)).toBe(true);
    const readers = [read(uri, 'avatars'), read(uri, 'avatars')];
    await until(() => inside.left()['resizes'] === 1);
    for (const reader of readers) reader.destroy();
    await expectNothingLeft();
    expect((await bodyOf(read(uri, 'avatars'))).length).toBeLessThan(large.length / 10);
    await expectNothingLeft();
  });

  it('in the middle of an answer, leave nothing behind', async () => {
    const uri = await published('/large.jpg', sends('image/jpeg', large));
    expect((await bodyOf(read(uri))).equals(large)).toBe(true);
    const readers = Array.from({ length: 20 }, () => read(uri));
    await Promise.all(readers.map((reader) => new Promise((resolve) => reader.once('data', resolve))));
    for (const reader of readers) reader.destroy();
    await expectNothingLeft();
  });
});
