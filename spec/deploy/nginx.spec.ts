import { createHash, randomBytes } from 'node:crypto';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { type Nginx, nginxCommand, startNginx } from '../support/nginx.js';
import { sends, startOrigin } from '../support/origin.js';
import { connectionsOf } from '../support/processes.js';
import { openSetting, type Setting } from '../support/setting.js';

const MEBIBYTE = 1 << 20;
const AVATAR = '/default-avatar.svg';

const command = nginxCommand();

describe.skipIf(command === undefined)('nginx, as we give it to operators,', () => {
  let setting: Setting;
  let nginx: Nginx;
  let picture: string;
  const bytes = Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1'), randomBytes(200_000)]);
  const linkTo = (uri: string | Buffer, collection = 'img') => `/${collection}/${SourceUri.of(uri).hex}/picture.gif`;
  beforeAll(async () => {
    setting = await openSetting('embedded', { flags: ['-e', AVATAR] });
    nginx = await startNginx(command!, setting.service.port);
    picture = linkTo(await setting.publish('/picture.gif', sends('image/gif', bytes)));
  });
  afterAll(async () => {
    await nginx.stop();
    await setting.close();
  });

  it('serves pictures over TLS, with what the service says of them', async () => {
    const { status, headers, body } = await nginx.get(picture);
    expect(status).toBe(200);
    expect(body.equals(bytes)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'image/gif',
      'cache-control': 'public, max-age=3600',
      etag: `"${createHash('sha1').update(bytes).digest('hex')}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox') as string,
      'cache-status': expect.stringContaining('img-linuxfr') as string,
    });
  });

  it('passes on conditions, ranges and HEAD', async () => {
    const { headers } = await nginx.get(picture);
    const known = await nginx.get(picture, { headers: { 'If-None-Match': headers.etag! } });
    expect(known).toMatchObject({ status: 304, headers: { etag: headers.etag }, body: Buffer.alloc(0) });
    const part = await nginx.get(picture, { headers: { Range: 'bytes=5-9' } });
    expect(part).toMatchObject({ status: 206, body: bytes.subarray(5, 10) });
    const head = await nginx.get(picture, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': `${bytes.length}` } });
    expect(head.body).toHaveLength(0);
  });

  it.each([
    ['GET', '/img/zz', 400, 'Invalid parameters\n'],
    ['POST', '/img/zz', 405, 'Method Not Allowed\n'],
    ['GET', linkTo('http://example.org/undeclared'), 404, '404 page not found\n'],
    ['GET', '/img/a/b/c', 404, '404 page not found\n'],
    ['GET', '//img/zz', 301, 'Moved Permanently\n'],
    ['GET', '/status', 200, 'OK'],
  ] as const)('leaves the answer to %s %s to the service: %i', async (method, path, status, text) => {
    const answer = await nginx.get(path, { method });
    expect(answer).toMatchObject({ status, headers: { 'cache-control': expect.anything() as string } });
    expect(answer.body.toString()).toBe(text);
  });

  it('lets request lines of 1 MiB through, and refuses longer ones', async () => {
    const uri = Buffer.from(`http://example.org/${'x'.repeat(MEBIBYTE / 2 - 100)}`);
    expect((await nginx.get(linkTo(uri))).body.toString()).toBe('404 page not found\n');
    const tooLong = await nginx.get(`/img/${'00'.repeat(MEBIBYTE)}`);
    expect(tooLong).toMatchObject({ status: 414, headers: { 'cache-control': 'no-store' } });
    expect(nginx.log().split('\n')).toSatisfy((lines: string[]) => lines.every(({ length }) => length < 500));
  });

  it('speaks HTTP/2, also for long request lines', async () => {
    const { ask, close } = talkHttp2(nginx.port);
    const uri = `http://example.org/${'x'.repeat(MEBIBYTE / 2 - 100)}`;
    expect(await ask(picture)).toMatchObject({ ':status': 200 });
    expect(await ask(linkTo(uri))).toMatchObject({ ':status': 404, 'cache-control': 'no-store' });
    close();
  });

  it('takes no bodies', async () => {
    const refused = await nginx.get('/status', { method: 'POST', headers: { 'Content-Length': 2048 } });
    expect(refused).toMatchObject({ status: 413, headers: { 'cache-control': 'no-store' } });
  });

  it('names each request for the reader and the log alike', async () => {
    const [one, other] = [await nginx.get('/status'), await nginx.get('/status')];
    expect(one.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(one.headers['x-request-id']).not.toBe(other.headers['x-request-id']);
    expect(nginx.log()).toContain(one.headers['x-request-id']);
  });

  it('serves the default avatar, and sends there whoever asks for one that there is not', async () => {
    const sent = await nginx.get(linkTo('http://example.org/undeclared', 'avatars'));
    expect(sent).toMatchObject({ status: 302, headers: { location: AVATAR, 'cache-control': 'no-store' } });
    const avatar = await nginx.get(AVATAR);
    expect(avatar).toMatchObject({ status: 200, headers: { 'content-type': 'image/svg+xml' } });
    expect(avatar.headers['cache-control']).toBe('max-age=86400');
    expect(avatar.body.toString()).toContain('<svg');
  });

  it('leads from http to https', async () => {
    const answer = await fetch(`http://127.0.0.1:${nginx.plainPort}${picture}`, { redirect: 'manual' });
    expect(answer.headers.get('location')).toBe(`https://img.example.org${picture}`);
  });

  it.each(['/ready', '/live', '/metrics'])('does not lead readers to %s of the operations port', async (path) => {
    expect((await nginx.get(path)).body.toString()).toBe('404 page not found\n');
  });

  it('keeps its connections to the service', async () => {
    for (let times = 0; times < 50; times++) await nginx.get(picture);
    const kept = connectionsOf(setting.service.process.pid!, setting.service.port);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(20);
  });

  it('lets a reader have no more than 256 requests under way', async () => {
    setting.origin.on('/slow.gif', () => undefined);
    await setting.declare(`${setting.origin.url}/slow.gif`);
    const request = `GET ${linkTo(`${setting.origin.url}/slow.gif`)} HTTP/1.1\r\nHost: img.example.org\r\n\r\n`;
    const sockets = Array.from({ length: 300 }, () =>
      connectTls({ port: nginx.port, host: '127.0.0.1', rejectUnauthorized: false }),
    );
    let refused = 0;
    for (const socket of sockets) {
      socket.on('data', (data: Buffer) => (refused += data.toString('latin1').startsWith('HTTP/1.1 429') ? 1 : 0));
      socket.write(request);
    }
    await vi.waitFor(() => expect(refused).toBe(44), 5000);
    for (const socket of sockets) socket.destroy();
  });

  it('lets a reader ask 50 times a second after a burst of 500', async () => {
    const unused = await startNginx(command!, setting.service.port);
    const { ask, close } = talkHttp2(unused.port);
    const answers: IncomingHttpHeaders[] = [];
    for (let round = 0; round < 12; round++) {
      answers.push(...(await Promise.all(Array.from({ length: 64 }, () => ask('/status')))));
    }
    close();
    await unused.stop();
    const refused = answers.filter((headers) => Number(headers[':status']) === 429);
    expect(answers.length - refused.length).toBeGreaterThan(499);
    expect(refused.length).toBeGreaterThan(100);
    expect(new Set(refused.map((headers) => headers['retry-after']))).toEqual(new Set(['1']));
  });

  it('passes on the name of the request, and nothing that could tell who the reader is', async () => {
    const upstream = await startOrigin();
    const before = await startNginx(command!, Number(new URL(upstream.url).port));
    const forged = { 'X-Request-Id': 'forged', 'X-Forwarded-For': '192.0.2.1' };
    const headers = { Cookie: 'session=1', Authorization: 'Basic eDp5', ...forged, Range: 'bytes=0-1' };
    const answer = await before.get('/img/00', { headers });
    const passedOn = upstream.requests.at(-1)!.headers;
    expect(passedOn).toEqual({ host: '127.0.0.1', range: 'bytes=0-1', 'x-request-id': answer.headers['x-request-id'] });
    await before.stop();
    await upstream.close();
  });

  it('gives the default avatar when there is no service, and errors that are not kept', async () => {
    const alone = await startNginx(command!, 1);
    expect(await alone.get('/img/00')).toMatchObject({ status: 502, headers: { 'cache-control': 'no-store' } });
    expect(await alone.get('/avatars/00')).toMatchObject({
      status: 302,
      headers: { location: AVATAR, 'cache-control': 'no-store' },
    });
    await alone.stop();
  });
});

/** Requests over one connection, which gives the heads of their answers. */
function talkHttp2(port: number) {
  const session = connectHttp2(`https://127.0.0.1:${port}`, {
    rejectUnauthorized: false,
    maxSendHeaderBlockLength: 2 * MEBIBYTE,
  });
  const ask = (path: string) =>
    new Promise<IncomingHttpHeaders>((resolve, reject) => {
      const stream = session.request({ ':path': path });
      stream.once('error', reject).once('response', resolve);
      stream.resume();
    });
  return { ask, close: () => session.close() };
}
