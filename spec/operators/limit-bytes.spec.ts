import { describe, it } from 'vitest';
import { limitBytes } from '../../src/operators/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { itIsAnOperator } from '../support/operator-laws.js';

const CHUNKS = { a: Buffer.alloc(3), b: Buffer.alloc(2), c: Buffer.alloc(1), n: Buffer.alloc(0) };

describe('limitBytes', () => {
  itIsAnOperator({ operator: () => limitBytes(100), input: CHUNKS.a, output: CHUNKS.a });

  it(
    'lets exactly the limit through',
    marbles(({ cold, expectObservable }) => {
      const body = cold(' -a-b-n-|', CHUNKS);
      const expected = '  -a-b-n-|';
      expectObservable(body.pipe(limitBytes(5))).toBe(expected, CHUNKS);
    }),
  );

  it(
    'rejects at the chunk that goes beyond and leaves the body at once',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const body = hot('    -a-b-c-c-c', CHUNKS);
      const subscription = '^----!';
      const result = '      -a-b-#';
      expectObservable(body.pipe(limitBytes(5))).toBe(result, CHUNKS, rejection('too-large'));
      expectSubscriptions(body.subscriptions).toBe(subscription);
    }),
  );

  it(
    'counts anew for every subscription',
    marbles(({ cold, expectObservable }) => {
      const body = cold('-a-b-|', CHUNKS).pipe(limitBytes(5));
      expectObservable(body).toBe('-a-b-|', CHUNKS);
      expectObservable(body, '--^').toBe('---a-b-|', CHUNKS);
    }),
  );
});
