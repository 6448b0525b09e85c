import {
  asyncScheduler,
  catchError,
  from,
  map,
  mergeMap,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  type SchedulerLike,
  throwError,
  timeout,
} from 'rxjs';
import {
  checksumOf,
  isRejection,
  isResizable,
  type Ports,
  Rejection,
  type ResizableFormat,
  type ServedImage,
  type VariantKey,
} from '../domain/index.js';
import { dedupeInflight, type Inflight } from './dedupe-inflight.js';
import type { Gate } from './gate.js';

export interface ResizeOptions {
  /** Resizes under way, by URI and variant. */
  readonly resizing: Inflight<Uint8Array>;
  /** Bounds how many pictures are decoded at once. */
  readonly resizeGate: Gate;
  /** Milliseconds a reader waits for an avatar, the queue included. */
  readonly resizeDeadline: number;
  readonly scheduler?: SchedulerLike;
}

/** An avatar to be made: from which picture, and how high. */
interface Wanted {
  readonly served: ServedImage;
  readonly height: number;
}

/**
 * Turns a picture into the variant that was asked for; originals pass through.
 *
 * An avatar is made once, kept beside the original, and shared by everyone who asks for it at the same
 * time. Formats without a resizer, and bytes it cannot decode, pass through unchanged. Errors with
 * `too-many-pixels`, `overloaded` or `resize-timeout`. Unsubscribing leaves the queue; a resize that
 * has begun cannot be stopped: it keeps its place until it ends, and its avatar is kept.
 */
export function resize(
  { files, resizer, sniffer, report }: Pick<Ports, 'files' | 'resizer' | 'sniffer' | 'report'>,
  { resizing, resizeGate, resizeDeadline, scheduler = asyncScheduler }: ResizeOptions,
): MonoTypeOperatorFunction<ServedImage> {
  const avatarBytes = (wanted: Wanted): Observable<Uint8Array> =>
    from(sniffer.sniff(wanted.served.image.bytes)).pipe(
      mergeMap((format) => (isResizable(format) ? keptOrMade(wanted, format) : of(wanted.served.image.bytes))),
    );

  const keptOrMade = (wanted: Wanted, format: ResizableFormat): Observable<Uint8Array> =>
    from(files.readVariant(wanted.served.request.uri, keyOf(wanted))).pipe(
      catchError(withoutDisk),
      mergeMap((kept) => (kept ? of(kept) : inTurn(wanted, format))),
    );

  const inTurn = (wanted: Wanted, format: ResizableFormat): Observable<Uint8Array> =>
    resizeGate
      .runToEnd(() => makeAndKeep(wanted, format))
      .pipe(
        timeout({ first: resizeDeadline, scheduler, with: () => throwError(() => tooSlow(resizeDeadline)) }),
        catchError((error: unknown) =>
          isRejection(error, 'undecodable') ? of(wanted.served.image.bytes) : throwError(() => error),
        ),
      );

  const makeAndKeep = (wanted: Wanted, format: ResizableFormat): Observable<Uint8Array> =>
    from(resizer.resize(wanted.served.image.bytes, format, wanted.height)).pipe(
      mergeMap((bytes) =>
        from(files.writeVariant(wanted.served.request.uri, keyOf(wanted), bytes)).pipe(
          catchError(withoutDisk),
          map(() => bytes),
        ),
      ),
    );

  // A variant can be made again at any time: a broken disk is no reason to withhold it.
  const withoutDisk = (error: unknown): Observable<undefined> => {
    if (!isRejection(error, 'storage-unavailable')) return throwError(() => error);
    report(error);
    return of(undefined);
  };

  const avatar = dedupeInflight<Wanted, Uint8Array, ServedImage>({
    inflight: resizing,
    key: ({ served, height }) => `${served.request.uri.hex} ${served.image.checksum} ${height}`,
    work: avatarBytes,
    adopt: (bytes, { served }) => withBytes(served, bytes),
  });

  return mergeMap((served) => {
    const { variant } = served.request;
    return variant.kind === 'original' ? of(served) : of({ served, height: variant.height }).pipe(avatar);
  });
}

function keyOf({ served, height }: Wanted): VariantKey {
  return { checksum: served.image.checksum, height };
}

function withBytes(served: ServedImage, bytes: Uint8Array): ServedImage {
  return { ...served, image: { ...served.image, bytes, checksum: checksumOf(bytes) } };
}

function tooSlow(deadline: number): Rejection {
  return new Rejection('resize-timeout', `no avatar within ${deadline} ms`);
}
