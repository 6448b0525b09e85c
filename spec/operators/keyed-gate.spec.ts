import { mergeMap, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { KeyedGate } from '../../src/operators/index.js';
import { marbles, rejection } from '../support/marbles.js';

describe('KeyedGate', () => {
  it(
    'bounds the work of each key, and that of no other',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const gates = new KeyedGate({ concurrency: 1, queueLimit: 1 });
      const keys = hot('     aab-------|');
      const work = { a: cold('---(r|)'), b: cold('---(s|)') };
      const first = '        ^--!';
      const second = '       ---^--!';
      const other = '        --^--!';
      const expected = '     ---r-sr---|';
      const run = mergeMap((key: string) => gates.run(key, () => work[key as 'a' | 'b']));
      expectObservable(keys.pipe(run)).toBe(expected);
      expectSubscriptions(work.a.subscriptions).toBe([first, second]);
      expectSubscriptions(work.b.subscriptions).toBe(other);
    }),
  );

  it(
    'turns away what finds the queue of its key full',
    marbles(({ cold, expectObservable }) => {
      const gates = new KeyedGate({ concurrency: 1, queueLimit: 0 });
      const run = (key: string) => gates.run(key, () => cold('---(r|)'));
      expectObservable(run('a')).toBe('---(r|)');
      expectObservable(run('a')).toBe('#', undefined, rejection('overloaded'));
      expectObservable(run('b')).toBe('---(r|)');
    }),
  );

  it(
    'forgets keys that nobody uses, whichever way their work ended',
    marbles(({ cold, expectObservable, flush }) => {
      const gates = new KeyedGate({ concurrency: 1, queueLimit: 1 });
      expectObservable(gates.run('ended', () => of('r'))).toBe('(r|)');
      expectObservable(gates.run('failed', () => cold('-#'))).toBe('-#');
      expectObservable(
        gates.run('left', () => cold('-----')),
        '^--!',
      ).toBe('----');
      expectObservable(
        gates.run('left', () => cold('-----')),
        '^-!',
      ).toBe('---');
      expectObservable(gates.run('used', () => cold('-----'))).toBe('-----');
      flush();
      expect(gates.size).toBe(1);
    }),
  );

  it(
    'forgets keys whose last work had to wait for its turn',
    marbles(({ cold, expectObservable, flush }) => {
      const gates = new KeyedGate({ concurrency: 1, queueLimit: 1 });
      const visit = () => gates.run('a', () => cold('---(r|)'));
      expectObservable(visit(), '^').toBe('   ---(r|)');
      expectObservable(visit(), '-^').toBe('  ------(r|)');
      flush();
      expect(gates.size).toBe(0);
    }),
  );

  it(
    'forgets no key for which others wait while work ends at once',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const gates = new KeyedGate({ concurrency: 1, queueLimit: 2 });
      const work = cold('                                ---(r|)');
      const slow = () => gates.run('a', () => work);
      const quick = gates.run('a', () => of('q'));
      expectObservable(slow(), ' ^').toBe('               ---(r|)');
      expectObservable(quick, '  -^').toBe('              ---(q|)');
      expectObservable(slow(), ' --^').toBe('             ------(r|)');
      expectObservable(slow(), ' ----^').toBe('           ---------(r|)');
      expectSubscriptions(work.subscriptions).toBe(['^--!', '---^--!', '------^--!']);
    }),
  );
});
