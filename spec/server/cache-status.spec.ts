import { describe, expect, it } from 'vitest';
import { formatCacheStatus } from '../../src/server/cache-status.js';

describe('formatCacheStatus', () => {
  it.each([
    [{ hit: true, ttl: 12 } as const, 'img-linuxfr; hit; ttl=12'],
    [{ hit: true, detail: 'exceeded max size' } as const, 'img-linuxfr; hit; detail="exceeded max size"'],
    [
      { hit: false, fwd: 'uri-miss', fwdStatus: 200, stored: true } as const,
      'img-linuxfr; fwd=uri-miss; fwd-status=200; stored',
    ],
    [
      { hit: false, fwd: 'uri-miss', fwdStatus: 200, stored: true, collapsed: true } as const,
      'img-linuxfr; fwd=uri-miss; fwd-status=200; stored; collapsed',
    ],
    [{ hit: false, fwd: 'stale', detail: 'timeout' } as const, 'img-linuxfr; fwd=stale; detail="timeout"'],
  ])('writes %j', (status, field) => expect(formatCacheStatus(status)).toBe(field));
});
