import type { RequestListener } from 'node:http';
import { brotliCompressSync, crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { childrenOf, peakMemoryOf } from '../support/processes.js';
import { openSetting, type Setting } from '../support/setting.js';

const MIB = 1 << 20;
const LIMIT = 5 * MIB;
const PNG = await raw(noise(20, 20)).png().toBuffer();

let setting: Setting;
beforeAll(async () => {
  setting = await openSetting('embedded');
});
afterAll(() => setting.close());

let published = 0;
const publish = (listener: RequestListener) => setting.publish(`/bombs/${published++}`, listener);
const imageFrom = async (listener: RequestListener) => setting.service.get('img', await publish(listener));

/** A picture with noise behind it, which no coding makes shorter. */
function ofLength(length: number): Buffer {
  return Buffer.concat([PNG, noise(1 + Math.ceil(length / 3), 1).data]).subarray(0, length);
}

/** The most memory the service and the process that makes its avatars ever had, in MiB. */
function peakMemory(): number {
  const { pid = 0 } = setting.service.process;
  return [pid, ...childrenOf(pid)].map(peakMemoryOf).reduce((sum, peak) => sum + peak);
}

describe('corpus: content codings', () => {
  const coded = (coding: string, encode: (bytes: Buffer) => Buffer) => (bytes: Buffer) =>
    sends('image/png', encode(bytes), { 'Content-Encoding': coding });
  const sixTimes = (bytes: Buffer) => Array.from({ length: 6 }).reduce<Buffer>((inner) => gzipSync(inner), bytes);

  it.each<[string, (bytes: Buffer) => RequestListener]>([
    ['no coding', (bytes) => sends('image/png', bytes)],
    ['identity', coded('identity', (bytes) => bytes)],
    ['gzip', coded('gzip', gzipSync)],
    ['x-gzip', coded('x-gzip', gzipSync)],
    ['gzip that is longer than what is in it', coded('gzip', (bytes) => gzipSync(bytes, { level: 0 }))],
    ['GZIP', coded('GZIP', gzipSync)],
    ['deflate', coded('deflate', deflateSync)],
    ['br', coded('br', (bytes) => brotliCompressSync(bytes, { params: { [1]: 1 } }))],
  ])('%s: 5,242,880 decoded bytes pass, one more does not', async (_, sending) => {
    const answer = await imageFrom(sending(ofLength(LIMIT)));
    expect([answer.status, answer.body.equals(ofLength(LIMIT))]).toEqual([200, true]);
    expect((await imageFrom(sending(ofLength(LIMIT + 1)))).status).toBe(404);
  });

  it.each([
    ['six stacked codings', Array(6).fill('gzip').join(', '), sixTimes],
    ['two stacked codings', 'gzip, br', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))],
    ['an unknown coding', 'secret', (bytes: Buffer) => bytes],
    ['what every object has', 'constructor', (bytes: Buffer) => bytes],
    ['what every object inherits', '__proto__', (bytes: Buffer) => bytes],
    ['a coding that it is not in', 'gzip', (bytes: Buffer) => bytes],
    ['a coding cut short', 'gzip', (bytes: Buffer) => gzipSync(bytes).subarray(0, 40)],
  ])('%s: refused', async (_, coding, encode) => {
    expect((await imageFrom(coded(coding, encode)(PNG))).status).toBe(404);
  });
});

describe('corpus: lengths', () => {
  const answering =
    (head: string, body: Buffer) =>
    (_: unknown, { socket }: { socket: { end(b: Buffer): void } | null }) =>
      socket?.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n${head}\r\n\r\n`), body]));

  it.each([
    ['longer than what comes', `Content-Length: ${PNG.length + 1}`, PNG],
    ['beyond the limit', `Content-Length: ${LIMIT + 1}`, PNG],
    ['negative', 'Content-Length: -1', PNG],
    ['no number', 'Content-Length: many', PNG],
    ['two that differ', `Content-Length: ${PNG.length}\r\nContent-Length: 1`, PNG],
    ['a length and chunks', `Content-Length: 1\r\nTransfer-Encoding: chunked`, PNG],
    [
      'chunks without an end',
      'Transfer-Encoding: chunked',
      Buffer.concat([Buffer.from(`${PNG.length.toString(16)}\r\n`), PNG]),
    ],
    ['a chunk of nonsense', 'Transfer-Encoding: chunked', Buffer.from('zz\r\n')],
    ['longer than the limit, without saying so', 'Connection: close', ofLength(LIMIT + 1)],
  ])('%s: refused', async (_, head, body) => {
    expect((await imageFrom(answering(head, body) as RequestListener)).status).toBe(404);
  });
});

describe('corpus: pixels', () => {
  const solid = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#369' }, limitInputPixels: false });

  /** A GIF with a canvas of that size and so many frames, of which there is not more than a pixel. */
  const gif = (width: number, height: number, frames: number, frameSide = 1) => {
    const head = Buffer.from('474946383961' + '00000000' + '800000' + '000000ffffff', 'hex');
    head.writeUInt16LE(width, 6);
    head.writeUInt16LE(height, 8);
    const frame = Buffer.from('21f9040000000000' + '2c0000000001000100' + '00' + '0202440100', 'hex');
    frame.writeUInt16LE(frameSide, 13);
    frame.writeUInt16LE(frameSide, 15);
    return Buffer.concat([head, ...Array<Buffer>(frames).fill(frame), Buffer.from(';')]);
  };

  /** A PNG of one bit a pixel, all of them black. */
  const bits = (width: number, height: number) => {
    const chunk = (type: string, data: Buffer) => {
      const body = Buffer.concat([Buffer.from(type), data]);
      const ends = Buffer.alloc(8);
      ends.writeUInt32BE(data.length, 0);
      ends.writeUInt32BE(crc32(body), 4);
      return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
    };
    const head = Buffer.from('00000000' + '00000000' + '0100000000', 'hex');
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    const rows = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height), { level: 1 });
    const magic = Buffer.from('89504e470d0a1a0a', 'hex');
    return Buffer.concat([magic, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
  };

  const svg = (content: string, viewBox = '0 0 10 10', doctype = '') =>
    Buffer.from(`${doctype}<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}">${content}</svg>`);
  const LAUGHS = `<!DOCTYPE svg [${Array.from({ length: 9 }, (_, n) =>
    n === 0 ? '<!ENTITY l0 "ha">' : `<!ENTITY l${n} "${`&l${n - 1};`.repeat(10)}">`,
  ).join('')}]>`;
  const nestedUse = Array.from({ length: 20 }, (_, n) =>
    n === 0 ? '<g id="u0"><path d="M0 0h1"/></g>' : `<g id="u${n}">${`<use href="#u${n - 1}"/>`.repeat(10)}</g>`,
  ).join('');

  const REFUSED = 302;
  const AS_IT_IS = 'as it is';
  it.each<[string, string, () => Buffer | Promise<Buffer>, number | 'as it is' | [number, number]]>([
    ['65535×65535, a GIF of a few bytes', 'image/gif', () => gif(65_535, 65_535, 1, 65_535), REFUSED],
    ['20,000 frames of 100×100', 'image/gif', () => gif(100, 100, 20_000), REFUSED],
    ['2,000 frames of 10×10', 'image/gif', () => gif(10, 10, 2000), [64, 64]],
    ['30000×1', 'image/png', () => solid(30_000, 1).png().toBuffer(), [1024, 64]],
    ['1×30000', 'image/png', () => solid(1, 30_000).png().toBuffer(), [1, 64]],
    ['20000×20000, 1 bit a pixel', 'image/png', () => bits(20_000, 20_000), REFUSED],
    ['6000×6000, interlaced', 'image/png', () => solid(6000, 6000).png({ progressive: true }).toBuffer(), REFUSED],
    ['6000×6000, progressive', 'image/jpeg', () => solid(6000, 6000).jpeg({ progressive: true }).toBuffer(), REFUSED],
    ['4000×4000, AVIF', 'image/avif', () => solid(4000, 4000).avif({ effort: 0 }).toBuffer(), REFUSED],
    ['a huge view box', 'image/svg+xml', () => svg('<rect width="1"/>', '0 0 1e9 1e9'), AS_IT_IS],
    ['a billion laughs', 'image/svg+xml', () => svg('<text>&l8;</text>', '0 0 1 1', LAUGHS), AS_IT_IS],
    ['nested use', 'image/svg+xml', () => svg(`<defs>${nestedUse}</defs><use href="#u19"/>`), AS_IT_IS],
  ])('an avatar of %s', async (_, type, make, expected) => {
    const bytes = await make();
    const uri = await publish(sends(type, bytes));
    const before = peakMemory();
    const start = performance.now();
    const { status, body } = await setting.service.get('avatars', uri);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(peakMemory() - before).toBeLessThan(150);
    if (expected === REFUSED) expect(status).toBe(REFUSED);
    else if (expected === AS_IT_IS) expect([status, body.equals(bytes)]).toEqual([200, true]);
    else {
      const { width, pageHeight, height } = await sharp(body).metadata();
      expect([width, pageHeight ?? height]).toEqual(expected);
    }
    expect((await setting.service.get('img', uri)).body.equals(bytes)).toBe(true);
  });
});

describe('memory', () => {
  it('grows by less than 50 MiB over a bomb of 1,000:1', async () => {
    await imageFrom(sends('image/png', gzipSync(ofLength(LIMIT)), { 'Content-Encoding': 'gzip' }));
    const bomb = gzipSync(Buffer.concat([PNG, Buffer.alloc(512 * MIB)]));
    expect(bomb.length).toBeLessThan(MIB);
    const before = peakMemory();
    const answers = await Promise.all(
      [1, 2].map(() => imageFrom(sends('image/png', bomb, { 'Content-Encoding': 'gzip' }))),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect(peakMemory() - before).toBeLessThan(50);
  });

  it('stays under 400 MiB over four 10000×10000 avatars at once, and kept pictures come within 50 ms', async () => {
    const big = await sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: '#369' } })
      .png()
      .toBuffer();
    const uris = await Promise.all(Array.from({ length: 4 }, () => publish(sends('image/png', big))));
    const kept = await publish(sends('image/png', PNG));
    await setting.service.get('img', kept);
    let isStorming = true;
    const storm = Promise.all(uris.map((uri) => setting.service.get('avatars', uri))).finally(
      () => (isStorming = false),
    );
    const times: number[] = [];
    while (isStorming || times.length < 100) {
      const start = performance.now();
      expect((await setting.service.get('img', kept)).status).toBe(200);
      times.push(performance.now() - start);
    }
    expect((await storm).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]).toBeLessThan(50);
    expect(peakMemory()).toBeLessThan(400);
  });
});
