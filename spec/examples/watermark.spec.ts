import { of } from 'rxjs';
import { describe, it } from 'vitest';
import { watermark } from '../../examples/support/watermark.js';
import { marbles } from '../support/marbles.js';
import { NOT_MODIFIED, valid } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

const MARKED = { ...valid(), bytes: Buffer.from('marked') };

describe('watermark', () => {
  itIsAnOperator({ operator: () => watermark(() => of(MARKED.bytes)), input: valid(), output: MARKED });

  it(
    'marks what came, lets through what is still current, and stops when nobody waits',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('      -a-n-a----|', { a: valid(), n: NOT_MODIFIED });
      const marked = cold('       ---(m|)', { m: MARKED.bytes });
      const unsubscribed = '     ^------!';
      const marking = ['         -^--!', '-----^-!'];
      const expected = '         ---nm---';
      const values = { m: MARKED, n: NOT_MODIFIED };
      expectObservable(source.pipe(watermark(() => marked)), unsubscribed).toBe(expected, values);
      expectSubscriptions(marked.subscriptions).toBe(marking);
    }),
  );
});
