import { describe, expect, it } from 'vitest';
import type { StoredImage } from '../../src/domain/index.js';
import { cachingOf, contentOf, headOf } from '../../src/server/image-head.js';

const image = (of: Partial<StoredImage> = {}): StoredImage => ({
  body: Buffer.from('a picture'),
  type: 'image/png',
  checksum: 'abc',
  lastModified: new Date(0),
  ...of,
});

describe('the head of a picture', () => {
  it('says with its bytes what it says without them, and what they are', () => {
    const head = headOf(image());
    expect(contentOf(head)).toContain(cachingOf(head));
    expect(contentOf(head)).toContain('ETag: "abc"\r\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n');
    expect(contentOf(head)).toContain('\r\nContent-Type: image/png\r\n');
  });

  it('is worked out once for each body, unless more than that is changed', () => {
    const first = image();
    expect(headOf({ ...first })).toBe(headOf(first));
    expect(headOf({ ...first, checksum: 'def' }).etag).toBe('"def"');
    expect(headOf({ ...first, type: 'image/gif' }).type).toBe('image/gif');
    expect(headOf({ ...first, lastModified: new Date(1000) }).modified).toContain('00:00:01');
  });

  it.each([{ type: 'image/png\r\nSet-Cookie: a=b' }, { checksum: 'abc"\r\n\r\n<script>' }, { type: 'image/png\n' }])(
    'is not made of what would forge a field: %o',
    (forged) => {
      expect(() => headOf(image(forged))).toThrow(/Invalid character in header content/);
    },
  );
});
