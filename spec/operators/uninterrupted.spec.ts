import { of } from 'rxjs';
import { describe, it } from 'vitest';
import { uninterrupted } from '../../src/operators/index.js';
import { marbles } from '../support/marbles.js';

describe('uninterrupted', () => {
  it(
    'gives the last value at the end',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('  -a-b-|');
      const begun = '      ^----!';
      const expected = '   -----(b|)';
      expectObservable(uninterrupted(() => work)).toBe(expected);
      expectSubscriptions(work.subscriptions).toBe(begun);
    }),
  );

  it(
    'goes on to the end when everyone has left',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('  -a-b-|');
      const begun = '      ^----!';
      const left = '       ^-!';
      expectObservable(
        uninterrupted(() => work),
        left,
      ).toBe('---');
      expectSubscriptions(work.subscriptions).toBe(begun);
    }),
  );

  it(
    'begins only when somebody subscribes, and for each anew',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('-(a|)');
      const result = uninterrupted(() => work);
      expectObservable(result, '--^').toBe('---(a|)');
      expectObservable(result, '---^').toBe('----(a|)');
      expectSubscriptions(work.subscriptions).toBe(['--^!', '---^!']);
    }),
  );

  it(
    'errors as the work does, and with what it throws',
    marbles(({ cold, expectObservable }) => {
      expectObservable(uninterrupted(() => cold('-a-#'))).toBe('---#');
      const thrower = () => {
        throw new RangeError('thrown');
      };
      expectObservable(uninterrupted(thrower)).toBe('#', undefined, new RangeError('thrown'));
    }),
  );

  it(
    'takes synchronous work',
    marbles(({ expectObservable }) => {
      expectObservable(uninterrupted(() => of('a', 'b'))).toBe('(b|)');
    }),
  );
});
