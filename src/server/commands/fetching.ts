import { catchError, type Observable, map, of, throwError } from 'rxjs';
import type { DependencyContainer } from 'tsyringe';
import {
  type CacheStatus,
  isRejection,
  type RejectionCode,
  type ServedImage,
  type SourceUri,
  type StaleDetail,
  type Variant,
} from '../../domain/index.js';
import { PIPELINE } from '../container.js';
import type { Options } from '../options.js';

/** What a picture came to: as `Cache-Status` would tell it, or why there is none. */
export type Outcome = 'hit' | 'fetched' | 'not modified' | 'stale' | RejectionCode;

export interface Fetched {
  readonly outcome: Outcome;
  /** Why it is stale, or why there is none. */
  readonly reason?: string;
  readonly served?: ServedImage;
}

/** Options of a command that waits for fetches, and for their turns, as long as they take. */
export function patient<O extends Options>(options: O): O {
  const waiting = { refreshWait: Infinity, queueTimeout: Infinity, fetchQueue: Infinity, hostQueue: Infinity };
  return { ...options, ...waiting, workers: 1 };
}

/** Sends pictures through the pipeline of a server, in this process. Emits one outcome; errors for a bug only. */
export function fetching(parts: DependencyContainer): (uri: SourceUri, variant: Variant) => Observable<Fetched> {
  const pipeline = parts.resolve(PIPELINE);
  return ({ hex }, variant) =>
    of({ hexUri: hex, variant }).pipe(
      pipeline,
      map((served) => ({ ...howServed(served.cacheStatus), served })),
      catchError((error: unknown) =>
        isRejection(error) ? of({ outcome: error.code, reason: error.message }) : throwError(() => error),
      ),
    );
}

function howServed(status: CacheStatus): Pick<Fetched, 'outcome' | 'reason'> {
  if (status.hit && status.ttl !== undefined) return { outcome: 'hit' };
  switch (status.detail) {
    case undefined:
      return { outcome: status.hit ? 'hit' : status.fwdStatus === 304 ? 'not modified' : 'fetched' };
    case 'stored at last':
      return { outcome: 'fetched' };
    case 'storage-unavailable':
      return { outcome: status.detail, reason: 'it could not be stored' };
    case 'catalogue-unavailable':
      return { outcome: status.detail, reason: 'it could not be recorded' };
    default:
      return stale(status.detail);
  }
}

function stale(reason: StaleDetail): Pick<Fetched, 'outcome' | 'reason'> {
  return { outcome: 'stale', reason };
}
