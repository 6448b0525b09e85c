import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { openSetting, type Setting } from '../support/setting.js';

const PNG = await raw(noise(20, 20)).png().toBuffer();

/** What an origin could make browsers do in our name. */
const FROM_THE_ORIGIN = {
  'Set-Cookie': 'a=b',
  Link: '</x>; rel=preload',
  Refresh: '0; url=/x',
  Location: '/x',
  'Clear-Site-Data': '"*"',
  'Strict-Transport-Security': 'max-age=1',
  'Access-Control-Allow-Origin': '*',
  'Content-Security-Policy': "default-src 'unsafe-inline'",
  'Content-Disposition': 'attachment; filename=x.exe',
  'Cache-Control': 'max-age=31536000',
  'X-Powered-By': 'x',
};

const OUR_FIELDS = [
  'accept-ranges',
  'cache-control',
  'cache-status',
  'connection',
  'content-length',
  'content-security-policy',
  'content-type',
  'date',
  'etag',
  'keep-alive',
  'last-modified',
  'x-content-type-options',
];

describe('what an origin gets to see', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await openSetting('embedded', { flags: ['-u', 'my site/2.0'] });
  });
  afterAll(() => setting.close());

  it('is what it needs, and nothing of the reader', async () => {
    const uri = await setting.publish('/seen.png', sends('image/png', PNG, FROM_THE_ORIGIN));
    const answer = await setting.service.get('img', uri, {
      headers: { Cookie: 'secret=1', Referer: 'http://site/', 'X-Forwarded-For': '1.2.3.4', 'User-Agent': 'reader' },
    });
    expect(setting.origin.requests.at(-1)?.headers).toEqual({
      host: new URL(uri).host,
      'user-agent': 'my site/2.0',
      accept: 'image/*,*/*;q=0.1',
      'accept-encoding': 'gzip, deflate, br',
      connection: 'close',
    });
    expect(answer.status).toBe(200);
    expect([...answer.headers.keys()].sort()).toEqual(OUR_FIELDS);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
  });

  it('is one GET when a reader sends HEAD or a Range first', async () => {
    const uri = await setting.publish('/range.png', sends('image/png', PNG));
    expect(await setting.service.get('img', uri, { headers: { Range: 'bytes=0-9' } })).toMatchObject({
      status: 206,
      body: PNG.subarray(0, 10),
    });
    expect(setting.origin.requests.at(-1)?.headers).not.toHaveProperty('range');
    expect((await setting.service.get('img', uri, { method: 'HEAD' })).status).toBe(200);
    expect(setting.origin.count('/range.png')).toBe(1);
  });

  it('is the bytes of a Location, also of one that is not ASCII', async () => {
    const there = encodeURI('/é/ü.png');
    setting.origin.on(there, sends('image/png', PNG));
    const uri = await setting.publish('/moved.png', (_, { socket }) => {
      socket?.end('HTTP/1.1 302 Found\r\nLocation: /é/ü.png\r\nContent-Length: 0\r\n\r\n');
    });
    expect((await setting.service.get('img', uri)).status).toBe(200);
    expect(setting.origin.count(there)).toBe(1);
  });

  it('is no fragment', async () => {
    const uri = await setting.publish('/part.png', sends('image/png', PNG));
    await setting.declare(`${uri}#top`);
    expect((await setting.service.get('img', `${uri}#top`)).status).toBe(200);
    expect(setting.origin.count('/part.png')).toBe(1);
  });
});
