import { describe, expect, it } from 'vitest';
import { magicSniffer } from '../../src/adapters/index.js';
import { pictures } from '../support/pictures.js';

const FORMATS: Record<string, string> = {
  'plain.png': 'png',
  'photo.jpg': 'jpeg',
  'modern.webp': 'webp',
  'modern.avif': 'avif',
  'scan.tiff': 'tiff',
  'moving.gif': 'gif',
  'vector.svg': 'svg',
  'old.bmp': 'bmp',
  'favicon.ico': 'ico',
};

describe('magicSniffer', () => {
  it('knows a real picture of every format', async () => {
    const sniffed: Record<string, unknown> = {};
    for (const { name, bytes } of await pictures()) sniffed[name] = await magicSniffer.sniff(bytes);
    expect(sniffed).toEqual(FORMATS);
  });

  it.each([
    ['nothing', ''],
    ['text', 'just text'],
    ['a page', '<!doctype html><html><body><svg></svg></body></html>'],
    ['a page that begins with white space', '\n  <html><svg></svg></html>'],
    ['a script', '<?php echo 1; ?>'],
    ['a PDF', '%PDF-1.7\n%âãÏÓ\n1 0 obj\n<< >>\nendobj'],
    ['an archive', 'PK\u0003\u0004\u0014\u0000\u0000\u0000\u0008\u0000'],
    ['other XML', '<?xml version="1.0"?><rss version="2.0"><channel/></rss>'],
    ['XML whose root is only called like it', '<svgish/>'],
    ['a picture inside a comment', '<!-- <svg> --><html></html>'],
    ['a comment without end', '<!-- <svg xmlns="http://www.w3.org/2000/svg">'],
  ])('knows that %s is no picture', async (_, text) => {
    expect(await magicSniffer.sniff(Buffer.from(text, 'latin1'))).toBeUndefined();
  });

  const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  it.each([
    ['bare', Buffer.from(SVG)],
    ['with a byte order mark', Buffer.from(`\uFEFF${SVG}`)],
    [
      'after a declaration, comments and white space',
      Buffer.from(`<?xml version="1.0"?>\n<!-- a -->\n\t<!-- b -->${SVG}`),
    ],
    [
      'after a doctype',
      Buffer.from(`<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd" [ <!ENTITY a "b"> ]>\n${SVG}`),
    ],
    ['with a prefix', Buffer.from('<s:svg xmlns:s="http://www.w3.org/2000/svg"></s:svg>')],
    ['in UTF-16', Buffer.from(`\uFEFF${SVG}`, 'utf16le')],
  ])('knows an SVG %s', async (_, bytes) => {
    expect(await magicSniffer.sniff(bytes)).toBe('svg');
  });

  it('takes no time over a document made to be slow', async () => {
    const start = performance.now();
    await magicSniffer.sniff(Buffer.from('<!--'.repeat(20_000)));
    await magicSniffer.sniff(Buffer.from('<?a'.repeat(20_000)));
    await magicSniffer.sniff(Buffer.from(`<!DOCTYPE ${'['.repeat(60_000)}`));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
