import { LRUCache } from 'lru-cache';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { checkNumbers, checkWholeNumbers } from '../domain/check-numbers.js';
import {
  checksumOf,
  type Due,
  type NotModified,
  type SourceUri,
  type StoredImage,
  type ValidImage,
} from '../domain/index.js';

/** How much is held for how long, if not said: 64 MiB, an hour. */
export const UNSAVED_DEFAULTS = { maxBytes: 64 * 1024 * 1024, retention: 3_600_000 } as const;

/** How much is held for how long; see `UNSAVED_DEFAULTS`. */
export interface UnsavedOptions {
  /** The most bytes of pictures that are held; the least recently used go first; 0 for none. */
  readonly maxBytes?: number;
  /** Milliseconds after which a picture is fetched anew all the same; `Infinity` for never. */
  readonly retention?: number;
  /** The clock by which they are held and dated; `asyncScheduler`, if not said. */
  readonly scheduler?: SchedulerLike;
}

interface Held {
  readonly fetched: ValidImage | NotModified;
  readonly image: StoredImage;
}

/** What origins sent and we could not store, held in memory so that they are not asked for it again. */
export class Unsaved {
  readonly #maxBytes: number;
  readonly #scheduler: SchedulerLike;
  readonly #pictures: LRUCache<string, Held>;

  constructor({
    maxBytes = UNSAVED_DEFAULTS.maxBytes,
    retention = UNSAVED_DEFAULTS.retention,
    scheduler = asyncScheduler,
  }: UnsavedOptions = {}) {
    checkWholeNumbers({ maxBytes }, 0);
    checkNumbers({ retention }, 1);
    this.#maxBytes = maxBytes;
    this.#scheduler = scheduler;
    this.#pictures = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: ({ image }) => Math.max(1, image.body.length),
      // Which is its way to say never.
      ttl: retention === Infinity ? 0 : Math.ceil(retention),
      perf: scheduler,
      ttlResolution: 0,
    });
  }

  /** Pictures held. */
  get size(): number {
    return this.#pictures.size;
  }

  /** What they take. */
  get bytes(): number {
    return this.#pictures.calculatedSize;
  }

  /** Holds a picture and gives it as it can be served: one that was recalled with the date it was held before. */
  hold(fetched: ValidImage | NotModified): StoredImage {
    const { hex } = fetched.due.request.uri;
    const before = fetched.recalled && this.#pictures.get(hex);
    if (before) return fetched.kind === 'fetched' ? before.image : fetched.held;
    const image = this.#imageOf(fetched);
    if (image.body.length <= this.#maxBytes) this.#pictures.set(hex, { fetched: withoutCopy(fetched), image });
    return image;
  }

  /**
   * What is held for a picture that is due. That a copy is still current says nothing once that copy is lost
   * or is another one, and it is forgotten.
   */
  recall(due: Due): ValidImage | NotModified | undefined {
    const { uri } = due.request;
    const fetched = this.#pictures.get(uri.hex)?.fetched;
    if (!fetched) return undefined;
    if (fetched.kind === 'fetched') return { ...fetched, due, recalled: true };
    // The same bytes may lie in another file by now, and only that one can be read.
    if (due.held?.checksum === fetched.held.checksum) return { ...fetched, due, held: due.held, recalled: true };
    this.release(uri);
    return undefined;
  }

  /** Holds a picture no longer: it is stored, or worth nothing any more. */
  release(uri: SourceUri): void {
    this.#pictures.delete(uri.hex);
  }

  #imageOf(fetched: ValidImage | NotModified): StoredImage {
    if (fetched.kind === 'not-modified') return fetched.held;
    const { type, bytes, etag } = fetched;
    const lastModified = new Date(this.#scheduler.now());
    return {
      type,
      body: bytes,
      checksum: checksumOf(bytes),
      lastModified,
      ...(etag === undefined ? {} : { etag }),
    };
  }
}

/** A copy that was there takes memory, too, and whoever recalls the picture looks for it anew. */
function withoutCopy<F extends ValidImage | NotModified>(fetched: F): F {
  return { ...fetched, due: { due: true, request: fetched.due.request } };
}
