import { from, map, mergeMap, type Observable, of, type OperatorFunction } from 'rxjs';
import {
  type CacheStatus,
  type Due,
  type ImageRequest,
  type Lookup,
  type Ports,
  Rejection,
  type Reusable,
  type Selection,
  type SourceUri,
  type StoredFile,
  type StoredImage,
  type StoredRecord,
} from '../domain/index.js';

/**
 * Takes the stored copy from the disk, if there is one, and decides whether it may be served as it is.
 *
 * A file that is missing, or whose bytes do not agree with the recorded checksum, counts as not stored:
 * the picture is due and will be fetched unconditionally. Errors with `failed-before` when a remembered
 * failure stands and there is no copy, or with `storage-unavailable`.
 */
export function readStored({ files }: Pick<Ports, 'files'>): OperatorFunction<Lookup, Selection> {
  return mergeMap((lookup) => storedCopy(files, lookup).pipe(map((held) => select(lookup, held))));
}

function storedCopy(files: Ports['files'], { request, record }: Lookup): Observable<StoredImage | undefined> {
  return record ? from(files.read(request.uri)).pipe(map((file) => verified(record, file))) : of(undefined);
}

function verified(record: StoredRecord, file: StoredFile | undefined): StoredImage | undefined {
  return file?.checksum === record.checksum ? { ...record, ...file } : undefined;
}

function select(lookup: Lookup, held: StoredImage | undefined): Selection {
  const { request } = lookup;
  switch (lookup.state) {
    case 'failed':
      if (held) return reusable(request, held, { hit: true, detail: lookup.reason });
      throw failedBefore(request.uri, lookup.reason);
    case 'fresh':
      return held ? reusable(request, held, { hit: true, ttl: lookup.ttl }) : due(request);
    case 'stale':
      return due(request, held);
  }
}

function reusable(request: ImageRequest, image: StoredImage, cacheStatus: CacheStatus): Reusable {
  return { due: false, served: { request, image, cacheStatus } };
}

function due(request: ImageRequest, held?: StoredImage): Due {
  return held ? { due: true, request, held } : { due: true, request };
}

function failedBefore(uri: SourceUri, reason: string): Rejection {
  return new Rejection('failed-before', `${uri} failed within the hour: ${reason}`);
}
