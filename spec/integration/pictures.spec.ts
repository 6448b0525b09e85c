import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { type Picture, pictures } from '../support/pictures.js';
import { openSetting, type Setting, STORES } from '../support/setting.js';

const PICTURES = await pictures();

for (const { name: store, skip } of STORES) {
  describe.skipIf(skip)(`pictures, kept in ${store}`, () => {
    let setting: Setting;
    beforeAll(async () => {
      setting = await openSetting(store);
    });
    afterAll(() => setting.close());

    const publish = ({ name, type, bytes }: Picture, folder: string) =>
      setting.publish(`/${folder}/${name}`, sends(type, bytes));

    const avatarOf = async (picture: Picture, body: Buffer) => {
      if (!picture.resizable) return expect(body).toEqual(picture.bytes);
      const { format, width, height, pageHeight, pages } = await sharp(body, { pages: -1 }).metadata();
      const original = await sharp(picture.bytes, { pages: -1 }).metadata();
      expect({ format, width, height: pageHeight ?? height, pages }).toEqual({
        format: original.format,
        width: 32,
        height: 64,
        pages: original.pages,
      });
    };

    it.each(PICTURES)('$name: the image, then its avatar', async (picture) => {
      const uri = await publish(picture, 'image-first');
      const cold = await setting.service.get('img', uri);
      expect(cold).toMatchObject({ status: 200, body: picture.bytes });
      expect(cold.headers.get('content-type')).toBe(picture.type);
      expect(cold.headers.get('content-length')).toBe(`${picture.bytes.length}`);
      expect(cold.headers.get('cache-status')).toBe('img-linuxfr; fwd=uri-miss; fwd-status=200; stored');
      const avatar = await setting.service.get('avatars', uri);
      expect(avatar.headers.get('content-type')).toBe(picture.type);
      await avatarOf(picture, avatar.body);
      const hit = await setting.service.get('img', uri);
      expect(hit).toMatchObject({ status: 200, body: picture.bytes });
      expect(hit.headers.get('cache-status')).toMatch(/^img-linuxfr; hit; ttl=\d+$/);
      expect(setting.origin.count(`/image-first/${picture.name}`)).toBe(1);
    });

    it.each(PICTURES)('$name: the avatar, then the image', async (picture) => {
      const uri = await publish(picture, 'avatar-first');
      const made = await setting.service.get('avatars', uri);
      expect(made.status).toBe(200);
      await avatarOf(picture, made.body);
      expect(await setting.service.get('img', uri)).toMatchObject({ status: 200, body: picture.bytes });
      const kept = await setting.service.get('avatars', uri);
      expect(kept.body).toEqual(made.body);
      expect(kept.headers.get('etag')).toBe(made.headers.get('etag'));
      expect(setting.origin.count(`/avatar-first/${picture.name}`)).toBe(1);
    });

    it('200 requests for a picture nobody had asked for make one', async () => {
      const [picture] = PICTURES as [Picture];
      const uri = await setting.publish('/busy.png', (_, response) => {
        setTimeout(() => response.writeHead(200, { 'Content-Type': picture.type }).end(picture.bytes), 200);
      });
      const collections = Array.from({ length: 200 }, (_, n) => (n % 4 === 0 ? 'avatars' : 'img'));
      const answers = await Promise.all(collections.map((collection) => setting.service.get(collection, uri)));
      expect(answers.map(({ status }) => status)).toEqual(collections.map(() => 200));
      for (const [n, { body }] of answers.entries()) {
        if (collections[n] === 'img') expect(body.equals(picture.bytes)).toBe(true);
        else expect(body.equals(answers[0]?.body ?? Buffer.of())).toBe(true);
      }
      expect(setting.origin.count('/busy.png')).toBe(1);
      const shared = answers.filter(({ headers }) => headers.get('cache-status')?.includes('collapsed'));
      expect(shared.length).toBeGreaterThan(0);
    });

    it('a URI of 65,000 bytes', async () => {
      const [picture] = PICTURES as [Picture];
      const path = `/long.png?${'x'.repeat(65_000)}`;
      const uri = await setting.publish(path, sends(picture.type, picture.bytes));
      expect(await setting.service.get('img', uri)).toMatchObject({ status: 200, body: picture.bytes });
      expect(await setting.service.get('avatars', uri)).toMatchObject({ status: 200 });
      expect(setting.origin.count(path)).toBe(1);
    });

    it('a URI that is not UTF-8', async () => {
      const [picture] = PICTURES as [Picture];
      setting.origin.on('/caf%E9.png', sends(picture.type, picture.bytes));
      const uri = Buffer.from(`${setting.origin.url}/caf\xe9.png`, 'latin1');
      expect(await setting.service.get('img', uri)).toMatchObject({ status: 404 });
      await setting.declare(uri);
      expect(await setting.service.get('img', uri)).toMatchObject({ status: 200, body: picture.bytes });
    });
  });
}
