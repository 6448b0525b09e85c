import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { sends } from '../support/origin.js';
import { freePort } from '../support/free-port.js';
import { request } from '../support/service.js';
import { openSetting, type Setting } from '../support/setting.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex');

describe.each([
  { name: 'one process', flags: [] },
  { name: 'workers', flags: ['--workers', '2'] },
])('the operations port, $name', ({ flags }) => {
  let setting: Setting;
  let ops: string;
  beforeAll(async () => {
    const port = await freePort();
    ops = `http://127.0.0.1:${port}`;
    setting = await openSetting('embedded', { flags: ['--ops', `127.0.0.1:${port}`, ...flags] });
  });
  afterAll(() => setting.close());

  const known = async (uri: string) => {
    const { status, headers, body } = await request(`${ops}/attempts/${SourceUri.of(uri).hex}`);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    return JSON.parse(body.toString()) as Record<string, unknown>;
  };

  it('tells of the last attempt to fetch a picture, and its redirects', async () => {
    const { service, origin, publish } = setting;
    origin.on('/there.png', sends('image/png', PNG));
    const uri = await publish('/here.png', (_, response) => response.writeHead(302, { Location: '/there.png' }).end());
    expect(await known(uri)).toEqual({ attempt: null, rest: null });
    const before = Date.now();
    expect((await service.get('img', uri)).status).toBe(200);
    const { attempt, rest } = await known(uri);
    expect(rest).toBeNull();
    const timings = expect.objectContaining({ connect: expect.any(Number) as number }) as unknown;
    const hop = { address: '127.0.0.1', duration: expect.any(Number) as number, timings };
    expect(attempt).toEqual({
      startedAt: expect.any(String) as string,
      duration: expect.any(Number) as number,
      outcome: 'fetched',
      bytes: PNG.length,
      hops: [
        { url: uri, status: 302, ...hop },
        { url: `${origin.url}/there.png`, status: 200, ...hop },
      ],
    });
    const startedAt = Date.parse((attempt as { startedAt: string }).startedAt);
    expect(startedAt).toBeGreaterThanOrEqual(before);
    expect(startedAt).toBeLessThanOrEqual(Date.now());
  });

  it('tells why and until when a picture rests', async () => {
    const { service, publish } = setting;
    const uri = await publish('/cut.png', ({ socket }) => socket.destroy());
    expect((await service.get('img', uri)).status).toBe(404);
    const { attempt, rest } = await known(uri);
    expect(attempt).toMatchObject({ outcome: 'truncated', reason: expect.any(String) as string });
    expect(rest).toMatchObject({ cause: 'uri' });
    const left = Date.parse((rest as { until: string }).until) - Date.now();
    expect(left).toBeGreaterThan(20_000);
    expect(left).toBeLessThanOrEqual(30_000);
  });

  it.each([
    ['GET', '/ready', 200, 'ready'],
    ['GET', '/ready?verbose', 200, 'ready'],
    ['GET', '/attempts/', 404, '404 page not found'],
    ['GET', '/attempts/6', 400, 'the path is /attempts/ and a URI in hexadecimal'],
    ['GET', '/attempts/68/68', 404, '404 page not found'],
    ['GET', '/img/68', 404, '404 page not found'],
    ['POST', '/ready', 405, 'Method Not Allowed'],
    ['POST', '/elsewhere', 404, '404 page not found'],
  ])('answers %s %s with %i', async (method, path, status, body) => {
    const answer = await request(ops + path, { method });
    expect([answer.status, answer.body.toString()]).toEqual([status, `${body}\n`]);
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD' : null);
  });
});
