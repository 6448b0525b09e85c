import { catchError, map, mergeMap, type Observable, of, type OperatorFunction, tap, throwError } from 'rxjs';
import {
  type Due,
  isRejection,
  type NotModified,
  type Ports,
  type Rejection,
  type ServedImage,
  type ValidImage,
} from '../domain/index.js';
import { checkRedis } from './check-redis.js';
import { uninterrupted } from './uninterrupted.js';
import type { Unsaved } from './unsaved.js';

/**
 * Takes what could not be stored before from memory, and only the rest from its origin.
 *
 * Emits what is held at once, marked as `recalled`, else what `download` emits. Errors as that does. Unsubscribing
 * unsubscribes from it. Shares what is held with all who have the same `unsaved`.
 */
export function recallUnsaved(
  unsaved: Unsaved,
  download: OperatorFunction<Due, ValidImage | NotModified>,
): OperatorFunction<Due, ValidImage | NotModified> {
  return mergeMap((due) => {
    const recalled = unsaved.recall(due);
    return recalled ? of(recalled) : of(due).pipe(download);
  });
}

/**
 * When our own disk or catalogue fails, serves from memory what could not be stored, and holds it there
 * to be stored with the next request.
 *
 * The catalogue is asked once more before that, since moderators may have blocked the picture: errors
 * as `checkRedis` does, and otherwise as `store`. The trouble is reported. Unsubscribing does not stop it
 * half-way.
 */
export function holdUnsaved(
  ports: Pick<Ports, 'catalogue' | 'report'>,
  unsaved: Unsaved,
  store: OperatorFunction<ValidImage | NotModified, ServedImage>,
): OperatorFunction<ValidImage | NotModified, ServedImage> {
  const fromMemory = (fetched: ValidImage | NotModified, trouble: Rejection): Observable<ServedImage> => {
    const { request } = fetched.due;
    const image = unsaved.hold(fetched);
    ports.report(trouble);
    return of(request).pipe(
      checkRedis(ports),
      map(() => ({ request, image, cacheStatus: { hit: true, detail: trouble.code } })),
    );
  };

  return mergeMap((fetched) =>
    uninterrupted(() =>
      of(fetched).pipe(
        store,
        tap(() => unsaved.release(fetched.due.request.uri)),
        catchError((error: unknown) =>
          isRejection(error, 'catalogue-unavailable', 'storage-unavailable')
            ? fromMemory(fetched, error)
            : throwError(() => error),
        ),
      ),
    ),
  );
}
