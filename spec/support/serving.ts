import { map, type OperatorFunction } from 'rxjs';
import {
  type CacheDetail,
  type CatalogueEntry,
  checksumOf,
  type Ports,
  type ServedImage,
} from '../../src/domain/index.js';
import { imagePipeline, type PipelineOverrides } from '../../src/pipeline/index.js';
import type { Marbles } from './marbles.js';
import { AVATAR_REQUEST, HELD, LINK, NEW_IMAGE, RECORD, REQUEST } from './nouns.js';
import { SMALL_BYTES } from './world.js';

export function pipeline(ports: Ports, { scheduler }: Marbles, overrides: PipelineOverrides = {}) {
  const backOff = { firstPause: 10, longestPause: 40, jitter: 0, failuresToOpen: 3, longestRetryAfter: 5000 };
  return imagePipeline(ports, { fetchTimeout: 20, refreshWait: Infinity, backOff, scheduler, ...overrides });
}

type Declared = Extract<CatalogueEntry, { status: 'declared' }>;

export const STALE: Declared = { status: 'declared', stored: RECORD, freshFor: 0 };
export const FRESH: Declared = { status: 'declared', stored: RECORD, freshFor: 60_000 };

export const FETCHED: ServedImage = {
  request: REQUEST,
  image: NEW_IMAGE,
  cacheStatus: { hit: false, fwd: 'uri-miss', fwdStatus: 200, stored: true },
};
export const COLLAPSED: ServedImage = { ...FETCHED, cacheStatus: { ...FETCHED.cacheStatus, collapsed: true } as never };
export const AVATAR: ServedImage = {
  ...FETCHED,
  request: AVATAR_REQUEST,
  image: { ...NEW_IMAGE, body: SMALL_BYTES, checksum: checksumOf(SMALL_BYTES) },
};

export function stale(detail: CacheDetail, fwdStatus?: number): ServedImage {
  const status = fwdStatus === undefined ? {} : { fwdStatus };
  return { request: REQUEST, image: HELD, cacheStatus: { hit: false, fwd: 'stale', detail, ...status } };
}

/** When each picture arrived, for specs that do not care which it is. */
export function elapsed<T>({ scheduler }: Marbles): OperatorFunction<T, number> {
  return map(() => scheduler.now());
}

export const LINKS = { l: LINK };
export const VALUES = { f: FETCHED, c: COLLAPSED };
