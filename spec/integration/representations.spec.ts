import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import type { Answer } from '../support/service.js';
import { openSetting, type Setting } from '../support/setting.js';

const PNG = await raw(noise(20, 20)).png().toBuffer();

let setting: Setting;
let uri: string;
let first: Answer;
beforeAll(async () => {
  setting = await openSetting('embedded');
  uri = await setting.publish('/a.png', sends('image/png; charset=binary', PNG, { ETag: '"the-origins-own"' }));
  first = await setting.service.get('img', uri);
});
afterAll(() => setting.close());

const get = (headers: Record<string, string>, method = 'GET') => setting.service.get('img', uri, { headers, method });

describe('the head of a picture', () => {
  it('says what it is, how long it holds, and that it is harmless', () => {
    const { 'last-modified': modified, etag, date: _date, ...headers } = Object.fromEntries(first.headers);
    expect(headers).toEqual({
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=3600',
      'cache-status': 'img-linuxfr; fwd=uri-miss; fwd-status=200; stored',
      connection: 'keep-alive',
      'content-length': `${PNG.length}`,
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
      'content-type': 'image/png',
      'keep-alive': 'timeout=5',
      'x-content-type-options': 'nosniff',
    });
    expect(etag).toMatch(/^"[0-9a-f]{40}"$/);
    expect(Math.abs(Date.parse(modified ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('is the same for HEAD, without a body', async () => {
    const { status, headers, body } = await get({}, 'HEAD');
    expect({ status, length: headers.get('content-length'), body }).toEqual({
      status: 200,
      length: `${PNG.length}`,
      body: Buffer.of(),
    });
  });

  it('has another entity tag for the avatar', async () => {
    const avatar = await setting.service.get('avatars', uri);
    expect(avatar.status).toBe(200);
    expect(avatar.headers.get('etag')).not.toBe(first.headers.get('etag'));
  });
});

describe('conditional requests', () => {
  const tag = () => first.headers.get('etag') ?? '';
  const modified = () => first.headers.get('last-modified') ?? '';

  it.each<[string, () => Record<string, string>, number]>([
    ['the entity tag', () => ({ 'If-None-Match': tag() }), 304],
    ['a list with the entity tag, weak', () => ({ 'If-None-Match': `"x", W/${tag()}` }), 304],
    ['any entity tag', () => ({ 'If-None-Match': '*' }), 304],
    ['another entity tag', () => ({ 'If-None-Match': '"x"' }), 200],
    ['the date', () => ({ 'If-Modified-Since': modified() }), 304],
    ['an older date', () => ({ 'If-Modified-Since': 'Thu, 12 Dec 2013 12:28:47 GMT' }), 200],
    ['no date', () => ({ 'If-Modified-Since': 'yesterday' }), 200],
    ['another tag, the same date', () => ({ 'If-None-Match': '"x"', 'If-Modified-Since': modified() }), 200],
    ['If-Match that fails', () => ({ 'If-Match': '"x"' }), 412],
    ['If-Unmodified-Since that fails', () => ({ 'If-Unmodified-Since': 'Thu, 12 Dec 2013 12:28:47 GMT' }), 412],
  ])('%s', async (_, headers, status) => {
    const answer = await get(headers());
    expect(answer.status).toBe(status);
    expect(answer.body.length).toBe(status === 200 ? PNG.length : 0);
    if (status === 304) {
      for (const name of ['etag', 'last-modified', 'cache-control']) {
        expect(answer.headers.get(name)).toBe(first.headers.get(name));
      }
    }
  });
});

describe('ranges', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=100-', 100, PNG.length],
    ['bytes=-5', PNG.length - 5, PNG.length],
    ['bytes=5-99999999', 5, PNG.length],
  ])('%s', async (range, from, to) => {
    const { status, headers, body } = await get({ Range: range });
    expect({ status, body }).toEqual({ status: 206, body: PNG.subarray(from, to) });
    expect(headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${PNG.length}`);
    expect(headers.get('content-length')).toBe(`${to - from}`);
    expect(headers.get('etag')).toBe(first.headers.get('etag'));
  });

  it.each(['bytes=99999999-', 'bytes=-0'])('%s cannot be satisfied', async (range) => {
    const { status, headers } = await get({ Range: range });
    expect({ status, range: headers.get('content-range') }).toEqual({ status: 416, range: `bytes */${PNG.length}` });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.has('etag')).toBe(false);
  });

  it.each(['bytes=0-1,3-4', 'lines=0-1', 'bytes=5-2', 'bytes=a-b'])('%s is ignored', async (range) => {
    expect(await get({ Range: range })).toMatchObject({ status: 200, body: PNG });
  });

  it('holds for HEAD not at all, and only if If-Range agrees', async () => {
    const range = { Range: 'bytes=0-9' };
    expect((await get(range, 'HEAD')).status).toBe(200);
    expect((await get({ ...range, 'If-Range': first.headers.get('etag') ?? '' })).status).toBe(206);
    expect((await get({ ...range, 'If-Range': '"another"' })).status).toBe(200);
  });
});
