import { describe, it } from 'vitest';
import { decode } from '../../src/operators/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { AVATAR_LINK, AVATAR_REQUEST, LINK, REQUEST } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

describe('decode', () => {
  itIsAnOperator({ operator: () => decode(), input: LINK, output: REQUEST });

  it(
    'reads either case and keeps the variant',
    marbles(({ cold, expectObservable }) => {
      const shouted = { ...LINK, hexUri: LINK.hexUri.toUpperCase() };
      const links = cold('  -a-b-|', { a: shouted, b: AVATAR_LINK });
      const expected = '    -x-y-|';
      expectObservable(links.pipe(decode())).toBe(expected, { x: REQUEST, y: AVATAR_REQUEST });
    }),
  );

  for (const hexUri of ['', 'a', 'abc', 'zz', '61 62', '6162/', '0x61', 'é1']) {
    it(
      `rejects ${JSON.stringify(hexUri)} and leaves its source`,
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const links = hot('   --a--b', { a: { ...LINK, hexUri }, b: LINK });
        const subscription = '^-!';
        const expected = '    --#';
        expectObservable(links.pipe(decode())).toBe(expected, undefined, rejection('invalid-parameters'));
        expectSubscriptions(links.subscriptions).toBe(subscription);
      }),
    );
  }
});
