import {
  catchError,
  concat,
  defer,
  from,
  ignoreElements,
  map,
  mergeMap,
  type Observable,
  type OperatorFunction,
  throwError,
} from 'rxjs';
import {
  type CacheStatus,
  checksumOf,
  type Due,
  type NotModified,
  type Ports,
  Rejection,
  type ServedImage,
  type StagedFile,
  type StoredImage,
  type StoredRecord,
  type ValidImage,
} from '../domain/index.js';
import { uninterrupted } from './uninterrupted.js';

/**
 * Keeps each picture, bytes on the disk and record in the catalogue, and starts its hour of freshness.
 *
 * Bytes we hold already are not written again. Errors with `blocked` when moderators took the picture
 * away while it was being fetched: nothing is stored then. Errors with `storage-unavailable` or
 * `catalogue-unavailable` leave the file as it was; the record may be the new one already, which the next request heals.
 * Unsubscribing does not stop a step half-way.
 */
export function persist(
  ports: Pick<Ports, 'catalogue' | 'files'>,
): OperatorFunction<ValidImage | NotModified, ServedImage> {
  return mergeMap((fetched) =>
    uninterrupted(() => keep(ports, fetched)).pipe(
      map((image) => ({ request: fetched.due.request, image, cacheStatus: cacheStatusOf(fetched) })),
    ),
  );
}

function keep(ports: Pick<Ports, 'catalogue' | 'files'>, fetched: ValidImage | NotModified): Observable<StoredImage> {
  const { due, etag } = fetched;
  const validator = etag === undefined ? {} : { etag };
  if (fetched.kind === 'not-modified') return renew(ports, due, { ...fetched.held, ...validator });

  const { type, bytes } = fetched;
  const record = { type, checksum: checksumOf(bytes), ...validator };
  return due.held?.checksum === record.checksum
    ? renew(ports, due, { ...record, body: bytes, lastModified: due.held.lastModified })
    : replace(ports, due, record, bytes);
}

/** The copy we hold is the current one: only its record changes. */
function renew({ catalogue }: Pick<Ports, 'catalogue'>, due: Due, image: StoredImage): Observable<StoredImage> {
  return from(catalogue.store(due.request.uri, image, image.lastModified)).pipe(
    map((stored) => {
      if (!stored) throw takenAway(due);
      return image;
    }),
  );
}

/**
 * New bytes: written aside, recorded, then put in place. In this order a block that comes meanwhile
 * finds nothing changed, and a crash between the last two steps leaves a record that disagrees with
 * the file, which the next request heals.
 */
function replace(
  { catalogue, files }: Pick<Ports, 'catalogue' | 'files'>,
  due: Due,
  record: StoredRecord,
  bytes: Uint8Array,
): Observable<StoredImage> {
  const { uri } = due.request;
  return from(files.stage(uri, bytes)).pipe(
    mergeMap((staged) =>
      from(catalogue.store(uri, record, staged.lastModified)).pipe(
        mergeMap((stored) => (stored ? staged.commit() : throwError(() => takenAway(due)))),
        map(() => ({ ...record, body: bytes, lastModified: staged.lastModified })),
        catchError((error: unknown) => discard(staged, error)),
      ),
    ),
  );
}

/** A disk that failed once may fail here too: what counts is why we came here. */
function discard(staged: StagedFile, error: unknown): Observable<never> {
  const failed = throwError(() => error);
  const discarded = defer(() => staged.discard()).pipe(
    ignoreElements(),
    catchError(() => failed),
  );
  return concat(discarded, failed);
}

function cacheStatusOf({ kind, due, recalled }: ValidImage | NotModified): CacheStatus {
  if (recalled) return { hit: true, detail: 'stored at last' };
  const fwd = due.held ? 'stale' : 'uri-miss';
  return kind === 'fetched' ? { hit: false, fwd, fwdStatus: 200, stored: true } : { hit: false, fwd, fwdStatus: 304 };
}

function takenAway({ request: { uri } }: Due): Rejection {
  return new Rejection('blocked', `${uri} was blocked or withdrawn while it was being fetched`);
}
