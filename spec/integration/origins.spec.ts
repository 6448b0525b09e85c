import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { openSetting, type Setting } from '../support/setting.js';

const PNG = await raw(noise(20, 20)).png().toBuffer();

describe('what an origin gets to see', () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await openSetting('embedded', { flags: ['-u', 'my site/2.0'] });
  });
  afterAll(() => setting.close());

  it('is what it needs, and nothing of the reader', async () => {
    const uri = await setting.publish('/seen.png', sends('image/png', PNG, { 'Set-Cookie': 'a=b', Link: '</x>' }));
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
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(answer.headers.has('link')).toBe(false);
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

  it('is no fragment', async () => {
    const uri = await setting.publish('/part.png', sends('image/png', PNG));
    await setting.declare(`${uri}#top`);
    expect((await setting.service.get('img', `${uri}#top`)).status).toBe(200);
    expect(setting.origin.count('/part.png')).toBe(1);
  });
});

describe('addresses that are not public', () => {
  let setting: Setting;
  let connections = 0;
  const listener = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  let port: number;
  beforeAll(async () => {
    // Only one address is opened, so that there is an origin that can redirect.
    setting = await openSetting('embedded', { networks: ['127.0.0.3/32'], originHost: '127.0.0.3' });
    await new Promise<void>((resolve) => listener.listen({ host: '::', port: 0 }, resolve));
    ({ port } = listener.address() as AddressInfo);
  });
  afterAll(async () => {
    await new Promise((resolve) => listener.close(resolve));
    await setting.close();
  });

  const hosts = ['127.0.0.2', '[::1]', '[::ffff:127.0.0.2]', '2130706434', '0x7f.2', '0177.0.0.2', '0.0.0.0', '[::]'];

  it.each([...hosts, 'localhost', 'localhost.'])('%s is not connected to', async (host) => {
    const uri = `http://${host}:${port}/a.png`;
    await setting.declare(uri);
    expect((await setting.service.get('img', uri)).status).toBe(404);
    expect(connections).toBe(0);
  });

  it.each(hosts)('%s is not connected to after a redirect', async (host) => {
    const uri = await setting.publish(`/to-${host}`, (_, response) => {
      response.writeHead(302, { Location: `http://${host}:${port}/a.png` }).end();
    });
    expect((await setting.service.get('img', uri)).status).toBe(404);
    expect(connections).toBe(0);
  });

  it('but what is opened is', async () => {
    const uri = `http://127.0.0.3:${port}/a.png`;
    await setting.declare(uri);
    expect((await setting.service.get('img', uri)).status).toBe(404);
    expect(connections).toBe(1);
  });
});
