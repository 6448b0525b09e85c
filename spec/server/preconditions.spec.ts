import { describe, expect, it } from 'vitest';
import { evaluatePreconditions, rangeIsCurrent } from '../../src/server/preconditions.js';

const validators = { etag: '"abc"', lastModified: new Date('2026-01-02T03:04:05.678Z') };
const SAME = 'Fri, 02 Jan 2026 03:04:05 GMT';
const BEFORE = 'Fri, 02 Jan 2026 03:04:04 GMT';

describe('evaluatePreconditions', () => {
  it.each([
    [{}, 'proceed'],
    [{ 'if-none-match': '"abc"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x", "abc"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"x"' }, 'proceed'],
    [{ 'if-none-match': 'abc' }, 'proceed'],
    [{ 'if-none-match': '"x"', 'if-modified-since': SAME }, 'proceed'],
    [{ 'if-modified-since': SAME }, 'not-modified'],
    [{ 'if-modified-since': BEFORE }, 'proceed'],
    [{ 'if-modified-since': 'Friday, 02-Jan-26 03:04:05 GMT' }, 'not-modified'],
    [{ 'if-modified-since': 'Fri Jan  2 03:04:05 2026' }, 'not-modified'],
    [{ 'if-modified-since': '2030' }, 'proceed'],
    [{ 'if-match': '"abc"' }, 'proceed'],
    [{ 'if-match': 'W/"abc"' }, 'precondition-failed'],
    [{ 'if-match': '"x"' }, 'precondition-failed'],
    [{ 'if-unmodified-since': BEFORE }, 'precondition-failed'],
    [{ 'if-unmodified-since': SAME }, 'proceed'],
  ])('%j', (headers, outcome) => expect(evaluatePreconditions(headers, validators)).toBe(outcome));
});

describe('rangeIsCurrent', () => {
  it.each([
    [undefined, true],
    ['"abc"', true],
    ['W/"abc"', false],
    ['"x"', false],
    [SAME, true],
    [BEFORE, false],
  ])('%s', (ifRange, current) => expect(rangeIsCurrent(ifRange, validators)).toBe(current));
});
