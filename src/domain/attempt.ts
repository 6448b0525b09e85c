import type { RejectionCode } from './rejection.js';
import type { SourceUri } from './source-uri.js';

/** How long the phases of an exchange took, in milliseconds: those that it came to the end of. */
export interface Timings {
  /** Finding the addresses of the name; there is no such phase where the URL holds the address. */
  readonly dns?: number;
  /** Being connected to, TLS included. */
  readonly connect?: number;
  /** From then on until the head of the response. */
  readonly firstByte?: number;
  /** From there to the end of the body; that of a redirect is never read. */
  readonly body?: number;
}

/** One exchange with an origin, as it went. */
export interface Hop {
  /** What was asked for. */
  readonly url: URL;
  /** What it was to be connected to at last: also one that did not answer, or that we do not connect to. */
  readonly address?: string;
  /** Of the response, if one came. */
  readonly status?: number;
  /** Milliseconds from its beginning, when its turn had come, to its end. */
  readonly duration: number;
  readonly timings: Timings;
}

/** One try to fetch a picture in which an origin was asked, as it went. */
export interface Attempt {
  readonly uri: SourceUri;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds to its end, with the waiting for turns. */
  readonly duration: number;
  readonly outcome: 'fetched' | 'not-modified' | RejectionCode;
  /** Why it failed, for people. */
  readonly reason?: string;
  /** Bytes of the picture that came, when all of it did. */
  readonly bytes?: number;
  /** The exchanges, one for each redirect and the last, in the order of time; never empty. */
  readonly hops: readonly Hop[];
}
