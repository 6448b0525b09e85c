import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Expected, GrowingBytes } from '../../src/domain/growing-bytes.js';

const growing = (pieces: readonly Uint8Array[], expected: Expected = {}) => {
  const bytes = new GrowingBytes(expected);
  for (const piece of pieces) bytes.add(piece);
  return bytes.whole();
};

describe('growing bytes', () => {
  it('are all that came, in memory of their own size, whatever was announced', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 40 }));
    const announced = fc.oneof(fc.nat(200), fc.constantFrom(undefined, NaN, -1, 3.5, Infinity));
    fc.assert(
      fc.property(pieces, announced, fc.nat(200), (all, length, most) => {
        const whole = growing(all, { announced: length, most });
        expect(whole).toEqual(Buffer.concat(all));
        expect(whole.buffer.byteLength).toBe(whole.length);
      }),
    );
  });

  it.each([
    ['as announced', 1000, 2],
    ['without an announcement', undefined, 5],
  ])('move seldom: %s', (_, announced, moves) => {
    const alloc = vi.spyOn(Buffer, 'allocUnsafeSlow');
    onTestFinished(() => alloc.mockRestore());
    const pieces = Array.from({ length: 20 }, (_, at) => Buffer.alloc(50, at));
    expect(growing(pieces, { announced })).toEqual(Buffer.concat(pieces));
    expect(alloc).toHaveBeenCalledTimes(moves);
  });

  it('take no more than eight times what has come, however much was announced', () => {
    const alloc = vi.spyOn(Buffer, 'allocUnsafeSlow');
    onTestFinished(() => alloc.mockRestore());
    new GrowingBytes({ announced: 5_000_000 }).add(Buffer.alloc(100));
    expect(alloc.mock.calls).toEqual([[800]]);
  });

  it.each([undefined, 1000])('take no more than are let through: %s are announced', (announced) => {
    const alloc = vi.spyOn(Buffer, 'allocUnsafeSlow');
    onTestFinished(() => alloc.mockRestore());
    const bytes = new GrowingBytes({ announced, most: 250 });
    for (const piece of [100, 100, 50]) bytes.add(Buffer.alloc(piece));
    expect(bytes.whole()).toHaveLength(250);
    expect(alloc.mock.calls.at(-1)).toEqual([250]);
  });
});
