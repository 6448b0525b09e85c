import { type CacheStatus, REJECTIONS, type RejectionCode } from '../../domain/index.js';
import type { PlainStatus } from '../plain-answer.js';

/** How a picture that is served came about. */
const SERVED = [
  /** A fresh copy, without asking anybody. */
  'hit',
  /** A copy at hand that is not known to be fresh: its origin rests, failed within the hour, or it could not be stored. */
  'kept',
  /** A copy, because its origin was asked and failed, or takes longer than readers wait. */
  'stale',
  /** The origin sent the first copy. */
  'miss',
  /** The origin sent another one. */
  'refreshed',
  /** The origin said that the copy is still the current one. */
  'revalidated',
  /** What the origin was asked for somebody else. */
  'collapsed',
] as const;

/** What requests come to that are not about a picture. */
const OTHERS = ['ok', 'moved', 'not-found', 'method-not-allowed', 'malformed', 'loop', 'error', 'aborted'] as const;

/** How a request ended: one of few, so that it can be a label of a metric. */
export type Outcome = (typeof SERVED)[number] | (typeof OTHERS)[number] | RejectionCode;

export const OUTCOMES: readonly Outcome[] = [...SERVED, ...OTHERS, ...(Object.keys(REJECTIONS) as RejectionCode[])];

/** The outcomes that an answer without a picture says by its status alone. */
export const PLAIN_OUTCOMES = {
  200: 'ok',
  301: 'moved',
  400: 'malformed',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'malformed',
  431: 'malformed',
  508: 'loop',
} as const satisfies Partial<Record<PlainStatus, Outcome>>;

export function outcomeOf(status: CacheStatus): Outcome {
  if (status.hit) return status.ttl === undefined ? 'kept' : 'hit';
  if (status.detail !== undefined) return 'stale';
  if (status.collapsed) return 'collapsed';
  if (status.fwd === 'uri-miss') return 'miss';
  return status.stored ? 'refreshed' : 'revalidated';
}

/** Whether what was served is a copy that may be out of date. */
export function isCopy(outcome: Outcome): boolean {
  return outcome === 'stale' || outcome === 'kept';
}
