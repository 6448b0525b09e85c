import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { openSetting, type Setting } from '../support/setting.js';

const LIMIT = 5 * 1024 * 1024;
const PNG = await raw(noise(20, 20)).png().toBuffer();

let setting: Setting;
beforeAll(async () => {
  setting = await openSetting('embedded');
});
afterAll(() => setting.close());

let published = 0;
const imageFrom = async (listener: RequestListener) => {
  const uri = await setting.publish(`/limits/${published++}`, listener);
  return setting.service.get('img', uri);
};

/** A picture with so many bytes behind it. */
const ofLength = (length: number) => Buffer.concat([PNG, Buffer.alloc(length - PNG.length)]);

const chunked =
  (bytes: Buffer): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'Content-Type': 'image/png' });
    for (let at = 0; at < bytes.length; at += 1 << 16) response.write(bytes.subarray(at, at + (1 << 16)));
    response.end();
  };

const closeDelimited =
  (bytes: Buffer): RequestListener =>
  (_, { socket }) => {
    socket?.end(Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n'), bytes]));
  };

describe('the size limit', () => {
  it.each<[string, (bytes: Buffer) => RequestListener]>([
    ['Content-Length', (bytes) => sends('image/png', bytes)],
    ['chunks', chunked],
    ['the end of the connection', closeDelimited],
  ])('lets 5,242,880 bytes in and not one more, ended by %s', async (_, sending) => {
    const exact = await imageFrom(sending(ofLength(LIMIT)));
    expect({ status: exact.status, isSame: exact.body.equals(ofLength(LIMIT)) }).toEqual({ status: 200, isSame: true });
    expect((await imageFrom(sending(ofLength(LIMIT + 1)))).status).toBe(404);
  });

  it('stops listening when it is reached', async () => {
    let sent = 0;
    const answer = await imageFrom((_, response) => {
      response.writeHead(200, { 'Content-Type': 'image/png' });
      const more = () => {
        while (!response.destroyed && response.write(PNG)) sent += PNG.length;
        sent += PNG.length;
      };
      response.on('drain', more);
      more();
    });
    expect(answer.status).toBe(404);
    expect(sent).toBeLessThan(20 * LIMIT);
  });
});

describe('types', () => {
  it.each([
    ['image/png', 'image/png'],
    ['IMAGE/PNG', 'IMAGE/PNG'],
    ['image/png; charset=x', 'image/png'],
    ['image/whatever', 'image/whatever'],
  ])('a picture that is called %j is served as %j', async (declared, served) => {
    const answer = await imageFrom(sends(declared, PNG));
    expect(answer).toMatchObject({ status: 200, body: PNG });
    expect(answer.headers.get('content-type')).toBe(served);
  });

  it.each([
    'text/html',
    'image/',
    'image',
    'image/png, text/html',
    'image/png text/html',
    'imagefoo/html',
    'text/image/png',
  ])('a picture that is called %j is none', async (declared) => {
    expect((await imageFrom(sends(declared, PNG))).status).toBe(404);
  });

  it('a picture without a type is none', async () => {
    expect((await imageFrom((_, response) => response.writeHead(200).end(PNG))).status).toBe(404);
  });

  it.each([
    ['HTML', '<!DOCTYPE html><html><body><script>alert(1)</script></body></html>'],
    ['PHP', '<?php phpinfo(); ?>'],
    ['PDF', '%PDF-1.7\n1 0 obj\n'],
    ['ZIP', 'PK\x03\x04\x14\x00\x00\x00\x08\x00'],
    ['nothing', ''],
    ['text', 'hello'],
  ])('%s in the clothes of a picture is none', async (_, text) => {
    expect((await imageFrom(sends('image/png', Buffer.from(text, 'latin1')))).status).toBe(404);
  });

  it('SVG is one only when it is called so', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect((await imageFrom(sends('image/svg+xml', svg))).status).toBe(200);
    expect((await imageFrom(sends('image/png', svg))).status).toBe(404);
  });
});

describe('statuses', () => {
  it.each([201, 204, 206, 300, 304, 400, 403, 404, 500, 503])('%i is no picture', async (status) => {
    const answer = await imageFrom((_, response) =>
      response.writeHead(status, { 'Content-Type': 'image/png' }).end(PNG),
    );
    expect(answer.status).toBe(404);
  });
});

describe('redirects', () => {
  const chain = async (hops: number, status = 302) => {
    const folder = `/chain-${published++}`;
    for (let hop = 1; hop <= hops; hop++) {
      setting.origin.on(`${folder}/${hop}`, (_, response) => {
        response.writeHead(status, { Location: hop === hops ? `${folder}/end` : `${hop + 1}` }).end('moved');
      });
    }
    setting.origin.on(`${folder}/end`, sends('image/png', PNG));
    await setting.declare(`${setting.origin.url}${folder}/1`);
    return setting.service.get('img', `${setting.origin.url}${folder}/1`);
  };

  it.each([301, 302, 303, 307, 308])('%i is followed', async (status) => {
    expect(await chain(1, status)).toMatchObject({ status: 200, body: PNG });
  });

  it('9 are followed, 10 are not', async () => {
    expect((await chain(9)).status).toBe(200);
    expect((await chain(10)).status).toBe(404);
  });

  it.each(['file:///etc/passwd', 'data:image/png;base64,AAAA', 'ftp://127.0.0.1/', 'http://', undefined])(
    'a Location of %s is not followed',
    async (location) => {
      const listener: RequestListener = (_, response) => {
        response.writeHead(302, location === undefined ? {} : { Location: location }).end();
      };
      expect((await imageFrom(listener)).status).toBe(404);
    },
  );
});
