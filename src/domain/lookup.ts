import { type ImageRequest, ORIGINAL } from './image-request.js';
import type { Rejection } from './rejection.js';
import type { SourceUri } from './source-uri.js';
import type { ServedImage, StoredImage } from './stored-image.js';
import type { StoredRecord } from './stored-record.js';

/**
 * A declared picture that is not blocked, and what the catalogue says of it:
 * - `fresh`: validated less than an hour ago, to be served for `ttl` more seconds without asking the origin;
 * - `stale`: to be fetched, for the first time or anew;
 * - `failed`: the last fetch went wrong for `reason`; the origin is left alone while that stands.
 */
export type Lookup =
  | {
      readonly state: 'fresh';
      readonly request: ImageRequest;
      readonly record: StoredRecord;
      readonly ttl: number;
      /** Why that is not quite sure. */
      readonly detail?: 'catalogue-unavailable';
    }
  | { readonly state: 'stale'; readonly request: ImageRequest; readonly record: Partial<StoredRecord> }
  | {
      readonly state: 'failed';
      readonly request: ImageRequest;
      readonly record: Partial<StoredRecord>;
      readonly reason: string;
    };

/** A stored picture that may be served as it is. */
export interface Reusable {
  readonly due: false;
  readonly served: ServedImage;
}

/** A picture that has to be fetched. */
export interface Due {
  readonly due: true;
  readonly request: ImageRequest;
  /** The copy we have on the disk meanwhile. */
  readonly held?: StoredImage;
  /** The copy in memory of a file that is lost: to be served if need be, and no reason not to fetch it. */
  readonly memoryOnly?: StoredImage;
  /** Why it is not known whether there is a copy. */
  readonly readError?: Rejection;
}

/** A picture of which nothing is held, for those who fetch without a catalogue. */
export function dueFor(uri: SourceUri): Due {
  return { due: true, request: { uri, variant: ORIGINAL } };
}

/** The outcome of looking at what is stored: serve it, or ask the origin. */
export type StoredSelection = Reusable | Due;
