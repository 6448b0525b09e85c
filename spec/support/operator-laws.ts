import { describe, it } from 'vitest';
import { type OperatorExample, operatorLaws } from '../../src/testing/index.js';
import { marbles } from './marbles.js';

export function itIsAnOperator<In, Out>(example: OperatorExample<In, Out>): void {
  describe('as an operator', () => {
    for (const [law, test] of operatorLaws(marbles, example)) it(law, test);
  });
}
