import { LRUCache } from 'lru-cache';
import type { ServedImage, StoredVariant } from '../domain/index.js';
import { BackOff, KeyedGate, Gate, type Inflight, type Unresizable, Unsaved } from '../operators/index.js';
import { limits, type SharedOverrides } from './overrides.js';

/** What the requests of one pipeline have in common. To be looked at from outside, never changed from there. */
export interface SharedState {
  /** Refreshes under way, by URI. */
  readonly refreshing: Inflight<ServedImage>;
  /** Resizes under way, by picture and height. */
  readonly resizing: Inflight<StoredVariant>;
  /** Checksums of pictures of which no avatar can be made. */
  readonly unresizable: Unresizable;
  readonly backOff: BackOff;
  readonly unsaved: Unsaved;
  readonly hostGates: KeyedGate;
  readonly fetchGate: Gate;
  readonly resizeGate: Gate;
}

/** Pictures without an avatar that are remembered; those that were found longest ago are tried again. */
const UNRESIZABLE = 10_000;

/**
 * Makes what the requests of a pipeline have in common, empty. Throws a `TypeError` or a `RangeError` that names the
 * number which cannot be.
 */
export function sharedState(overrides: SharedOverrides = {}): SharedState {
  const { perHost, fetches, resizes, unsaved, backOff } = limits(overrides);
  const clock = overrides.scheduler ? { scheduler: overrides.scheduler } : {};
  return {
    refreshing: new Map(),
    resizing: new Map(),
    unresizable: new LRUCache<string, true>({ max: UNRESIZABLE }),
    backOff: new BackOff({ ...backOff, ...clock }),
    unsaved: new Unsaved({ ...unsaved, ...clock }),
    hostGates: new KeyedGate({ ...perHost, ...clock }),
    fetchGate: new Gate({ ...fetches, ...clock }),
    resizeGate: new Gate({ ...resizes, ...clock }),
  };
}
