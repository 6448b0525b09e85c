import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/operators/retry-after.js';

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['120', 120],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:01:30 GMT', 90],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1 Jan 2026 00:01:30 GMT', undefined],
    ['Th, 01 Jan 2026 00:01:30 GMT', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j as %j seconds', (field, seconds) => {
    expect(parseRetryAfter(field, now)).toBe(seconds);
  });
});
