import type { Observable, OperatorFunction } from 'rxjs';
import type { CacheStatus, ImageRequest, ServedImage } from '../domain/index.js';
import { dedupeInflight, type Inflight } from '../operators/index.js';

/** Brings pictures up to date, whoever is asked for that, and gives them. */
export type Refresh = OperatorFunction<ImageRequest, ServedImage>;

/**
 * Refreshes each picture once for everybody who wants it at the same time, in whichever variant.
 *
 * Emits one `ServedImage` per request, with its own variant and `collapsed` where somebody else's work brought it.
 * Errors as the work does. Unsubscribing stops work that nobody else waits for, unless it keeps running, see
 * `dedupeInflight`.
 *
 * @param refreshing The work under way, shared by all who are to share it: `new Map()`, or that of `Shared`.
 */
export function oncePerUri(
  refreshing: Inflight<ServedImage>,
  work: (request: ImageRequest, keepRunning: () => void) => Observable<ServedImage>,
): Refresh {
  return dedupeInflight({ inflight: refreshing, key: ({ uri }) => uri.hex, work, adopt: collapse });
}

/** Makes a shared answer one's own: for one's own variant, marked when somebody else's fetch brought it. */
function collapse(served: ServedImage, request: ImageRequest, collapsed: boolean): ServedImage {
  return { ...served, request, cacheStatus: collapsed ? marked(served.cacheStatus) : served.cacheStatus };
}

function marked(status: CacheStatus): CacheStatus {
  return status.hit ? status : { ...status, collapsed: true };
}
