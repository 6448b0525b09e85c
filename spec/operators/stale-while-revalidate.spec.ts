import { of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { staleWhileRevalidate } from '../../src/operators/index.js';
import { marbles } from '../support/marbles.js';
import { itIsAnOperator } from '../support/operator-laws.js';

describe('staleWhileRevalidate', () => {
  const stale = () => of('s');

  itIsAnOperator({
    operator: () => staleWhileRevalidate<string>({ maxWait: Infinity, stale }),
    input: 'a',
    output: 'a',
  });

  it(
    'serves something older when the wait is over, and lets the source go on',
    marbles(({ cold, expectObservable, expectSubscriptions, scheduler }) => {
      const source = cold('     -----(f|)');
      const subscription = '    ^----!';
      const result = '          ---(s|)';
      expectObservable(source.pipe(staleWhileRevalidate({ maxWait: 3, stale, scheduler }))).toBe(result);
      expectSubscriptions(source.subscriptions).toBe(subscription);
    }),
  );

  it(
    'serves what comes in time, and the errors that do',
    marbles(({ cold, expectObservable, scheduler }) => {
      const older = staleWhileRevalidate({ maxWait: 3, stale, scheduler });
      expectObservable(cold('--(f|)').pipe(older)).toBe('--(f|)');
      expectObservable(cold('--#').pipe(older)).toBe('--#');
      expectObservable(cold('--f--g|').pipe(older)).toBe('--f--g|');
    }),
  );

  it(
    'waits for nothing, or for ever, when it is told so',
    marbles(({ cold, expectObservable, scheduler }) => {
      const source = () => cold('9s (f|)');
      expectObservable(source().pipe(staleWhileRevalidate({ maxWait: 0, stale, scheduler }))).toBe('(s|)');
      expectObservable(source().pipe(staleWhileRevalidate({ maxWait: Infinity, stale, scheduler }))).toBe('9s (f|)');
    }),
  );

  it(
    'unsubscribes from the source when nobody waits before the wait is over, and lets it go on after that',
    marbles(({ cold, expectObservable, expectSubscriptions, scheduler }) => {
      const source = cold('     -----(f|)');
      const slow = cold('       ---(s|)');
      const older = source.pipe(staleWhileRevalidate({ maxWait: 2, stale: () => slow, scheduler }));
      expectObservable(older, ' ^!').toBe('--');
      expectObservable(older, ' ----------^---!').toBe('--------------');
      expectSubscriptions(source.subscriptions).toBe(['^!', '----------^----!']);
      expectSubscriptions(slow.subscriptions).toBe(['------------^-!']);
    }),
  );

  it(
    'ends sources that nobody waits for when everything stops',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, scheduler }) => {
      const source = cold('     -----(f|)');
      const shutdown = hot('    ----x');
      const older = staleWhileRevalidate({ maxWait: 2, stale, shutdown, scheduler });
      expectObservable(source.pipe(older)).toBe('--(s|)');
      expectSubscriptions(source.subscriptions).toBe('^---!');
    }),
  );

  it(
    'tells of errors that come late, and drops them otherwise',
    marbles(({ cold, expectObservable, flush, scheduler }) => {
      const lateError = vi.fn();
      const source = cold('-----#', undefined, 'late');
      expectObservable(source.pipe(staleWhileRevalidate({ maxWait: 2, stale, scheduler }))).toBe('--(s|)');
      expectObservable(source.pipe(staleWhileRevalidate({ maxWait: 2, stale, lateError, scheduler }))).toBe('--(s|)');
      flush();
      expect(lateError.mock.calls).toEqual([['late']]);
    }),
  );
});
