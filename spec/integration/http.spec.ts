import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { request } from '../support/service.js';
import { openSetting, type Setting } from '../support/setting.js';
import { statusesOf, talk } from '../support/talk.js';

const PNG = await raw(noise(20, 20)).png().toBuffer();

let setting: Setting;
let uri: string;
let path: string;
beforeAll(async () => {
  setting = await openSetting('embedded');
  uri = await setting.publish('/a.png', sends('image/png', PNG));
  path = `/img/${SourceUri.of(uri).hex}`;
  await setting.service.get('img', uri);
});
afterAll(() => setting.close());

const HOST = 'Host: img.example\r\n';
const LAST = `${HOST}Connection: close\r\n`;
const ask = (...packets: string[]) => talk({ port: setting.service.port }, ...packets);
const get = (target: string, init?: RequestInit) => request(setting.service.url + target, init);

describe('what is routed where', () => {
  const notFound = { status: 404, body: Buffer.from('404 page not found\n') };
  const undeclared = SourceUri.of('http://example.com/never.png').hex;

  it.each(['GET', 'HEAD'])('%s /status', async (method) => {
    const { status, headers, body } = await get('/status', { method });
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: method === 'GET' ? 'OK' : '' });
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('content-length')).toBe('2');
  });

  it.each(['/', '/img', '/img/', '/img/00/', '/img/00/a/b', '/avatars', '/STATUS', '/status/', '/images/00'])(
    '404 for %s, whatever the method',
    async (target) => {
      expect(await get(target)).toMatchObject(notFound);
      expect(await get(target, { method: 'POST' })).toMatchObject(notFound);
      expect((await get(target)).headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  it.each(['/img/zz', '/img/0', '/img/0/name', '/avatars/xyz1', '/avatars/123/a.png'])('400 for %s', async (target) => {
    expect(await get(target)).toMatchObject({ status: 400, body: Buffer.from('Invalid parameters\n') });
  });

  it.each(['/status', '/img/zz', '/img/abc', '/avatars/123', '/avatars/00', `/img/${undeclared}/name.png`])(
    '405 for %s',
    async (target) => {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
        const { status, headers, body } = await get(target, { method });
        expect({ status, body: body.toString() }).toEqual({ status: 405, body: 'Method Not Allowed\n' });
        expect(headers.get('allow')).toBe('GET, HEAD');
      }
    },
  );

  it('301 to the clean path, the query kept', async () => {
    const moved = async (target: string) => (await ask(`GET ${target} HTTP/1.1\r\n${LAST}\r\n`)).split('\r\n');
    for (const [target, location] of [
      [`/${path}`, path],
      [`/.${path}?x=1`, `${path}?x=1`],
      ['/img/x/../00', '/img/00'],
      ['//', '/'],
    ] as const) {
      const lines = await moved(target);
      expect(lines[0]).toBe('HTTP/1.1 301 Moved Permanently');
      expect(lines).toContain(`Location: ${location}`);
    }
  });

  it('any name, any query, hexadecimal in either case', async () => {
    const upper = `/img/${SourceUri.of(uri).hex.toUpperCase()}`;
    for (const target of [path, upper, `${path}/a.png`, `${path}/%2e%2e`, `${path}?a=b`]) {
      const answer = await ask(`GET ${target} HTTP/1.1\r\n${LAST}\r\n`);
      expect([target, statusesOf(answer)]).toEqual([target, [target.endsWith('%2e%2e') ? 301 : 200]]);
    }
  });

  it('404 and 302 without validators and not to be kept', async () => {
    const image = await get(`/img/${undeclared}`);
    const avatar = await get(`/avatars/${undeclared}/a.png`);
    expect([image.status, avatar.status]).toEqual([404, 302]);
    expect(avatar.headers.get('location')).toBe('//nginx/default-avatar.svg');
    for (const { headers } of [image, avatar]) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.has('etag')).toBe(false);
      expect(headers.has('last-modified')).toBe(false);
    }
  });
});

describe('methods that Node does not know', () => {
  it.each([
    ['UNKNOWN', '/status', 405],
    ['UNKNOWN', '/img/zz', 405],
    ['UNKNOWN', '/img/abc', 405],
    ['GETT', '/avatars/00/a', 405],
    ['UNKNOWN', '/', 404],
    ['UNKNOWN', '//status', 301],
    ['<b>', '/status', 400],
  ])('%s %s: %i', async (method, target, status) => {
    const answer = await ask(`${method} ${target} HTTP/1.1\r\n${HOST}\r\n`);
    expect(statusesOf(answer)).toEqual([status]);
    expect(answer.includes('Allow: GET, HEAD\r\n')).toBe(status === 405);
    expect(answer).toContain('\r\nConnection: close\r\n');
  });

  it.each([
    ['/status', 405],
    ['/img/00', 405],
    ['origin.example:80', 404],
  ])('CONNECT %s: %i', async (target, status) => {
    expect(statusesOf(await ask(`CONNECT ${target} HTTP/1.1\r\n${HOST}\r\n`))).toEqual([status]);
  });

  it('in small packets', async () => {
    expect(statusesOf(await ask('UNK', 'NOWN /sta', 'tus HT', `TP/1.1\r\n${HOST}`, '\r\n'))).toEqual([405]);
  });

  it.each(['UNKNOWN', 'CONNECT'])('after requests that are answered first: %s', async (method) => {
    const known = `GET ${path} HTTP/1.1\r\n${HOST}\r\n`;
    const answer = await ask(`${known}${known}${method} /status HTTP/1.1\r\n${HOST}\r\n`);
    expect(statusesOf(answer)).toEqual([200, 200, 405]);
    expect(answer.endsWith('Method Not Allowed\n')).toBe(true);
  });

  it('what is no HTTP at all is a 400', async () => {
    expect(statusesOf(await ask('\x16\x03\x01\x02\x00\x01\x00'))).toEqual([400]);
    expect(statusesOf(await ask('nonsense\r\n\r\n'))).toEqual([400]);
    expect(statusesOf(await ask('GET /status HTTP/9.9\r\n\r\n'))).toEqual([400]);
  });

  it('a line that does not end is a 408 after a while', async () => {
    expect(statusesOf(await ask('UNKNOWN /sta'))).toEqual([408]);
  });
});

describe('connections', () => {
  it('answers pipelined requests in order, also those that expect what nobody knows', async () => {
    const slow = await setting.publish('/slow.png', (request, response) => {
      setTimeout(() => sends('image/png', PNG)(request, response), 200);
    });
    const first = `GET /img/${SourceUri.of(slow).hex} HTTP/1.1\r\n${HOST}Expect: wonders\r\n\r\n`;
    expect(statusesOf(await ask(`${first}FROB /status HTTP/1.1\r\n${HOST}\r\n`))).toEqual([200, 405]);
  });

  it('answers pipelined requests in order', async () => {
    const targets = ['/status', path, '/nowhere', '/img/zz', '/status'];
    const requests = targets.map((target, n) => `GET ${target} HTTP/1.1\r\n${n === 4 ? LAST : HOST}\r\n`);
    expect(statusesOf(await ask(requests.join('')))).toEqual([200, 200, 404, 400, 200]);
  });

  it('answers a request line of almost 1 MiB, and a header, by their meaning', async () => {
    const long = 'a'.repeat(1_000_000);
    expect(statusesOf(await ask(`GET /img/${long} HTTP/1.1\r\n${LAST}\r\n`))).toEqual([404]);
    expect(statusesOf(await ask(`GET ${path}/${long} HTTP/1.1\r\n${LAST}\r\n`))).toEqual([200]);
    expect(statusesOf(await ask(`GET /status HTTP/1.1\r\nX: ${long}\r\n${LAST}\r\n`))).toEqual([200]);
    expect(statusesOf(await ask(`UNKNOWN /img/${long} HTTP/1.1\r\n${HOST}\r\n`))).toEqual([405]);
  });
});
