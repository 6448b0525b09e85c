import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { runCommand } from '../support/service.js';
import { STORES } from '../support/setting.js';
import { filesOf, sharedSetting } from '../support/shared-setting.js';

interface Document {
  readonly count: number;
  readonly failed: number;
  readonly outcomes: readonly { readonly outcome: string; readonly count: number }[];
}

const png = await raw(noise(100, 200)).png().toBuffer();

describe.each(STORES)('warm, $name', (store) => {
  const setting = sharedSetting(store);

  const counts = ({ outcomes }: Document) => Object.fromEntries(outcomes.map(({ outcome, count }) => [outcome, count]));

  it('tells what the pictures of a mixed file came to, and is served from then on', async () => {
    const { service, origin, publish } = setting;
    const here = (path: string) => publish(path, sends('image/png', png));
    const [hit, due, avatar] = [await here('/hit.png'), await here('/due.png'), await here('/avatar.png')];
    const gone = await publish('/gone.png', (_, response) => response.writeHead(410).end());
    const page = await publish('/page.png', sends('text/html', Buffer.from('<p>')));
    const hex = (uri: string) => SourceUri.of(uri).hex;
    await service.get('img', hit);
    const lines = [
      '# pictures of the week',
      '',
      hit,
      due,
      `  /avatars/${hex(avatar)}/a.png\r`,
      gone,
      hex(page),
      `${origin.url}/undeclared.png`,
      'nonsense',
    ];
    const file = join(service.directory, 'list.txt');
    // The last line has no end.
    writeFileSync(file, lines.join('\n'));
    const { status, stdout } = await setting.command(['warm', '--json', file]);
    const document = JSON.parse(stdout) as Document;
    expect(counts(document)).toEqual({
      hit: 1,
      fetched: 2,
      'unexpected-status': 1,
      'invalid-type': 1,
      undeclared: 1,
      'bad line': 1,
    });
    expect([status, document.count, document.failed]).toEqual([1, 7, 4]);
    expect(origin.count('/undeclared.png')).toBe(0);
    expect(filesOf(setting, avatar)).toBe(1);
    for (const uri of [hit, due, avatar]) {
      const answer = await service.get('img', uri);
      expect([answer.status, answer.headers.get('cache-status')]).toEqual([200, expect.stringMatching(/hit; ttl=/)]);
    }
  });

  it('takes the standard input, makes avatars, and sums up for people', async () => {
    const { origin, publish } = setting;
    const uris = [];
    for (const path of ['/1.png', '/2.png', '/3.png']) uris.push(await publish(path, sends('image/png', png)));
    const once = await setting.command(['warm', '--avatars'], `${uris.join('\n')}\n`);
    expect(once).toMatchObject({ status: 0, stdout: 'fetched: 3\n3 pictures, 0 failed\n' });
    expect(uris.map((uri) => filesOf(setting, uri))).toEqual([2, 2, 2]);
    const bad = `${origin.url}/0.png`;
    const again = await setting.command(['warm', '-', '--concurrency', '2'], [...uris, bad].join('\n'));
    expect(again).toMatchObject({
      status: 1,
      stdout: `hit: 3\nundeclared: 1\n  ${bad}: ${bad} is undeclared\n4 pictures, 1 failed\n`,
    });
    expect(origin.count('/1.png')).toBe(1);
  });

  it('says that it cannot read a folder', async () => {
    const folder = setting.service.directory;
    const { status, stderr } = await setting.command(['warm', folder]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^img-linuxfr: cannot read \/.*: EISDIR.*\n$/)]);
    expect(stderr).toContain(folder);
  });

  it('waits for its turn at a host, however many pictures it has', async () => {
    let [open, most] = [0, 0];
    const uris = [];
    for (let n = 0; n < 100; n++) {
      const uri = await setting.publish(`/many/${n}.png`, (_, response) => {
        most = Math.max(most, ++open);
        setTimeout(() => {
          open--;
          response.writeHead(200, { 'Content-Type': 'image/png' }).end(png);
        }, 10);
      });
      uris.push(uri);
    }
    const { status, stdout } = await setting.command(['warm', '--concurrency', '90'], uris.join('\n'));
    expect([status, stdout]).toEqual([0, 'fetched: 100\n100 pictures, 0 failed\n']);
    expect(most).toBeLessThanOrEqual(6);
  });
});

it.each([
  [['warm', 'no/such/file', '-d', import.meta.dirname], 'cannot read no/such/file'],
  [['warm', '--concurrency', '0'], 'whole number above 0'],
])('ends with 2 for %j', (args, hint) => {
  const { status, stderr } = runCommand(args);
  expect(status).toBe(2);
  expect(stderr).toContain(hint);
});
