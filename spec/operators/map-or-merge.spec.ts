import { type Observable, of } from 'rxjs';
import { describe, it } from 'vitest';
import { mapOrMerge } from '../../src/operators/index.js';
import { marbles } from '../support/marbles.js';
import { itIsAnOperator } from '../support/operator-laws.js';

describe('mapOrMerge', () => {
  itIsAnOperator({ operator: () => mapOrMerge((value: string) => `${value}!`), input: 'a', output: 'a!' });
  itIsAnOperator({ operator: () => mapOrMerge((value: string) => of(`${value}!`)), input: 'a', output: 'a!' });

  it(
    'lets values go on at once and merges what takes time',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const slow = cold('    ---x-y|');
      const values = cold('  -a-b-c-|', { a: '1', b: slow, c: '2' });
      const expected = '     -1---2x-y|';
      const outcome = values.pipe(mapOrMerge<string | Observable<string>, string>((value) => value));
      expectObservable(outcome).toBe(expected);
      expectSubscriptions(slow.subscriptions).toBe('---^-----!');
    }),
  );

  it(
    'ends when the source and everything merged have ended',
    marbles(({ cold, expectObservable }) => {
      const slow = cold('  ------x|');
      expectObservable(cold('-a|').pipe(mapOrMerge(() => slow))).toBe('-------x|');
      expectObservable(cold('-a------------|').pipe(mapOrMerge(() => slow))).toBe('-------x------|');
    }),
  );

  it(
    'errors as the source, what is merged and the projection do, and leaves the rest',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const slow = cold('    ---------x|');
      const source = cold('  -a--#');
      expectObservable(source.pipe(mapOrMerge(() => slow))).toBe('----#');
      expectSubscriptions(slow.subscriptions).toBe('-^--!');
      expectObservable(cold('-a----').pipe(mapOrMerge(() => cold('--#')))).toBe('---#');
      const throwing = mapOrMerge(() => {
        throw new Error('no');
      });
      expectObservable(cold('-a----').pipe(throwing)).toBe('-#', undefined, new Error('no'));
    }),
  );

  it(
    'leaves the source and everything merged when it is left',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const slow = cold('    ---------x|');
      const source = cold('  -a---------');
      expectObservable(source.pipe(mapOrMerge(() => slow)), '---^--!').toBe('-------');
      expectSubscriptions(source.subscriptions).toBe('       ---^--!');
      expectSubscriptions(slow.subscriptions).toBe('         ----^-!');
    }),
  );

  it(
    'takes only Observables for what has to be merged',
    marbles(({ cold, expectObservable }) => {
      const array = ['x', 'y'];
      expectObservable(cold('-a|').pipe(mapOrMerge(() => array))).toBe('-r|', { r: array });
    }),
  );
});
