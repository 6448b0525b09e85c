import type { Body } from './body.js';
import type { ImageRequest } from './image-request.js';
import type { StoredRecord } from './stored-record.js';

/** A picture at hand: its bytes agree with its checksum. */
export interface StoredImage extends StoredRecord {
  readonly body: Body;
  /** When the file was last written. */
  readonly modified: Date;
}

/**
 * How this answer came about, in the terms of RFC 9211: `hit` was answered without the origin, with
 * `ttl` seconds of freshness left; otherwise the request was forwarded, because we had nothing
 * (`uri-miss`) or because what we had was `stale`.
 */
export type CacheStatus =
  | { readonly hit: true; readonly ttl?: number; readonly detail?: string }
  | {
      readonly hit: false;
      readonly fwd: 'uri-miss' | 'stale';
      readonly fwdStatus?: number;
      readonly stored?: boolean;
      readonly collapsed?: boolean;
      readonly detail?: string;
    };

/** The end of the pipeline: a picture for one reader, and how it came about. */
export interface ServedImage {
  readonly request: ImageRequest;
  readonly image: StoredImage;
  readonly cacheStatus: CacheStatus;
}
