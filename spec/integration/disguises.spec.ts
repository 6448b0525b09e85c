import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { openSetting, type Setting } from '../support/setting.js';

const pixels = raw(noise(20, 20));
const PNG = await pixels.clone().png().toBuffer();
const JPEG = await pixels.clone().jpeg().toBuffer();
const GIF = await pixels.clone().gif().toBuffer();
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>';
const ZIP = Buffer.from('PK\x05\x06' + '\0'.repeat(18), 'latin1');

let setting: Setting;
beforeAll(async () => {
  setting = await openSetting('embedded');
});
afterAll(() => setting.close());

let published = 0;
async function served(type: string | undefined, bytes: Buffer, collection: 'img' | 'avatars' = 'img') {
  const listener = type === undefined ? undefined : sends(type, bytes);
  const uri = await setting.publish(
    `/disguises/${published++}`,
    listener ?? ((_, response) => response.writeHead(200).end(bytes)),
  );
  return setting.service.get(collection, uri);
}

describe('corpus: bytes that are no picture', () => {
  const rows: [string, string | Buffer][] = [
    ['HTML', '<!DOCTYPE html><html><body><script>alert(1)</script></body></html>'],
    ['HTML after white space', '\n\n   <html><script>alert(1)</script></html>'],
    ['HTML with an SVG in it', '<html><svg xmlns="http://www.w3.org/2000/svg"/></html>'],
    ['PHP', '<?php system($_GET["c"]); ?>'],
    ['a shell script', '#!/bin/sh\nrm -rf /\n'],
    ['a shell script that begins like a BMP', 'BM=1 exec /bin/sh\n'],
    ['JavaScript', 'alert(document.cookie)'],
    ['JavaScript that begins like a BMP', 'BM=1;alert(document.cookie)//'.padEnd(80, ' ')],
    ['a PDF', '%PDF-1.7\n1 0 obj\n<<>>\nendobj'],
    ['a PDF with bytes before it', '\0\0\x01\0%PDF-1.7\n1 0 obj'],
    ['a ZIP', ZIP],
    ['a gzipped SVG', gzipSync(SVG)],
    ['a gzipped PNG', gzipSync(PNG)],
    ['an empty body', ''],
    ['one byte', '\x89'],
    ['the magic of a PNG cut short', PNG.subarray(0, 4)],
    ['a Windows program', 'MZ\x90\0\x03\0\0\0'],
    ['a Linux program', '\x7fELF\x02\x01\x01'],
    ['a Flash film', 'CWS\x0a\0\0\0\0'],
    ['an MP4 film', '\0\0\0\x18ftypmp42\0\0\0\0mp42isom'],
    ['other XML', '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"/>'],
    ['XHTML', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'],
  ];
  it.each(rows)('%s labelled image/png: refused', async (_, bytes) => {
    expect((await served('image/png', Buffer.from(bytes as string, 'latin1'))).status).toBe(404);
  });
  it.each(rows)('%s labelled image/svg+xml: refused', async (_, bytes) => {
    expect((await served('image/svg+xml', Buffer.from(bytes as string, 'latin1'))).status).toBe(404);
  });
});

describe('corpus: declared types', () => {
  it.each([
    ['image/png, text/html'],
    ['image/png text/html'],
    ['text/html, image/png'],
    ['text/html'],
    ['imagefoo/html'],
    ['image/'],
    ['image'],
    ['/png'],
    ['image/png/html'],
    ['image/p ng'],
    ['image/<script>'],
    ['multipart/x-mixed-replace; boundary=image/png'],
    ['application/octet-stream'],
    ['*/*'],
    [' '],
    ['absent', undefined],
  ])('%j: refused', async (label, type: string | undefined = label === 'absent' ? undefined : label) => {
    expect((await served(type, PNG)).status).toBe(404);
  });

  it('two Content-Type fields: refused unless they are one', async () => {
    const uri = await setting.publish('/two-types', (_, response) =>
      response.writeHead(200, ['Content-Type', 'text/html', 'Content-Type', 'image/png']).end(PNG),
    );
    expect((await setting.service.get('img', uri)).status).toBe(404);
  });
});

describe('corpus: polyglots', () => {
  const page = Buffer.from('<script>alert(1)</script>');
  it.each([
    ['GIF89a and HTML', 'image/gif', Buffer.concat([GIF, page])],
    [
      'GIF89a and JavaScript',
      'image/gif',
      Buffer.concat([Buffer.from('GIF89a=1;/*'), GIF.subarray(11), Buffer.from('*/alert(1)')]),
    ],
    ['JPEG and ZIP', 'image/jpeg', Buffer.concat([JPEG, ZIP])],
    ['PNG and PHP', 'image/png', Buffer.concat([PNG, Buffer.from('<?php system("id"); ?>')])],
  ])('%s: served only as a picture, sandboxed and never sniffed', async (_, type, bytes) => {
    const { status, headers, body } = await served(type, bytes);
    expect([status, body.equals(bytes)]).toEqual([200, true]);
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
  });
});

describe('corpus: SVG', () => {
  it.each([
    ['bare', Buffer.from(SVG)],
    ['with a byte order mark', Buffer.from(`\uFEFF${SVG}`)],
    ['after a comment', Buffer.from(`<!-- <html> -->${SVG}`)],
    ['after white space', Buffer.from(`\r\n\t ${SVG}`)],
    ['after a declaration', Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${SVG}`)],
    ['in UTF-16, little end first', Buffer.from(`\uFEFF${SVG}`, 'utf16le')],
    ['in UTF-16, big end first', Buffer.from(`\uFEFF${SVG}`, 'utf16le').swap16()],
  ])('%s: served, and its avatar is the same bytes', async (_, bytes) => {
    for (const collection of ['img', 'avatars'] as const) {
      const { status, body } = await served('image/svg+xml', bytes, collection);
      expect([status, body.equals(bytes)]).toEqual([200, true]);
    }
  });

  it.each([
    ['labelled PNG', 'image/png', Buffer.from(SVG)],
    ['labelled JPEG, after a byte order mark', 'image/jpeg', Buffer.from(`\uFEFF${SVG}`)],
    ['labelled GIF, in UTF-16', 'image/gif', Buffer.from(`\uFEFF${SVG}`, 'utf16le')],
    ['labelled svg, which is no type', 'image/svg', Buffer.from(SVG)],
  ])('%s: refused, also as an avatar', async (_, type, bytes) => {
    expect((await served(type, bytes)).status).toBe(404);
    expect((await served(type, bytes, 'avatars')).status).toBe(302);
  });
});
