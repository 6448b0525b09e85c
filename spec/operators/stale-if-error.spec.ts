import { of, throwError } from 'rxjs';
import { describe, it } from 'vitest';
import { staleIfError } from '../../src/operators/index.js';
import { marbles } from '../support/marbles.js';
import { itIsAnOperator } from '../support/operator-laws.js';

describe('staleIfError', () => {
  // An error of its source is what it does not pass on, so only when it has nothing else.
  itIsAnOperator<string, string>({ operator: () => staleIfError(() => undefined), input: 'a', output: 'a' });

  it(
    'goes on with something older after an error',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('     --a--#');
      const stale = cold('           --(s|)');
      const result = '          --a----(s|)';
      expectObservable(source.pipe(staleIfError(() => stale))).toBe(result);
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(stale.subscriptions).toBe('-----^-!');
    }),
  );

  it(
    'is told the error, and passes on what it has nothing for',
    marbles(({ cold, expectObservable }) => {
      const older = staleIfError<string>((error) => (error === 'away' ? of('s') : undefined));
      expectObservable(cold('-#', undefined, 'away').pipe(older)).toBe('-(s|)');
      expectObservable(cold('-#', undefined, 'gone').pipe(older)).toBe('-#', undefined, 'gone');
    }),
  );

  it(
    'errors as the older one does',
    marbles(({ cold, expectObservable }) => {
      const older = staleIfError<string>(() => throwError(() => 'worse'));
      expectObservable(cold('-#').pipe(older)).toBe('-#', undefined, 'worse');
    }),
  );

  it(
    'unsubscribes from whichever runs',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('      --#');
      const stale = cold('       ----(s|)');
      expectObservable(source.pipe(staleIfError(() => stale)), '^---!').toBe('-----');
      expectSubscriptions(source.subscriptions).toBe('^-!');
      expectSubscriptions(stale.subscriptions).toBe('--^-!');
    }),
  );
});
