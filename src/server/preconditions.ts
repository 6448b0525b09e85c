import type { IncomingHttpHeaders } from 'node:http';
import { occurrences, type RawHeaders } from './raw-headers.js';

/** What a representation can be told apart by. */
export interface Validators {
  /** Strong entity tag, with its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

type Outcome = 'proceed' | 'not-modified' | 'precondition-failed';

/** Whether a request has any condition at all: most have none. */
export function isConditional(headers: RawHeaders): boolean {
  return CONDITIONS.some((field) => occurrences(headers, field) > 0);
}

const CONDITIONS = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since'] as const;

/** Evaluates the conditions of a GET or HEAD in the order of RFC 9110 §13.2.2. */
export function evaluatePreconditions(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): Outcome {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, etag, isStrong)) return 'precondition-failed';
  } else if (isAfter(lastModified, headers['if-unmodified-since'])) {
    return 'precondition-failed';
  }
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, etag) ? 'not-modified' : 'proceed';
  return isNotAfter(lastModified, headers['if-modified-since']) ? 'not-modified' : 'proceed';
}

/** Whether the range may be taken from this representation (If-Range, RFC 9110 §13.1.5). */
export function rangeIsCurrent(ifRange: string | undefined, { etag, lastModified }: Validators): boolean {
  if (ifRange === undefined || ifRange === etag) return true;
  return seconds(lastModified) === httpDate(ifRange);
}

const ENTITY_TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

function matches(list: string, etag: string, admitted: (weak: string | undefined) => boolean = () => true): boolean {
  if (list.trim() === '*') return true;
  return [...list.matchAll(ENTITY_TAG)].some(([, weak, tag]) => tag === etag && admitted(weak));
}

function isStrong(weak: string | undefined): boolean {
  return weak === undefined;
}

function isAfter(lastModified: Date, date: string | undefined): boolean {
  const limit = httpDate(date);
  return limit !== undefined && seconds(lastModified) > limit;
}

function isNotAfter(lastModified: Date, date: string | undefined): boolean {
  const limit = httpDate(date);
  return limit !== undefined && seconds(lastModified) <= limit;
}

/** IMF-fixdate, RFC 850 and asctime dates (RFC 9110 §5.6.7), in seconds; anything else is ignored. */
function httpDate(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const time = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
