import { describe, expect, it } from 'vitest';
import type { CacheStatus } from '../../../src/domain/index.js';
import { outcomeOf } from '../../../src/server/requests/outcome.js';

describe('outcomeOf', () => {
  it.each<[string, CacheStatus]>([
    ['hit', { hit: true, ttl: 0 }],
    ['hit', { hit: true, ttl: 9, detail: 'catalogue-unavailable' }],
    ['kept', { hit: true, detail: 'stale, resting' }],
    ['kept', { hit: true, detail: 'unexpected status code' }],
    ['miss', { hit: false, fwd: 'uri-miss', fwdStatus: 200, stored: true }],
    ['refreshed', { hit: false, fwd: 'stale', fwdStatus: 200, stored: true }],
    ['revalidated', { hit: false, fwd: 'stale', fwdStatus: 304 }],
    ['collapsed', { hit: false, fwd: 'uri-miss', fwdStatus: 200, stored: true, collapsed: true }],
    ['stale', { hit: false, fwd: 'stale', detail: 'refreshing' }],
    ['stale', { hit: false, fwd: 'stale', fwdStatus: 500, detail: 'unexpected-status' }],
  ])('is %s for %j', (outcome, status) => expect(outcomeOf(status)).toBe(outcome));
});
