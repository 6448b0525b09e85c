import type { RequestListener } from 'node:http';
import type { OperatorFunction } from 'rxjs';
import type { EncodedRequest, ServedImage } from '../domain/index.js';
import { requestHandler } from './handler.js';
import { watchFor } from './requests/watch.js';

/** What answers for pictures, and how. */
export interface RequestListenerOptions {
  /** Where the pictures come from; see `imagePipeline`. */
  readonly pipeline: OperatorFunction<EncodedRequest, ServedImage>;
  /** What the pipeline calls itself when it asks origins: a request of its own is a loop, and answered with 508. */
  readonly userAgent: string;
  /** Told of trouble of ours that readers see as a 500 or a 503. */
  readonly report: (trouble: unknown) => void;
  /** Where avatars that cannot be served are redirected to. */
  readonly defaultAvatar: string;
  /** Pixels, 64 if not said; 0 passes avatars through unchanged. */
  readonly avatarHeight?: number;
}

/**
 * Answers `/img/<hex of the URI>` and `/avatars/<hex of the URI>` in a server of one's own: with the headers,
 * conditions and ranges of the service, and with 404 for any other path but `/status`. A reader who leaves
 * unsubscribes from the pipeline.
 */
export function requestListener({ avatarHeight = 64, ...options }: RequestListenerOptions): RequestListener {
  return requestHandler({ ...options, avatarHeight, log: { debug: () => undefined }, watch: watchFor([]) });
}
