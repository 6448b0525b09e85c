import type { RejectionCode, RememberedReason } from './rejection.js';

/** Our own disk or catalogue fails. */
export type OwnTrouble = 'catalogue-unavailable' | 'storage-unavailable';

/** Why an older copy is served: */
export type StaleDetail =
  /** The refresh takes longer than readers wait. */
  | 'refreshing'
  /** The origin was not asked, since it rests, or since too many wait already. */
  | 'stale, resting'
  | 'stale, overloaded'
  /** It failed within the hour; `failed-before` when it is not known how. */
  | RememberedReason
  /** It failed now. */
  | Exclude<RejectionCode, OwnTrouble>;

/** What there is to tell of an answer besides RFC 9211's parameters; `stored at last` is what could not be before. */
export type CacheDetail = StaleDetail | OwnTrouble | 'stored at last';

/**
 * How an answer came about, in the terms of RFC 9211: `hit` was answered without the origin, with `ttl` seconds of
 * freshness left; otherwise the request was forwarded, because we had nothing (`uri-miss`) or because what we had
 * was `stale`.
 */
export type CacheStatus =
  | { readonly hit: true; readonly ttl?: number; readonly detail?: CacheDetail }
  | {
      readonly hit: false;
      readonly fwd: 'uri-miss' | 'stale';
      /** The status of the origin. */
      readonly fwdStatus?: number;
      /** What it sent was stored. */
      readonly stored?: boolean;
      /** It was asked for somebody else at the same time. */
      readonly collapsed?: boolean;
      readonly detail?: CacheDetail;
    };
