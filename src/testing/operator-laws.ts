import { of, type OperatorFunction } from 'rxjs';
import type { MarbleHelpers, MarbleTest } from './marbles.js';

/** An operator, and what it makes of one value. */
export interface OperatorExample<In, Out> {
  /** The operator over ports that answer at once. */
  readonly operator: (tools: MarbleHelpers) => OperatorFunction<In, Out>;
  readonly input: In;
  readonly output: Out;
}

/**
 * What every operator owes its source, whatever it does with the values, as tests by name:
 * `for (const [law, test] of operatorLaws(marbles, example)) it(law, test)`.
 *
 * @param marbles Runs each of them; see `marblesWith`.
 */
export function operatorLaws<In, Out>(
  marbles: (test: (tools: MarbleHelpers) => void) => MarbleTest,
  { operator, input, output }: OperatorExample<In, Out>,
): readonly (readonly [law: string, test: MarbleTest])[] {
  const inputs = { a: input };
  const outputs = { x: output };

  return [
    [
      'takes many values and ends with its source',
      marbles((tools) => {
        const source = tools.hot('  -a--a---(aa)-----|', inputs);
        const subscription = '      ^----------------!';
        const expected = '          -x--x---(xx)-----|';
        tools.expectObservable(source.pipe(operator(tools))).toBe(expected, outputs);
        tools.expectSubscriptions(source.subscriptions).toBe(subscription);
      }),
    ],
    [
      'does nothing about an empty source',
      marbles((tools) => {
        const source = tools.cold<In>(' --|');
        tools.expectObservable(source.pipe(operator(tools))).toBe('--|');
        tools.expectSubscriptions(source.subscriptions).toBe('^-!');
      }),
    ],
    [
      'passes an error of its source on',
      marbles((tools) => {
        const source = tools.hot('  -a--#', inputs);
        const subscription = '      ^---!';
        const expected = '          -x--#';
        tools.expectObservable(source.pipe(operator(tools))).toBe(expected, outputs);
        tools.expectSubscriptions(source.subscriptions).toBe(subscription);
      }),
    ],
    [
      'unsubscribes from its source',
      marbles((tools) => {
        const source = tools.hot('  -a--a--a--', inputs);
        const unsubscribed = '      ^----!';
        const expected = '          -x--x-';
        tools.expectObservable(source.pipe(operator(tools)), unsubscribed).toBe(expected, outputs);
        tools.expectSubscriptions(source.subscriptions).toBe(unsubscribed);
      }),
    ],
    [
      'takes a synchronous source',
      marbles((tools) => {
        tools.expectObservable(of(input, input).pipe(operator(tools))).toBe('(xx|)', outputs);
      }),
    ],
  ];
}
