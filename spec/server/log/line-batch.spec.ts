import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineBatch, type PutLine } from '../../../src/server/log/line-batch.js';

function written<T>(put: PutLine<T>, what: T): string {
  const batch = new LineBatch(4096);
  batch.add(put, what);
  return batch.lines.toString('latin1');
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

describe('LineBatch', () => {
  it('writes whole numbers as JavaScript does', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => {
        expect(written((line) => line.integer(value), undefined)).toBe(String(value));
      }),
    );
    for (const value of [0, 9, 10, 99, 100, 1e15]) {
      expect(written((line) => line.integer(value), undefined)).toBe(String(value));
    }
  });

  it('writes other numbers with three decimals', () => {
    const decimals = [0, 0.0004, 0.0006, 0.005, 0.12, 1, 9.9996, 12.3456, 30_000.001];
    expect(decimals.map((value) => written((line) => line.decimal(value), undefined))).toEqual(
      decimals.map((value) => value.toFixed(3)),
    );
  });

  it('quotes what is given in hexadecimal, in either case, as JSON does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.boolean(), (text, isUpper) => {
        const hex = isUpper ? hexOf(text).toUpperCase() : hexOf(text);
        const isPlain = JSON.stringify(text) === `"${text}"` && !text.includes('\x7f');
        expect(written((line) => line.text(String(line.quotedHex(hex, 1000))), undefined)).toBe(
          isPlain ? `"${text}"true` : 'false',
        );
      }),
    );
  });

  it('leaves to others what does not stand for itself, and takes no more bytes than it should', () => {
    const quoted = (text: string, most = 10) =>
      written((line) => line.text('>').text(String(line.quotedHex(hexOf(text), most))), undefined);
    expect(quoted('a"b')).toBe('>false');
    expect(quoted('a\\b')).toBe('>false');
    expect(quoted('a\nb')).toBe('>false');
    expect(quoted('é')).toBe('>false');
    expect(quoted('abc', 2)).toBe('>"ab"true');
    expect(quoted('ab"', 2)).toBe('>"ab"true');
  });

  it.each(['616', 'zz', '61zz', 'zz'.repeat(20)])('leaves to others what is not hexadecimal: %s', (hex) => {
    const batch = new LineBatch(100);
    // What is in its memory is plain text.
    batch.add((line) => line.text('x'.repeat(101)), undefined);
    batch.add((line) => line.text('>').text(String(line.quotedHex(hex, 50))), undefined);
    expect(batch.lines.toString()).toBe('>false');
  });

  it('keeps nothing of a line that could not be put together', () => {
    const batch = new LineBatch(100);
    const put = (line: LineBatch) => {
      line.text('half');
      throw new Error('broken');
    };
    expect(() => batch.add(put, undefined)).toThrow('broken');
    expect(batch.isEmpty).toBe(true);
  });

  it('adds lines as long as they fit, and nothing of one that does not', () => {
    const batch = new LineBatch(10);
    const put = (line: LineBatch, text: string) => line.text(text);
    expect([batch.isEmpty, batch.add(put, '12345\n'), batch.isEmpty]).toEqual([true, 6, false]);
    expect(batch.add(put, '12345')).toBe(0);
    expect(batch.lines.toString()).toBe('12345\n');
    expect(batch.add(put, '123\n')).toBe(4);
    expect(batch.lines.toString()).toBe('12345\n123\n');
  });
});
