import {
  catchError,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  pipe,
  type SchedulerLike,
  throwError,
} from 'rxjs';
import { type CacheStatus, type Due, isRejection, type Ports, Rejection, type ServedImage } from '../domain/index.js';
import { checkRedis } from './check-redis.js';
import { staleIfError } from './stale-if-error.js';
import { staleWhileRevalidate } from './stale-while-revalidate.js';

/** Milliseconds that a reader waits for a refresh when we hold a copy, if not said. */
export const REFRESH_WAIT = 1000;

/** How long readers wait for a refresh. */
export interface ServeStaleOptions {
  /** Milliseconds that a reader waits for a refresh when we hold a copy; `Infinity` for as long as it takes. `REFRESH_WAIT`, if not said. */
  readonly refreshWait?: number;
  /** Ends, when it emits, the refreshes that nobody waits for any more; nothing does, if not said. */
  readonly shutdown?: Observable<unknown>;
  /** The clock of the wait; `asyncScheduler`, if not said. */
  readonly scheduler?: SchedulerLike;
}

/**
 * When the refresh of a picture fails, or takes too long, and we hold a copy, serves the copy
 * (stale-if-error and stale-while-revalidate, RFC 5861).
 *
 * The catalogue is asked once more before the copy is served, since moderators may have blocked the picture
 * meanwhile. Its own verdicts and its failure are final: `undeclared`, `blocked` and `catalogue-unavailable` pass through, and so
 * does any error that is no rejection. Without a copy, errors as the source does, or with
 * `storage-unavailable` when the copy cannot be read. Unsubscribing before the wait is over leaves the refresh.
 */
export function serveStale(
  ports: Pick<Ports, 'catalogue' | 'report'>,
  { request, held, memoryOnly, readError }: Due,
  { refreshWait = REFRESH_WAIT, ...rest }: ServeStaleOptions = {},
): MonoTypeOperatorFunction<ServedImage> {
  const image = held ?? memoryOnly;
  if (!image) return catchError((error: unknown) => throwError(() => (permitsCopy(error) && readError) || error));

  const copy = (cacheStatus: CacheStatus): Observable<ServedImage> =>
    of(request).pipe(
      checkRedis(ports),
      map(() => ({ request, image, cacheStatus })),
    );

  return pipe(
    staleWhileRevalidate({
      ...rest,
      maxWait: refreshWait,
      stale: () => copy({ hit: false, fwd: 'stale', detail: 'refreshing' }),
      lateError: bugsOnly(ports.report),
    }),
    staleIfError((error) => (permitsCopy(error) ? copy(statusOf(error)) : undefined)),
  );
}

/**
 * What went wrong was noted where it went wrong, unless it is a bug. A function by itself, so that a refresh that goes on
 * holds nothing of whom it was begun for: their copy may be megabytes.
 */
function bugsOnly(report: Ports['report']): (error: unknown) => void {
  return (error) => void (isRejection(error) || report(error));
}

/** Whether the catalogue has nothing against serving a copy all the same. */
function permitsCopy(error: unknown): error is Rejection {
  return isRejection(error) && !isRejection(error, 'undeclared', 'blocked', 'catalogue-unavailable');
}

/** Where nobody was asked, there was nothing that could be called forwarding (RFC 9211 §2.2). */
function statusOf(error: Rejection): CacheStatus {
  const { code, originStatus: fwdStatus } = error;
  if (isRejection(error, 'resting', 'overloaded')) return { hit: true, detail: `stale, ${error.code}` };
  if (isRejection(error, 'invalid-uri', 'failed-before')) return { hit: true, detail: error.code };
  return { hit: false, fwd: 'stale', detail: code, ...(fwdStatus === undefined ? {} : { fwdStatus }) };
}
