import type { ImageBody } from './body.js';
import type { CacheStatus } from './cache-status.js';
import type { ImageRequest } from './image-request.js';
import type { StoredRecord } from './stored-record.js';

/** A picture at hand: its bytes agree with its checksum. */
export interface StoredImage extends StoredRecord {
  readonly body: ImageBody;
  /** When the file was last written. */
  readonly lastModified: Date;
}

/** The end of the pipeline: a picture for one reader, and how it came about. */
export interface ServedImage {
  readonly request: ImageRequest;
  readonly image: StoredImage;
  readonly cacheStatus: CacheStatus;
}
