import { catchError, map, type MonoTypeOperatorFunction, of, throwError } from 'rxjs';
import { type Due, isRejection, type Ports, type ServedImage, type StoredImage } from '../domain/index.js';
import { checkRedis } from './check-redis.js';

/**
 * When the refresh of a picture fails and we hold a copy, serves the copy (stale-if-error, RFC 5861 §4).
 *
 * The catalogue is asked once more before that, since moderators may have blocked the picture
 * meanwhile. Its own verdicts and its failure are final: `undeclared`, `blocked` and
 * `catalogue-unavailable` pass through, and so does any error that is no rejection.
 */
export function serveStale(
  ports: Pick<Ports, 'catalogue'>,
  { request, held }: Due,
): MonoTypeOperatorFunction<ServedImage> {
  return catchError((error: unknown) => {
    if (!held || !isRejection(error) || isRejection(error, 'undeclared', 'blocked', 'catalogue-unavailable')) {
      return throwError(() => error);
    }
    return of(request).pipe(
      checkRedis(ports),
      map(() => stale(request, held, error)),
    );
  });
}

function stale(
  request: Due['request'],
  image: StoredImage,
  error: { code: string; originStatus: number | undefined },
): ServedImage {
  const { code: detail, originStatus: fwdStatus } = error;
  const status = fwdStatus === undefined ? {} : { fwdStatus };
  return { request, image, cacheStatus: { hit: false, fwd: 'stale', detail, ...status } };
}
