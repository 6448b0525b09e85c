import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCatalogue } from '../../../src/adapters/index.js';
import { SourceUri } from '../../../src/domain/index.js';
import { parseHost, picturesOf } from '../../../src/server/commands/host.js';
import { temporaryDirectory } from '../../support/service.js';

const HERE = [
  'http://host.example/a.png',
  'https://HOST.example/b.png',
  'http://host.example/é.png',
  'http://host.example/a line\nbreak.png',
  // No origin is asked for these, but copies of them may be kept.
  'http://user:secret@host.example/c.png',
  'http://host.example:22/d.png',
];
const ELSEWHERE = ['http://www.host.example/a.png', 'http://other.example/host.example', '/host.example/a.png'];

describe('the pictures of a host', () => {
  const directory = temporaryDirectory();
  const catalogue = new EmbeddedCatalogue({ path: join(directory, 'catalogue.lmdb') });
  beforeAll(async () => {
    const others = ['http://café.example/a.png', 'http://[2001:DB8::1]:8443/a.png'];
    for (const uri of [...HERE, ...ELSEWHERE, ...others]) await catalogue.declare(SourceUri.of(uri));
  });
  afterAll(async () => {
    await catalogue.close();
    rmSync(directory, { recursive: true });
  });
  const picturesAt = async (host: string) => {
    const pictures: string[] = [];
    for await (const uri of picturesOf(parseHost(host), catalogue.upkeep, () => undefined)) pictures.push(`${uri}`);
    return pictures.sort();
  };

  it('are those of exactly that host, whatever is asked of it', async () => {
    expect(await picturesAt('Host.Example')).toEqual([...HERE].sort());
    expect(await picturesAt('host.example:022')).toEqual(['http://host.example:22/d.png']);
    expect(await picturesAt('host.example:443')).toEqual(['https://HOST.example/b.png']);
  });

  it('are found by its name in the spelling of people, and by its address', async () => {
    expect(await picturesAt('CAFÉ.example')).toEqual(['http://café.example/a.png']);
    expect(await picturesAt('[2001:db8:0::1]')).toEqual(['http://[2001:DB8::1]:8443/a.png']);
  });

  it.each(['', '::1', 'http://host.example', 'host.example/a', 'host.example\\a', 'a b', 'host.example:65536'])(
    'are not asked for with %j',
    (text) => {
      expect(() => parseHost(text)).toThrow('give a host such as example.com');
    },
  );
});
