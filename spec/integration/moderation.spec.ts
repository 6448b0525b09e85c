import { describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { runCommand } from '../support/service.js';
import { openSetting, STORES } from '../support/setting.js';
import { filesOf, sharedSetting } from '../support/shared-setting.js';

/** Milliseconds after which a block has taken effect in every server. */
const AT_ONCE = 50;

const png = await raw(noise(100, 200)).png().toBuffer();

describe.each(STORES)('moderation, $name', (store) => {
  const setting = sharedSetting(store);

  /** Declared, fetched, with an avatar. */
  const kept = async (path: string) => {
    const uri = await setting.publish(path, sends('image/png', png));
    for (const collection of ['img', 'avatars'] as const) {
      expect((await setting.service.get(collection, uri)).status).toBe(200);
    }
    return uri;
  };
  const statusOf = async (uri: string) => (await setting.service.get('img', uri)).status;
  const soon = { timeout: AT_ONCE, interval: 2 };
  const lines = (text: string) => text.split('\n').slice(0, -1);
  const isClean = async () => expect((await setting.command(['check'])).stdout).toContain('0 findings');

  it('blocks and unblocks at once, and keeps the list in step', async () => {
    const uri = await kept('/blocked.png');
    const link = `https://img.example/img/${SourceUri.of(uri).hex}/blocked.png`;
    expect(await setting.command(['block', link])).toMatchObject({ status: 0, stdout: `blocked: ${uri}\n` });
    await expect.poll(() => statusOf(uri), soon).toBe(404);
    expect(await setting.command(['block', uri])).toMatchObject({ status: 0, stdout: `blocked already: ${uri}\n` });
    await isClean();
    expect(await setting.command(['unblock', uri])).toMatchObject({ status: 0, stdout: `unblocked: ${uri}\n` });
    await expect.poll(() => statusOf(uri), soon).toBe(200);
    expect(setting.origin.count('/blocked.png')).toBe(1);
    await isClean();
  });

  it('keeps the files of what is blocked, unless it is to be purged', async () => {
    const uri = await kept('/purged.png');
    await setting.command(['block', uri]);
    expect(filesOf(setting, uri)).toBe(2);
    expect(await setting.command(['block', '--purge', uri])).toMatchObject({
      status: 0,
      stdout: `blocked already: ${uri} (2 files removed)\n`,
    });
    expect(filesOf(setting, uri)).toBe(0);
    await isClean();
    await setting.command(['unblock', uri]);
    await expect.poll(() => statusOf(uri), soon).toBe(200);
    expect(setting.origin.count('/purged.png')).toBe(2);
  });

  it('does not block what is not declared', async () => {
    const uris = ['http://127.0.0.1/undeclared.png', 'latest', 'err/x'];
    const { status, stdout } = await setting.command(['block', ...uris]);
    expect(status).toBe(1);
    expect(lines(stdout)).toEqual(uris.map((uri) => `not declared, so there is nothing to block: ${uri}`));
  });

  it('blocks and unblocks all pictures of a host, and no others', async () => {
    const [here, there] = ['http://pictures.example', 'https://www.pictures.example'];
    const ofHost = Array.from({ length: 20 }, (_, n) => `${here}${n % 2 ? ':8080' : ''}/${n}.png`);
    for (const uri of [...ofHost, `${there}/a.png`]) await setting.declare(uri);
    const host = (...args: string[]) => setting.command([...args, '--json']);
    const counted = async (...args: string[]) => {
      const { status, stdout } = await host(...args);
      expect(status).toBe(0);
      return (JSON.parse(stdout) as { host: object }).host;
    };
    const counts = { undeclared: 0, removed: 0 };
    expect(await counted('block', '--host', 'pictures.example:80')).toEqual({
      ...{ name: 'pictures.example:80', changed: 10, unchanged: 0 },
      ...counts,
    });
    expect(await counted('block', '--host', 'Pictures.Example')).toEqual({
      ...{ name: 'pictures.example', changed: 10, unchanged: 10 },
      ...counts,
    });
    const { stdout } = await setting.command(['latest', '--json']);
    const { latest } = JSON.parse(stdout) as { latest: { uri: string; state: string }[] };
    for (const { uri, state } of latest)
      expect(state === 'blocked').toBe(uri.startsWith(`${here}/`) || uri.startsWith(`${here}:`));
    expect(await counted('unblock', '--host', 'pictures.example')).toMatchObject({ changed: 20, unchanged: 0 });
    await isClean();
  });

  it('refreshes, however fresh it is or lately it failed', async () => {
    const uri = await kept('/refreshed.png');
    const refreshed = `(image/png, ${png.length} bytes)\n`;
    expect(await setting.command(['refresh', uri])).toMatchObject({
      status: 0,
      stdout: `fetched: ${uri} ${refreshed}`,
    });
    expect(setting.origin.count('/refreshed.png')).toBe(2);
    setting.origin.on('/refreshed.png', (_, response) => response.writeHead(500).end());
    expect(await setting.command(['refresh', uri])).toMatchObject({
      status: 1,
      stdout: `stale: ${uri} ${refreshed.trim()}: unexpected-status\n`,
    });
    expect((await setting.service.get('img', uri)).headers.get('cache-status')).toContain('unexpected status code');
    setting.origin.on('/refreshed.png', sends('image/png', png));
    expect((await setting.command(['refresh', uri])).status).toBe(0);
    expect((await setting.service.get('img', uri)).headers.get('cache-status')).toMatch(/hit; ttl=/);
    expect(setting.origin.count('/refreshed.png')).toBe(4);
  });

  it('does not refresh what is blocked or not declared', async () => {
    const uri = await kept('/kept.png');
    await setting.command(['block', uri]);
    const { status, stdout } = await setting.command(['refresh', uri, `${uri}?`]);
    expect(status).toBe(1);
    expect(lines(stdout)).toEqual([`blocked: ${uri}: ${uri} is blocked`, `undeclared: ${uri}?: ${uri}? is undeclared`]);
    const { pictures } = JSON.parse((await setting.command(['refresh', uri, '--json'])).stdout) as {
      pictures: object[];
    };
    const hex = SourceUri.of(uri).hex;
    expect(pictures).toEqual([{ uri, hex, outcome: 'blocked', reason: `${uri} is blocked`, type: null, bytes: null }]);
    expect(setting.origin.count('/kept.png')).toBe(1);
  });
});

describe('latest', () => {
  it('shows the state of what was declared last, the newest first', async () => {
    const setting = await openSetting('embedded');
    const states: [string, string][] = [];
    const declare = async (state: string, uri: string) => {
      await setting.declare(uri);
      states.unshift([uri, state]);
    };
    await declare('invalid', 'ftp://a.example/');
    await declare('absent', 'http://a.example/');
    await declare('fresh', await setting.publish('/fresh.png', sends('image/gif', Buffer.from('GIF89a\u0001\u0000'))));
    await declare('failed', await setting.publish('/failed.png', (_, response) => response.writeHead(410).end()));
    for (const path of ['/fresh.png', '/failed.png']) await setting.service.get('img', setting.origin.url + path);
    const { status, stdout } = await setting.command(['latest', '--json']);
    expect(status).toBe(0);
    const { latest } = JSON.parse(stdout) as { latest: { uri: string; state: string; error: string | null }[] };
    expect(latest.map(({ uri, state }) => [uri, state])).toEqual(states);
    expect(latest[0]?.error).toBe('unexpected status code');
    const [line] = (await setting.command(['latest'])).stdout.split('\n');
    expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}failed \(unexpected status code\) {2}http/);
    await setting.close();
  });
});

it.each([
  [['block'], 'nothing to block; name pictures, or a host with --host'],
  [['block', '--host', 'http://a.example/'], 'give a host such as example.com'],
])('ends with 2 for %j', (args, hint) => {
  const { status, stderr } = runCommand(args);
  expect(status).toBe(2);
  expect(stderr).toContain(hint);
});
