import 'reflect-metadata';
import { lastValueFrom, map } from 'rxjs';
import { container } from 'tsyringe';
import { expect, it } from 'vitest';
import { type CacheStatus, ORIGINAL } from '../../../src/domain/index.js';
import { fetching } from '../../../src/server/commands/fetching.js';
import { PIPELINE } from '../../../src/server/container.js';
import { HELD, REQUEST } from '../../support/nouns.js';

const OUTCOMES: [CacheStatus, outcome: string, reason?: string][] = [
  [{ hit: true, ttl: 9 }, 'hit'],
  [{ hit: true, ttl: 9, detail: 'catalogue-unavailable' }, 'hit'],
  [{ hit: false, fwd: 'stale', fwdStatus: 200, stored: true }, 'fetched'],
  [{ hit: false, fwd: 'stale', fwdStatus: 304 }, 'not modified'],
  [{ hit: true, detail: 'stored at last' }, 'fetched'],
  [{ hit: true, detail: 'storage-unavailable' }, 'storage-unavailable', 'it could not be stored'],
  [{ hit: true, detail: 'catalogue-unavailable' }, 'catalogue-unavailable', 'it could not be recorded'],
  [{ hit: false, fwd: 'stale', detail: 'refreshing' }, 'stale', 'refreshing'],
  [{ hit: true, detail: 'stale, resting' }, 'stale', 'stale, resting'],
  [{ hit: true, detail: 'exceeded max size' }, 'stale', 'exceeded max size'],
  [{ hit: false, fwd: 'stale', detail: 'timeout' }, 'stale', 'timeout'],
];

it.each(OUTCOMES)('%j is called %s in what commands print', async (cacheStatus, outcome, reason) => {
  const parts = container.createChildContainer();
  parts.register(PIPELINE, { useValue: map(() => ({ request: REQUEST, image: HELD, cacheStatus })) });
  const fetched = await lastValueFrom(fetching(parts)(REQUEST.uri, ORIGINAL));
  expect([fetched.outcome, fetched.reason]).toEqual([outcome, reason]);
});
