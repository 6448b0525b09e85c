import { describe, expect, it } from 'vitest';
import { isCompleteRecord, usableRecord } from '../../src/domain/index.js';

const WHOLE = { type: 'image/png', checksum: 'c0ffee', etag: '"e"' };

describe('usableRecord', () => {
  it('leaves what is right as it is', () => {
    expect(usableRecord(WHOLE)).toEqual(WHOLE);
    expect(isCompleteRecord(usableRecord(WHOLE))).toBe(true);
  });

  const unusable: [string, Parameters<typeof usableRecord>[0], ReturnType<typeof usableRecord>][] = [
    ['a type that is no image', { ...WHOLE, type: 'text/html' }, { checksum: 'c0ffee', etag: '"e"' }],
    ['a type with parameters', { ...WHOLE, type: 'image/png; a=b' }, { checksum: 'c0ffee', etag: '"e"' }],
    ['an etag with a line end', { ...WHOLE, etag: '"e"\r\nA: b' }, { type: 'image/png', checksum: 'c0ffee' }],
    ['an etag of unknown bytes', { type: 'image/png', etag: '"e"' }, { type: 'image/png' }],
  ];
  it.each(unusable)('drops %s', (_, record, left) => {
    expect(usableRecord(record)).toEqual(left);
  });
});
