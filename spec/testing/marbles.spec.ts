import { NEVER, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Due, Rejection } from '../../src/domain/index.js';
import { fetch } from '../../src/operators/index.js';
import { stubPorts, marbles, stubOrigin, rejection } from '../../src/testing/index.js';
import { FIRST_DUE } from '../support/nouns.js';

const UNREADABLE = new Rejection('storage-unavailable', 'EIO');

describe('marbles', () => {
  it(
    'compare a rejection by its code, as an error and within a value',
    marbles(({ expectObservable }) => {
      const due: Due = { ...FIRST_DUE, readError: UNREADABLE };
      const expected: Due = { ...FIRST_DUE, readError: rejection('storage-unavailable') };
      expectObservable(throwError(() => UNREADABLE)).toBe('#', undefined, rejection('storage-unavailable'));
      expectObservable(of({ dues: [due] })).toBe('(d|)', { d: { dues: [expected] } });
    }),
  );

  it.each([
    ['an error', throwError(() => UNREADABLE), '#'],
    ['a value', of({ unreadable: UNREADABLE }), '(v|)'],
  ])('see another code in %s', (_, observable, diagram) => {
    const other = rejection('timeout');
    const test = marbles(({ expectObservable }) => {
      expectObservable(observable).toBe(diagram, { v: { unreadable: other } }, other);
    });
    expect(test).toThrow(/timeout/);
  });

  it(
    'lend their clock to operators that are told of none',
    marbles(({ expectObservable }) => {
      const ports = stubPorts({ origin: stubOrigin(() => NEVER) });
      expectObservable(of(FIRST_DUE).pipe(fetch(ports))).toBe('30s #', undefined, rejection('timeout'));
    }),
  );
});
