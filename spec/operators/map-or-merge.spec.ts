import { createRequire } from 'node:module';
import { map, Observable, of, type OperatorFunction, range, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { chain, mapOrMerge } from '../../src/operators/index.js';
import { marbles, type Marbles } from '../support/marbles.js';
import { itIsAnOperator } from '../support/operator-laws.js';

/** The last value of an Observable that ends before `subscribe` returns. */
function lastOf<T>(values: Observable<T>): T | undefined {
  let last: T | undefined;
  values.subscribe((value) => (last = value));
  return last;
}

describe('mapOrMerge', () => {
  itIsAnOperator({ operator: () => mapOrMerge((value: string) => `${value}!`), input: 'a', output: 'a!' });
  itIsAnOperator({ operator: () => mapOrMerge((value: string) => of(`${value}!`)), input: 'a', output: 'a!' });

  it(
    'lets values go on at once and merges what takes time',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const slow = cold('    ---x-y|');
      const values = cold('  -a-b-c-|', { a: '1', b: slow, c: '2' });
      const result = '       -1---2x-y|';
      const outcome = values.pipe(mapOrMerge<string | Observable<string>, string>((value) => value));
      expectObservable(outcome).toBe(result);
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

  it('takes those of another copy of rxjs for Observables, too', () => {
    const require = createRequire(import.meta.url);
    for (const path of Object.keys(require.cache)) if (path.includes('/rxjs/')) delete require.cache[path];
    const another = require('rxjs') as typeof import('rxjs');
    const foreign = another.of('x', 'y');
    expect(foreign).not.toBeInstanceOf(Observable);
    const received: string[] = [];
    of('a')
      .pipe(mapOrMerge(() => foreign))
      .subscribe((value) => received.push(value));
    expect(received).toEqual(['x', 'y']);
  });

  it('leaves a synchronous source, and asks nothing more, as soon as it is left', () => {
    const asked: number[] = [];
    const firstTwo = range(0, Infinity).pipe(
      mapOrMerge((value) => {
        asked.push(value);
        return value;
      }),
      take(2),
    );
    expect(lastOf(firstTwo)).toBe(1);
    expect(asked).toEqual([0, 1]);
  });

  it('leaves what it merges, even if that is synchronous, as soon as it is left', () => {
    const merged = of('a', 'b').pipe(
      mapOrMerge(() => range(0, Infinity)),
      take(3),
    );
    expect(lastOf(merged)).toBe(2);
  });
});

describe('chain', () => {
  const letter = mapOrMerge((value: string) => `${value}!`);
  const slow = (tools: Marbles) => mapOrMerge((value: string) => tools.cold('--r|', { r: `${value}?` }));
  const refuse = mapOrMerge((): string => {
    throw new Error('no');
  });
  const outcomes: [string, (tools: Marbles) => OperatorFunction<string, string>[], string][] = [
    ['of what is known at once', () => [letter, letter], '-a-b|'],
    ['of what is merged last', (tools) => [letter, slow(tools)], '---a-b|'],
    ['of what is merged first', (tools) => [slow(tools), letter], '---a-b|'],
    ['of what is merged twice', (tools) => [slow(tools), slow(tools)], '-----a-b|'],
    ['of others in between', (tools) => [letter, map((value) => `${value}.`), slow(tools), letter], '---a-b|'],
    ['of others around', () => [map((value) => `${value}.`), letter, map((value) => `${value}?`), letter], '-a-b|'],
    ['of what throws', () => [letter, refuse], '-#'],
    ['of what throws later', (tools) => [slow(tools), refuse, letter], '---#'],
  ];

  it.each(outcomes)('gives the same as pipe: %s', (_, operators, expected) =>
    marbles((tools) => {
      const values = tools.cold('-a-b|');
      const piped = values.pipe(...(operators(tools) as [OperatorFunction<string, string>]));
      const chained = values.pipe(chain(...(operators(tools) as [OperatorFunction<string, string>])));
      const shape = chained.pipe(map(([first]) => first));
      tools.expectObservable(chained).toEqual(piped);
      tools.expectObservable(shape).toBe(expected, undefined, new Error('no'));
    })(),
  );

  it(
    'leaves what is merged when it is left',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const inner = cold('                     -----r|');
      const values = cold('                   -a--------');
      const fused = chain(
        mapOrMerge(() => inner),
        letter,
      );
      expectObservable(values.pipe(fused), '     ^--!').toBe('----');
      expectSubscriptions(values.subscriptions).toBe('^--!');
      expectSubscriptions(inner.subscriptions).toBe('-^-!');
    }),
  );
});
