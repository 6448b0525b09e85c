import { readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskFiles } from '../../src/adapters/index.js';
import { checksumOf, SourceUri } from '../../src/domain/index.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { openSetting, type Setting, STORES } from '../support/setting.js';

/** 68 kB: more than is read as a whole in any case, and few enough to be read at once. */
const png = await raw(noise(150, 150)).png({ compressionLevel: 0 }).toBuffer();
const altered = Buffer.from(png);
altered[20] = (altered[20] ?? 0) ^ 1;

describe.each(STORES)('files that stay open, with $name', ({ name, skip }) => {
  describe.skipIf(skip)('and no memory for pictures', () => {
    let setting: Setting;
    let files: DiskFiles;
    let number = 0;
    beforeAll(async () => {
      setting = await openSetting(name, { flags: ['--memory-cache', '0'] });
      files = new DiskFiles(setting.service.directory);
    });
    afterAll(() => setting.close());

    const asked = (uri: string) => setting.origin.count(uri.slice(setting.origin.url.length));
    const pathOf = (uri: string) => files.pathOf(SourceUri.of(uri));
    const opensOf = (uri: string) => {
      const descriptors = `/proc/${setting.service.process.pid}/fd`;
      const links = readdirSync(descriptors).map((descriptor) => {
        try {
          return readlinkSync(`${descriptors}/${descriptor}`);
        } catch {
          return '';
        }
      });
      const path = pathOf(uri);
      return links.filter((link) => link.startsWith(path)).length;
    };
    const expectWhole = async (uri: string, init?: RequestInit) => {
      const { status, body } = await setting.service.get('img', uri, init);
      expect({ status, checksum: checksumOf(body) }).toEqual({ status: 200, checksum: checksumOf(png) });
    };
    /** A picture whose file is open. */
    const open = async () => {
      const uri = await setting.publish(`/${number++}.png`, sends('image/png', png));
      for (let request = 0; request < 3; request++) await expectWhole(uri);
      expect(opensOf(uri)).toBe(1);
      return uri;
    };

    it('are read again for each of many readers', async () => {
      const uris = await Promise.all(Array.from({ length: 10 }, open));
      await Promise.all(Array.from({ length: 200 }, (_, reader) => expectWhole(uris[reader % 10] ?? '')));
      expect(uris.map(opensOf)).toEqual(Array(10).fill(1));
      expect(uris.map(asked)).toEqual(Array(10).fill(1));
    });

    it('give parts as well, and are left alone by those who want no bytes', async () => {
      const uri = await open();
      const part = await setting.service.get('img', uri, { headers: { Range: 'bytes=1000-1999' } });
      expect(part).toMatchObject({ status: 206, body: png.subarray(1000, 2000) });
      const head = await setting.service.get('img', uri, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length'), head.body.length]).toEqual([200, `${png.length}`, 0]);
      const known = await setting.service.get('img', uri, { headers: { 'If-None-Match': `"${checksumOf(png)}"` } });
      expect(known.status).toBe(304);
      await expectWhole(uri);
      expect(opensOf(uri)).toBe(1);
    });

    it.each<[damage: string, damage: (path: string) => void]>([
      ['missing', (path) => rmSync(path)],
      ['empty', (path) => truncateSync(path)],
      ['truncated', (path) => truncateSync(path, png.length - 1)],
      ['longer', (path) => writeFileSync(path, Buffer.concat([png, png]))],
      ['altered', (path) => writeFileSync(path, altered)],
    ])('are fetched anew with the next request when they are %s', async (_, damage) => {
      const uri = await open();
      damage(pathOf(uri));
      await expectWhole(uri);
      expect(asked(uri)).toBe(2);
      for (let request = 0; request < 3; request++) await expectWhole(uri);
      expect([asked(uri), opensOf(uri)]).toEqual([2, 1]);
    });
  });
});
