import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { originalPlace } from '../../src/adapters/disk-layout.js';
import { SourceUri } from '../../src/domain/index.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { freePort } from '../support/free-port.js';
import { STORES } from '../support/setting.js';
import { sharedSetting } from '../support/shared-setting.js';

interface Document {
  readonly state: string;
  readonly shown: boolean;
  readonly verdict: string;
  readonly stored: Record<string, unknown>;
  readonly [name: string]: unknown;
}

const ops = `127.0.0.1:${await freePort()}`;
const png = await raw(noise(100, 200)).png().toBuffer();

describe.each(STORES)('explain, $name', (store) => {
  const setting = sharedSetting(store, ['--ops', ops]);

  /** Its words, and its document. */
  const explain = async (uri: string, ...flags: string[]) => {
    const args = ['explain', '--ops', ops, ...flags, uri];
    const [people, programs] = await Promise.all([setting.command(args), setting.command([...args, '--json'])]);
    expect(people.status).toBe(programs.status);
    return { status: people.status, text: people.stdout, document: JSON.parse(programs.stdout) as Document };
  };
  const fileOf = (uri: string) => join(setting.service.directory, originalPlace(SourceUri.of(uri).digest));
  const look = async (uri: string) => (await setting.service.get('img', uri)).status;

  it('a picture that is well, then altered, then missing', async () => {
    const uri = await setting.publish('/well.png', sends('image/png', png));
    expect(await look(uri)).toBe(200);
    const { status, text, document } = await explain(`/img/${SourceUri.of(uri).hex}/well.png`);
    expect(status).toBe(0);
    expect(text).toMatch(/^This picture is well: the copy of \d\d:\d\d is shown, and fresh until (\S+ )?\d\d:\d\d\.\n/);
    expect(text).toContain(`image/png, ${png.length} bytes, 100 × 200 pixels, fresh until`);
    expect(text).toContain(`    ${uri}: 127.0.0.1, 200 OK, `);
    expect(document).toMatchObject({
      ...{ uri, state: 'fresh', shown: true, declared: true, blocked: false, error: null, rest: null, try: null },
      stored: {
        file: 'intact',
        type: 'image/png',
        bytes: png.length,
        dimensions: { width: 100, height: 200, frames: 1 },
      },
      lastAttempt: { outcome: 'fetched', hops: [{ url: uri, status: 200, address: '127.0.0.1' }] },
      server: { address: ops, silence: null },
    });
    writeFileSync(fileOf(uri), 'altered');
    expect((await explain(uri)).document).toMatchObject({ shown: false, stored: { file: 'altered' } });
    rmSync(fileOf(uri));
    expect(await explain(uri)).toMatchObject({ status: 1, document: { shown: false, stored: { file: 'missing' } } });
  });

  it('a picture that is well, but too large for an avatar', async () => {
    const uri = await setting.publish('/large.png', sends('image/png', png));
    expect(await look(uri)).toBe(200);
    const { status, text, document } = await explain(uri, '--max-pixels', '19999');
    expect(status).toBe(0);
    expect(text).toContain('is shown, and fresh until');
    expect(text).toContain('As an avatar it is not: it has too many pixels');
    expect(text).toContain('  avatar:       none can be made: 20000 pixels, 19999 are allowed\n');
    expect(document).toMatchObject({ stored: { file: 'intact', excess: '20000 pixels, 19999 are allowed' } });
    expect((await explain(uri, '--max-pixels', '20000')).document).toMatchObject({ stored: { excess: null } });
  });

  it('a picture whose redirect ends badly, with every hop, and what a try gives now', async () => {
    const uri = await setting.publish('/here.png', (_, response) =>
      response.writeHead(302, { Location: '/there' }).end(),
    );
    expect(await look(uri)).toBe(404);
    setting.origin.on('/there', sends('image/png', png));
    const { status, text, document } = await explain(uri, '--try');
    expect(status).toBe(1);
    const [verdict, ...facts] = text.split('\n');
    expect(verdict).toMatch(
      /^This picture is broken because its origin answered 404 Not Found; it is asked again from (\S+ )?\d\d:\d\d on\.$/,
    );
    const [hops, tried] = facts.join('\n').split('tried now:');
    for (const part of [hops, tried]) expect(part).toContain(`${uri}: 127.0.0.1, 302 Found, `);
    expect(hops).toContain('/there: 127.0.0.1, 404 Not Found, ');
    expect(tried).toContain(`it works: image/png, ${png.length} bytes, 100 × 200 pixels`);
    expect(document).toMatchObject({
      ...{ state: 'failed', shown: false, error: { reason: 'unexpected status code' } },
      lastAttempt: { outcome: 'unexpected-status', hops: [{ status: 302 }, { status: 404 }] },
      try: { outcome: 'fetched', bytes: png.length, attempt: { hops: [{ status: 302 }, { status: 200 }] } },
      stored: { file: 'none' },
    });
    // Nothing came of the try.
    expect(await look(uri)).toBe(404);
  });

  it('a picture whose origin does not answer', async () => {
    const uri = await setting.publish('/cut.png', ({ socket }) => socket.destroy());
    expect(await look(uri)).toBe(404);
    const { status, text, document } = await explain(uri);
    expect(status).toBe(1);
    expect(text).toContain('This picture is broken because its origin broke off in the middle; it is asked again from');
    expect(text).toContain(`${uri}: 127.0.0.1, no answer, `);
    expect(document).toMatchObject({ state: 'absent', rest: { cause: 'uri' }, lastAttempt: { outcome: 'truncated' } });
  });

  it('a try that is refused, by the address, and leaves nothing behind', async () => {
    const uri = 'http://10.1.2.3/a.png';
    await setting.declare(uri);
    const { status, text, document } = await explain(uri, '--try');
    expect(status).toBe(1);
    expect(text).toContain('tried now:    its origin leads to an address that is not public');
    expect(text).toContain(`    ${uri}: 10.1.2.3, no answer, `);
    expect(document).toMatchObject({ state: 'absent', error: null, try: { outcome: 'forbidden-address' } });
  });

  it('pictures that are blocked, undeclared, reserved or invalid', async () => {
    const [blocked, invalid] = [await setting.publish('/b.png', sends('image/png', png)), 'ftp://a.example/'];
    await setting.declare(invalid);
    await setting.command(['block', blocked]);
    const uris = [blocked, `${blocked}?`, 'latest', invalid];
    const outcomes = await Promise.all(uris.map((uri) => setting.command(['explain', uri, '--json'])));
    const documents = outcomes.map(({ stdout }) => JSON.parse(stdout) as Document);
    expect(documents.map(({ state }) => state)).toEqual(['blocked', 'undeclared', 'reserved', 'invalid']);
    expect(outcomes.map(({ status }) => status)).toEqual([1, 1, 1, 1]);
  });

  it('what it cannot tell without a server', async () => {
    const uri = await setting.publish('/alone.png', sends('image/png', png));
    const nobody = `127.0.0.1:${await freePort()}`;
    const { document } = await explain(uri, '--ops', nobody);
    expect(document).toMatchObject({ lastAttempt: null, rest: null, server: { address: nobody } });
    const { stdout } = await setting.command(['explain', uri]);
    expect(stdout).toContain('last attempt: not known: no server was asked; name its operations port with --ops\n');
  });
});
