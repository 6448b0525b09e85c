import { catchError, map, mergeMap, type Observable, of, type OperatorFunction, throwError } from 'rxjs';
import {
  type CacheDetail,
  type CacheStatus,
  type Due,
  type ImageRequest,
  imageTypeOf,
  isCompleteRecord,
  isPending,
  isRejection,
  isRememberedReason,
  type Lookup,
  type Ports,
  Rejection,
  type Reusable,
  type StoredSelection,
  type SourceUri,
  type StoredFile,
  type StoredImage,
  type StoredRecord,
  bytesOf,
} from '../domain/index.js';
import { mapOrMerge, whenKnown } from './map-or-merge.js';

/** What the disk says: a copy, none, or that it cannot tell. */
type Found = Pick<Due, 'held' | 'memoryOnly' | 'readError'>;

const NOTHING: Found = {};

/**
 * Takes the stored copy from the disk, if there is one, and decides whether it may be served as it is.
 *
 * A file that is missing, or whose bytes do not agree with the recorded checksum, counts as not stored:
 * the picture is due and will be fetched unconditionally, even if its bytes are still in memory to fall back
 * on. A file whose record was lost, or its type, is due as well, but it is a copy to fall back on if its bytes
 * are a picture. So is a file that cannot be read, which is reported. Errors with `failed-before` when a remembered failure stands and there is no
 * copy, or with `storage-unavailable` when nobody can tell whether there is one. Unsubscribing stops reading.
 */
export function readStored(
  ports: Pick<Ports, 'files' | 'sniffer' | 'report'>,
): OperatorFunction<Lookup, StoredSelection> {
  return mapOrMerge((lookup) => whenKnown(lookFor(ports, lookup), (found) => select(lookup, found)));
}

function lookFor(
  { files, sniffer, report }: Pick<Ports, 'files' | 'sniffer' | 'report'>,
  { state, request, record }: Lookup,
): Found | Observable<Found> {
  // A picture that is due is a good occasion to see whether its file is still what it should be.
  const checksum = state === 'stale' ? undefined : record.checksum;
  const found = whenKnown(files.read(request.uri, checksum), (file) =>
    file && agrees(record, file) ? labelled(sniffer, record, file) : recalled(files, request, record),
  );
  if (!isPending(found)) return found;
  return found.pipe(
    catchError((error: unknown) => {
      if (!isRejection(error, 'storage-unavailable')) return throwError(() => error);
      report(error);
      return of({ ...recalled(files, request, record), readError: error });
    }),
  );
}

function recalled(files: Ports['files'], { uri }: ImageRequest, record: Partial<StoredRecord>): Found {
  if (!isCompleteRecord(record)) return NOTHING;
  const copy = files.recall(uri, record.checksum);
  return copy ? { memoryOnly: imageOf(record.type, record, copy) } : NOTHING;
}

function agrees({ checksum }: Partial<StoredRecord>, file: StoredFile): boolean {
  return checksum === undefined || checksum === file.checksum;
}

/** Field by field: it costs a hit a twentieth of what spreading two objects does. */
function imageOf(
  type: string,
  { etag }: Partial<StoredRecord>,
  { body, checksum, lastModified }: StoredFile,
): StoredImage {
  return etag === undefined ? { type, checksum, body, lastModified } : { type, checksum, etag, body, lastModified };
}

function labelled(
  sniffer: Ports['sniffer'],
  record: Partial<StoredRecord>,
  file: StoredFile,
): Found | Observable<Found> {
  const { type } = record;
  if (type !== undefined) return { held: imageOf(type, record, file) };
  return bytesOf(file.body).pipe(
    mergeMap((bytes) => sniffer.sniff(bytes)),
    map((format) => (format ? { held: { ...record, ...file, type: imageTypeOf(format) } } : {})),
  );
}

function select(lookup: Lookup, found: Found): StoredSelection {
  const { request } = lookup;
  const { held, memoryOnly, readError } = found;
  const copy = held ?? memoryOnly;
  switch (lookup.state) {
    case 'failed':
      if (copy) return reusable(request, copy, { hit: true, detail: remembered(lookup.reason) });
      throw readError ?? failedBefore(request.uri, lookup.reason);
    case 'fresh':
      return held ? reusable(request, held, freshness(lookup)) : { due: true, request, ...found };
    case 'stale':
      return { due: true, request, ...found };
  }
}

function reusable(request: ImageRequest, image: StoredImage, cacheStatus: CacheStatus): Reusable {
  return { due: false, served: { request, image, cacheStatus } };
}

function remembered(reason: string): CacheDetail {
  return isRememberedReason(reason) ? reason : 'failed-before';
}

function freshness({ ttl, detail }: Extract<Lookup, { state: 'fresh' }>): CacheStatus {
  return detail === undefined ? { hit: true, ttl } : { hit: true, ttl, detail };
}

function failedBefore(uri: SourceUri, reason: string): Rejection {
  return new Rejection('failed-before', `${uri} failed within the hour: ${reason}`);
}
