import { describe, expect, it } from 'vitest';
import { REJECTIONS, type RejectionCode, SourceUri } from '../../../../src/domain/index.js';
import type { Facts } from '../../../../src/server/commands/explain/facts.js';
import { reasonOf } from '../../../../src/server/commands/explain/reasons.js';
import { verdictOf } from '../../../../src/server/commands/explain/verdict.js';
import type { SentAttempt, SentRest } from '../../../../src/server/sent-attempt.js';

const HERE = 'http://origin.example/a.png';
const UNTIL = new Date(2030, 0, 2, 3, 4);
const SINCE = new Date(2020, 0, 2, 3, 4);
const RECORD = { isDeclared: true, isBlocked: false, stored: {} };
const NONE: Facts['copy'] = { file: 'none' };
const KEPT: Facts['copy'] = { file: 'intact', since: SINCE, bytes: 5 };

function attempt(outcome: SentAttempt['outcome'], ...hops: [url: string, status?: number][]): SentAttempt {
  const taken = hops.map(([url, status]) => ({ url, duration: 1, timings: {}, ...(status ? { status } : {}) }));
  return { startedAt: SINCE.toISOString(), duration: 1, outcome, hops: taken };
}

function facts(state: Facts['state'], changes: Partial<Facts> = {}): Facts {
  const word = { server: null, silence: 'not asked' };
  return { uri: SourceUri.of(HERE), state, record: RECORD, copy: NONE, word, ...changes };
}

function told(last: SentAttempt | null, cause?: SentRest['cause']): Pick<Facts, 'word'> {
  const rest = cause ? { cause, until: SOON.toISOString() } : null;
  return { word: { server: 'here', attempt: last, rest } };
}

/** It is not over before the end of its minute. */
const SOON = new Date(UNTIL.getTime() - 1);
const remembered = (reason: string) => ({ record: { ...RECORD, error: { reason, until: SOON } } });
const FRESH = { record: { ...RECORD, freshUntil: SOON } };
const AGAIN = 'it is asked again from 2030-01-02 03:04 on.';
const NEXT = 'its origin is asked when somebody looks at it';
const GONE = attempt('unexpected-status', [HERE, 404]);
const COPY = 'The copy of 2020-01-02 03:04 of this picture is shown because';

const BROKEN: [string, Facts, string][] = [
  ['reserved', facts('reserved'), 'This is no picture: its URI is a key of the catalogue itself.'],
  ['undeclared', facts('undeclared'), 'This picture is not shown because the site never declared it.'],
  ['blocked', facts('blocked', { copy: KEPT }), 'This picture is not shown because it is blocked.'],
  [
    'invalid',
    facts('invalid'),
    'This picture is broken because its URI cannot be asked for: it must be an absolute http or https URI, without credentials, on a port of the web.',
  ],
  ['never fetched', facts('absent'), `Nothing is kept of this picture yet; ${NEXT}.`],
  [
    'failed',
    facts('failed', { ...remembered('unexpected status code'), ...told(GONE) }),
    `This picture is broken because its origin answered 404 Not Found; ${AGAIN}`,
  ],
  [
    'failed, as far as is remembered',
    facts('failed', remembered('unexpected status code')),
    `This picture is broken because its origin answered with an error; ${AGAIN}`,
  ],
  [
    'failed, of which another attempt says nothing',
    facts('failed', { ...remembered('exceeded max size'), ...told(GONE) }),
    `This picture is broken because what its origin sends is larger than 5 MiB; ${AGAIN}`,
  ],
  [
    'failed in a way of its own',
    facts('failed', remembered('odd')),
    `This picture is broken because its fetch failed: odd; ${AGAIN}`,
  ],
  [
    'failed, and the file is missing',
    facts('failed', { ...remembered('invalid content-type'), copy: { file: 'missing' } }),
    `This picture is broken because what its origin sends is not a picture, or not called one, and its file is missing; ${AGAIN}`,
  ],
  [
    'resting',
    facts('absent', told(attempt('timeout', [HERE]), 'uri')),
    `This picture is broken because its origin took too long; ${AGAIN}`,
  ],
  [
    'resting with its host',
    facts('absent', told(null, 'host')),
    `This picture is broken because its host failed too often lately; ${AGAIN}`,
  ],
  [
    'resting as its host asked',
    facts('absent', told(null, 'retry-after')),
    `This picture is broken because its host asked to be left alone; ${AGAIN}`,
  ],
  [
    'failed, rested',
    facts('absent', told(attempt('unreachable', [HERE]))),
    `This picture is broken because its origin cannot be connected to; ${NEXT}.`,
  ],
  [
    'file missing',
    facts('fresh', { ...FRESH, copy: { file: 'missing' } }),
    `The file of this picture is missing; ${NEXT}, and it is fetched anew.`,
  ],
  [
    'file missing, and resting',
    facts('fresh', { ...FRESH, ...told(attempt('unreachable', [HERE]), 'uri'), copy: { file: 'missing' } }),
    `This picture is broken because its origin cannot be connected to, and its file is missing; ${AGAIN}`,
  ],
  [
    'file altered',
    facts('stale', { copy: { ...KEPT, file: 'altered' } }),
    `The file of this picture is not the one that was stored; ${NEXT}, and it is fetched anew.`,
  ],
  [
    'file unreadable',
    facts('stale', { copy: { file: 'unreadable', reason: 'EIO' } }),
    `The file of this picture cannot be read (EIO); ${NEXT}.`,
  ],
];

const SHOWN: [string, Facts, string][] = [
  [
    'fresh',
    facts('fresh', { ...FRESH, copy: KEPT }),
    'This picture is well: the copy of 2020-01-02 03:04 is shown, and fresh until 2030-01-02 03:04.',
  ],
  [
    'too large for an avatar',
    facts('fresh', { ...FRESH, copy: { ...KEPT, excess: '5 pixels, 4 are allowed' } }),
    'This picture is well: the copy of 2020-01-02 03:04 is shown, and fresh until 2030-01-02 03:04. As an avatar it is not: it has too many pixels, and readers see the default avatar.',
  ],
  [
    'stale',
    facts('stale', { copy: KEPT }),
    `This picture is well: the copy of 2020-01-02 03:04 is shown; ${NEXT} whether it has changed.`,
  ],
  [
    'failed, with a copy',
    facts('failed', { ...remembered('unexpected status code'), ...told(GONE), copy: KEPT }),
    `${COPY} its origin answered 404 Not Found; ${AGAIN}`,
  ],
  [
    'resting, with a copy',
    facts('stale', { ...told(attempt('dns-error', [HERE]), 'host'), copy: KEPT }),
    `${COPY} the name of its origin leads nowhere; ${AGAIN}`,
  ],
  [
    'invalid, with a copy',
    facts('invalid', { copy: KEPT }),
    'The copy of 2020-01-02 03:04 of this picture is shown; its URI cannot be asked for: it must be an absolute http or https URI, without credentials, on a port of the web.',
  ],
  [
    'a file without a record',
    facts('absent', { copy: { ...KEPT, file: 'unrecorded' } }),
    `The record of this picture is lost, its file is not; ${NEXT}.`,
  ],
];

describe('the verdict on a picture', () => {
  it.each(BROKEN)('that is not shown: %s', (_, known, sentence) => {
    expect(verdictOf(known)).toEqual({ isShown: false, sentence });
  });

  it.each(SHOWN)('that is shown: %s', (_, known, sentence) => {
    expect(verdictOf(known)).toEqual({ isShown: true, sentence });
  });
});

describe('the reason why an attempt failed', () => {
  it('is another one for each rejection', () => {
    const codes = Object.keys(REJECTIONS) as RejectionCode[];
    const reasons = codes.map((outcome) => reasonOf(attempt(outcome, [HERE, 500])));
    expect(new Set(reasons).size).toBe(codes.length);
    expect(reasons).not.toContain(undefined);
  });

  it('names the host that a redirect led to', () => {
    const moved = attempt('unexpected-status', [HERE, 302], ['https://cdn.example:444/a.png', 503]);
    expect(reasonOf(moved)).toBe('cdn.example:444, where its origin leads, answered 503 Service Unavailable');
  });

  it('is none when it did not fail', () => {
    expect([reasonOf(attempt('fetched', [HERE, 200])), reasonOf(attempt('not-modified', [HERE, 304]))]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
