import { map, merge, of, toArray } from 'rxjs';
import { describe, it } from 'vitest';
import { Gate, gate } from '../../src/operators/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { itIsAnOperator } from '../support/operator-laws.js';

describe('Gate', () => {
  it(
    'runs so many at once, the others in the order in which they came',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const gate = new Gate({ concurrency: 2, queueLimit: 2 });
      const work = cold('                         ----(r|)');
      const visit = () => gate.run(() => work);
      expectObservable(visit(), '    ^').toBe('   ----(r|)');
      expectObservable(visit(), '    -^').toBe('  -----(r|)');
      expectObservable(visit(), '    --^').toBe(' --------(r|)');
      expectObservable(visit(), '    ---^').toBe('---------(r|)');
      expectSubscriptions(work.subscriptions).toBe([
        '                            ^---!',
        '                            -^---!',
        '                            ----^---!',
        '                            -----^---!',
      ]);
    }),
  );

  it(
    'turns away, at once, whoever finds the queue full',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const gate = new Gate({ concurrency: 1, queueLimit: 1 });
      const work = cold('                        ----(r|)');
      const visit = () => gate.run(() => work);
      expectObservable(visit(), '    ^').toBe('  ----(r|)');
      expectObservable(visit(), '    -^').toBe(' --------(r|)');
      expectObservable(visit(), '    --^').toBe('--#', undefined, rejection('overloaded'));
      expectSubscriptions(work.subscriptions).toBe(['^---!', '----^---!']);
    }),
  );

  it(
    'with no queue at all turns away whoever cannot run at once',
    marbles(({ cold, expectObservable }) => {
      const gate = new Gate({ concurrency: 1, queueLimit: 0 });
      const visit = () => gate.run(() => cold('--(r|)'));
      expectObservable(visit(), '    ^').toBe(' --(r|)');
      expectObservable(visit(), '    -^').toBe('-#', undefined, rejection('overloaded'));
      expectObservable(visit(), '    ---^').toBe('-----(r|)');
    }),
  );

  it(
    'forgets who leaves the queue',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const gate = new Gate({ concurrency: 1, queueLimit: 1 });
      const work = cold('                            ----(r|)');
      const visit = () => gate.run(() => work);
      expectObservable(visit(), '    ^').toBe('      ----(r|)');
      expectObservable(visit(), '    -^-!').toBe('   ---');
      expectObservable(visit(), '    ---^').toBe('   --------(r|)');
      expectSubscriptions(work.subscriptions).toBe(['^---!', '----^---!']);
    }),
  );

  it(
    'stops work that nobody waits for and frees its place',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const gate = new Gate({ concurrency: 1, queueLimit: 1 });
      const work = cold('                       ----(r|)');
      const visit = () => gate.run(() => work);
      expectObservable(visit(), '    ^-!').toBe('--');
      expectObservable(visit(), '    -^').toBe(' ------(r|)');
      expectSubscriptions(work.subscriptions).toBe(['^-!', '--^---!']);
    }),
  );

  it(
    'frees the place of work that errors or throws',
    marbles(({ cold, expectObservable }) => {
      const gate = new Gate({ concurrency: 1, queueLimit: 2 });
      const thrower = () => {
        throw new RangeError('thrown');
      };
      expectObservable(gate.run(() => cold('--#'))).toBe('--#');
      expectObservable(gate.run(thrower), '-^').toBe('--#', undefined, new RangeError('thrown'));
      expectObservable(
        gate.run(() => of('r')),
        '-^',
      ).toBe('--(r|)');
    }),
  );

  it(
    'turns away what waited too long, and never what runs',
    marbles(({ cold, expectObservable, expectSubscriptions, scheduler }) => {
      const gate = new Gate({ concurrency: 1, queueLimit: 8, queueTimeout: 5, scheduler });
      const work = cold('                     8ms (r|)');
      const visit = () => gate.run(() => work);
      expectObservable(visit()).toBe('        8ms (r|)');
      expectObservable(visit(), '--^').toBe(' 7ms #', undefined, rejection('overloaded'));
      expectObservable(visit(), '----^').toBe('16ms (r|)');
      expectSubscriptions(work.subscriptions).toBe(['^ 7ms !', '8ms ^ 7ms !']);
    }),
  );

  it(
    'tells how much runs and how much waits',
    marbles(({ cold, expectObservable }) => {
      const gate = new Gate({ concurrency: 1, queueLimit: 8 });
      const work = cold('              ----(r|)');
      const visit = () => gate.run(() => work);
      const looks = cold('             0-1-2-1---0|').pipe(map(() => [gate.running, gate.waiting]));
      expectObservable(looks).toBe('0-1-2-1---0|', { 0: [0, 0], 1: [1, 0], 2: [1, 1] });
      expectObservable(visit(), '-^').toBe('  -----(r|)');
      expectObservable(visit(), '---^').toBe('---------(r|)');
    }),
  );

  it(
    'admits any number of synchronous pieces of work without running out of stack',
    marbles(({ cold, expectObservable }) => {
      const gate = new Gate({ concurrency: 1, queueLimit: 20_000 });
      const visits = Array.from({ length: 20_000 }, (_, turn) => gate.run(() => of(turn)));
      const count = merge(...visits).pipe(
        toArray(),
        map((turns) => turns.length),
      );
      // All wait for the first, and then all have their turn in one moment.
      expectObservable(gate.run(() => cold('--(r|)'))).toBe('--(r|)');
      expectObservable(count).toBe('--(n|)', { n: 20_000 });
    }),
  );
});

describe('gate', () => {
  const open = () => new Gate({ concurrency: 8, queueLimit: 0 });
  itIsAnOperator({ operator: () => gate(open(), () => of('r')), input: 'a', output: 'r' });

  it(
    'lets the values of a stream through, each when its turn comes',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const one = new Gate({ concurrency: 1, queueLimit: 2 });
      const values = cold(' -abc---------|');
      const work = cold('   ---(r|)');
      const begun = ['      -^--!', '      ----^--!', '      -------^--!'];
      const result = '      ----r--r--r--|';
      expectObservable(values.pipe(gate(one, () => work))).toBe(result);
      expectSubscriptions(work.subscriptions).toBe(begun);
    }),
  );

  it(
    'shares its places between streams',
    marbles(({ cold, expectObservable }) => {
      const one = new Gate({ concurrency: 1, queueLimit: 1 });
      const through = () => cold('-a|').pipe(gate(one, () => cold('---(r|)')));
      expectObservable(through()).toBe('----(r|)');
      expectObservable(through()).toBe('-------(r|)');
      expectObservable(through()).toBe('-#', undefined, rejection('overloaded'));
    }),
  );
});
