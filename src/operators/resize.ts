import {
  asyncScheduler,
  catchError,
  from,
  map,
  mergeMap,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  type OperatorFunction,
  type SchedulerLike,
  tap,
  throwError,
} from 'rxjs';
import { checkNumbers } from '../domain/check-numbers.js';
import {
  type MaybePending,
  checksumOf,
  isPending,
  isRejection,
  isResizable,
  type Ports,
  Rejection,
  type ServedImage,
  type StoredVariant,
  type VariantKey,
  bytesOf,
} from '../domain/index.js';
import { within } from './after.js';
import { dedupeInflight, type Inflight } from './dedupe-inflight.js';
import type { Gate } from './gate.js';
import { mapOrMerge, whenKnown } from './map-or-merge.js';

/** Milliseconds a reader waits for an avatar, if not said. */
export const RESIZE_TIMEOUT = 10_000;

/** Checksums of pictures of which no avatar can be made. */
export interface Unresizable {
  /** Whether it is one. */
  has(checksum: string): boolean;
  /** It is. */
  set(checksum: string, known: true): unknown;
}

/** What `resize` shares between requests, and how long readers wait for it. */
export interface ResizeOptions {
  /** Resizes under way, by picture and height. */
  readonly resizing: Inflight<StoredVariant>;
  /** Bounds how many pictures are decoded at once. */
  readonly resizeGate: Gate;
  /** To be bounded by whoever makes it: a `Map` grows with every such picture. */
  readonly unresizable: Unresizable;
  /** Milliseconds a reader waits for an avatar to be made, the queue included; `Infinity` for as long as it takes. `RESIZE_TIMEOUT`, if not said. */
  readonly resizeTimeout?: number;
  /** The clock of `resizeTimeout`; `asyncScheduler`, if not said. */
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
 * has begun cannot be stopped: it keeps its place until it ends, whoever asks meanwhile joins it, and
 * its avatar is kept.
 */
export function resize(
  ports: Pick<Ports, 'files' | 'resizer' | 'sniffer' | 'report'>,
  { resizing, resizeGate, unresizable, resizeTimeout = RESIZE_TIMEOUT, scheduler = asyncScheduler }: ResizeOptions,
): MonoTypeOperatorFunction<ServedImage> {
  checkNumbers({ resizeTimeout }, 0);
  const passOver = ({ served }: Wanted) => unresizable.set(served.image.checksum, true);

  const make = (wanted: Wanted, keepRunning: () => void): Observable<StoredVariant> =>
    resizeGate.run(() => {
      keepRunning();
      return of(wanted).pipe(
        mapOrMerge(() => makeVariant(ports, wanted)),
        // Here, since it may be known only when nobody waits any more.
        tap({ error: (error) => isRejection(error, 'undecodable') && passOver(wanted) }),
      );
    });

  const makeOnce = dedupeInflight({
    inflight: resizing,
    key: nameOf,
    work: make,
    adopt: (variant: StoredVariant, { served }: Wanted) => rendered(served, variant),
  });

  const made = (wanted: Wanted): Observable<ServedImage> =>
    of(wanted).pipe(
      makeOnce,
      within(resizeTimeout, scheduler, () => tooSlow(resizeTimeout)),
      catchError((error: unknown) => (isRejection(error, 'undecodable') ? of(wanted.served) : throwError(() => error))),
    );

  return mapOrMerge((served) => {
    const { variant } = served.request;
    if (variant.kind === 'original' || unresizable.has(served.image.checksum)) return served;
    const wanted = { served, height: variant.height };
    return whenKnown(keptVariant(ports, wanted), (kept) => (kept ? rendered(served, kept) : made(wanted)));
  });
}

function keptVariant(
  { files, report }: Pick<Ports, 'files' | 'report'>,
  wanted: Wanted,
): MaybePending<StoredVariant | undefined> {
  const kept = files.readVariant(wanted.served.request.uri, keyOf(wanted));
  return isPending(kept) ? from(kept).pipe(spareReaders<StoredVariant | undefined>(report)) : kept;
}

/** Looks for it once more: while this one waited for its turn, another process may have made it. */
function makeVariant(
  ports: Pick<Ports, 'files' | 'resizer' | 'sniffer' | 'report'>,
  wanted: Wanted,
): StoredVariant | Observable<StoredVariant> {
  return whenKnown(keptVariant(ports, wanted), (kept) => kept ?? resizeAndKeep(ports, wanted));
}

function resizeAndKeep(
  { files, resizer, sniffer, report }: Pick<Ports, 'files' | 'resizer' | 'sniffer' | 'report'>,
  wanted: Wanted,
): Observable<StoredVariant> {
  const { image, request } = wanted.served;
  return bytesOf(image.body).pipe(
    mergeMap((bytes) =>
      from(sniffer.sniff(bytes)).pipe(
        mergeMap((format) => {
          if (!isResizable(format)) throw new Rejection('undecodable', `no avatars are made of ${format}`);
          return resizer.resize(bytes, format, wanted.height);
        }),
      ),
    ),
    mergeMap((bytes) =>
      from(files.writeVariant(request.uri, keyOf(wanted), bytes)).pipe(
        spareReaders(report),
        map(() => ({ body: bytes, checksum: checksumOf(bytes) })),
      ),
    ),
  );
}

/** A variant can be made again at any time: a broken disk is reported, and no reason to withhold it. */
function spareReaders<T>(report: Ports['report']): OperatorFunction<T, T | undefined> {
  return catchError((error: unknown) => {
    if (!isRejection(error, 'storage-unavailable')) return throwError(() => error);
    report(error);
    return of(undefined);
  });
}

function keyOf({ served, height }: Wanted): VariantKey {
  return { originalChecksum: served.image.checksum, height };
}

function nameOf({ served, height }: Wanted): string {
  return `${served.request.uri.hex} ${served.image.checksum} ${height}`;
}

function rendered(served: ServedImage, { body, checksum }: StoredVariant): ServedImage {
  return { ...served, image: { ...served.image, body, checksum } };
}

function tooSlow(timeout: number): Rejection {
  return new Rejection('resize-timeout', `no avatar within ${timeout} ms`);
}
