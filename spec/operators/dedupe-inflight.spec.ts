import { concatMap, type ObservableInput, of, retry, take, tap, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { dedupeInflight, type Inflight } from '../../src/operators/index.js';
import { marbles } from '../support/marbles.js';
import { itIsAnOperator } from '../support/operator-laws.js';

/** Keys are the first letter of a value; a result shows what it is, for whom, and whether it was shared. */
function sharing(work: (value: string) => ObservableInput<string>, inflight: Inflight<string> = new Map()) {
  return dedupeInflight({
    inflight,
    key: ([first = '']: string) => first,
    work,
    adopt: (result: string, value: string, collapsed: boolean) => `${result} for ${value}${collapsed ? ' too' : ''}`,
  });
}

describe('dedupeInflight', () => {
  itIsAnOperator({ operator: () => sharing(() => of('r')), input: 'a', output: 'r for a' });

  const VALUES = { a: 'a1', b: 'a2', c: 'c1' };
  const RESULTS = { x: 'r for a1', y: 'r for a2 too', z: 'r for c1', w: 'r for a2' };

  it(
    'makes values with one key share the work, and others not',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const values = cold('  -a-b-c----------|', VALUES);
      const work = cold('     ------(r|)');
      const begun = ['                    -^-----!', '                    -----^-----!'];
      const result = '       -------(xy)z----|';
      expectObservable(values.pipe(sharing(() => work))).toBe(result, RESULTS);
      expectSubscriptions(work.subscriptions).toBe(begun);
    }),
  );

  it(
    'gives each the result as it is, and shares within one operator, if nothing else is said',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('----(r|)');
      const operator = dedupeInflight({ key: ([first = '']: string) => first, work: () => work });
      expectObservable(cold('-a--|', VALUES).pipe(operator)).toBe('-----(r|)');
      expectObservable(cold('--b-|', VALUES).pipe(operator)).toBe('-----(r|)');
      expectSubscriptions(work.subscriptions).toBe(['-^---!']);
    }),
  );

  it(
    'starts anew after the end',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const values = cold('  -a----b----|', VALUES);
      const work = cold('     --(r|)');
      const begun = ['                    -^-!', '                    ------^-!'];
      const expected = '     ---x----w--|';
      expectObservable(values.pipe(sharing(() => work))).toBe(expected, RESULTS);
      expectSubscriptions(work.subscriptions).toBe(begun);
    }),
  );

  it(
    'is free for whoever asks as soon as the result is seen',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const inflight: Inflight<string> = new Map();
      const work = cold('--(r|)');
      const again = cold('-a|', VALUES).pipe(
        sharing(() => work, inflight),
        // Asks again in the very moment in which the first result arrives.
        concatMap(() => of('a2').pipe(sharing(() => work, inflight))),
      );
      expectObservable(again).toBe('-----(w|)', RESULTS);
      expectSubscriptions(work.subscriptions).toBe(['-^-!', '---^-!']);
    }),
  );

  it(
    'gives an error to all who share, and lets a retry start anew',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const inflight: Inflight<string> = new Map();
      const work = cold('                --#');
      const alone = cold('          -(a|)   ', VALUES).pipe(sharing(() => work, inflight));
      const patient = cold('        --(b|)  ', VALUES).pipe(
        sharing(() => work, inflight),
        retry(1),
      );
      expectObservable(alone).toBe('---#');
      // The retry subscribes to its own source again, two frames before its value.
      expectObservable(patient).toBe('-------#');
      expectSubscriptions(work.subscriptions).toBe(['-^-!', '-----^-!']);
    }),
  );

  it(
    'keeps the work for followers when the leader leaves',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const inflight: Inflight<string> = new Map();
      const work = cold('          -------(r|)');
      const leader = cold('       -(a|)', VALUES).pipe(sharing(() => work, inflight));
      const follower = cold('     --(b|)', VALUES).pipe(sharing(() => work, inflight));
      expectObservable(leader, '  ^----!').toBe('-----');
      expectObservable(follower).toBe('--------(y|)', RESULTS);
      expectSubscriptions(work.subscriptions).toBe('-^------!');
    }),
  );

  it(
    'stops the work and frees the key when all have left',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const inflight: Inflight<string> = new Map();
      const work = cold('        ----(r|)');
      const leader = cold('     -(a|)', VALUES).pipe(sharing(() => work, inflight));
      const follower = cold('   --(b|)', VALUES).pipe(sharing(() => work, inflight));
      const later = cold('      -----(b|)', VALUES).pipe(sharing(() => work, inflight));
      expectObservable(leader, '^--!').toBe('---');
      expectObservable(follower, '^---!').toBe('----');
      expectObservable(later).toBe('---------(w|)', RESULTS);
      expectSubscriptions(work.subscriptions).toBe([
        '                       -^--!',
        '                       -----^---!',
      ]);
    }),
  );

  it(
    'shows nothing before the work has ended, so that no consumer cuts it short',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const values = cold('    -a-----------', VALUES);
      const work = cold('       --r---|');
      const begun = '          -^-----!';
      const expected = '       -------(x|)';
      expectObservable(
        values.pipe(
          sharing(() => work),
          take(1),
        ),
      ).toBe(expected, RESULTS);
      expectSubscriptions(work.subscriptions).toBe(begun);
    }),
  );

  it(
    'leaves nothing behind after synchronous work, good or bad',
    marbles(({ cold, expectObservable, flush }) => {
      const inflight: Inflight<string> = new Map();
      expectObservable(cold('-a|', VALUES).pipe(sharing(() => of('r'), inflight))).toBe('-x|', RESULTS);
      expectObservable(cold('-c|', VALUES).pipe(sharing(() => throwError(() => 'bad'), inflight))).toBe(
        '-#',
        undefined,
        'bad',
      );
      flush();
      expect([...inflight.keys()]).toEqual([]);
    }),
  );

  it(
    'turns what the work throws into an error',
    marbles(({ cold, expectObservable, flush }) => {
      const inflight: Inflight<string> = new Map();
      const thrower = () => {
        throw new RangeError('thrown');
      };
      expectObservable(cold('-a|', VALUES).pipe(sharing(thrower, inflight))).toBe(
        '-#',
        undefined,
        new RangeError('thrown'),
      );
      flush();
      expect(inflight.size).toBe(0);
    }),
  );

  it(
    'lets work that keeps running be joined when everybody has left, and stops it before',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('                                --k---(r|)');
      const inflight: Inflight<string> = new Map();
      const going = dedupeInflight({
        inflight,
        key: () => 'a',
        work: (_, keepRunning) => work.pipe(tap((step) => step === 'k' && keepRunning())),
        adopt: (result: string, value: string, collapsed: boolean) =>
          `${result} for ${value}${collapsed ? ' too' : ''}`,
      });
      expectObservable(of('a0').pipe(going), '           ^!').toBe('-');
      expectObservable(of('a1').pipe(going), '           --^--!').toBe('-----');
      expectObservable(of('a2').pipe(going), '           ------^').toBe('--------(y|)', RESULTS);
      expectSubscriptions(work.subscriptions).toBe(['    ^!', '--^-----!']);
    }),
  );
});
