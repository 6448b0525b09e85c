import { of, type OperatorFunction } from 'rxjs';
import { describe, it } from 'vitest';
import { type Marbles, marbles } from './marbles.js';

interface Example<In, Out> {
  /** The operator over ports that answer at once. */
  readonly operator: (tools: Marbles) => OperatorFunction<In, Out>;
  readonly input: In;
  readonly output: Out;
}

/** What every operator owes its source, whatever it does with the values. */
export function itIsAnOperator<In, Out>({ operator, input, output }: Example<In, Out>): void {
  const inputs = { a: input };
  const outputs = { x: output };

  describe('as an operator', () => {
    it(
      'takes many values and ends with its source',
      marbles((tools) => {
        const source = tools.hot('  -a--a---(aa)-----|', inputs);
        const subscription = '      ^----------------!';
        const expected = '          -x--x---(xx)-----|';
        tools.expectObservable(source.pipe(operator(tools))).toBe(expected, outputs);
        tools.expectSubscriptions(source.subscriptions).toBe(subscription);
      }),
    );

    it(
      'does nothing about an empty source',
      marbles((tools) => {
        const source = tools.cold<In>(' --|');
        tools.expectObservable(source.pipe(operator(tools))).toBe('--|');
        tools.expectSubscriptions(source.subscriptions).toBe('^-!');
      }),
    );

    it(
      'passes an error of its source on',
      marbles((tools) => {
        const source = tools.hot('  -a--#', inputs);
        const subscription = '      ^---!';
        const expected = '          -x--#';
        tools.expectObservable(source.pipe(operator(tools))).toBe(expected, outputs);
        tools.expectSubscriptions(source.subscriptions).toBe(subscription);
      }),
    );

    it(
      'unsubscribes from its source',
      marbles((tools) => {
        const source = tools.hot('  -a--a--a--', inputs);
        const unsubscribed = '      ^----!';
        const expected = '          -x--x-';
        tools.expectObservable(source.pipe(operator(tools)), unsubscribed).toBe(expected, outputs);
        tools.expectSubscriptions(source.subscriptions).toBe(unsubscribed);
      }),
    );

    it(
      'takes a synchronous source',
      marbles((tools) => {
        tools.expectObservable(of(input, input).pipe(operator(tools))).toBe('(xx|)', outputs);
      }),
    );
  });
}
