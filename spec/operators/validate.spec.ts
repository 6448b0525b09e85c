import { of } from 'rxjs';
import { describe, it } from 'vitest';
import type { FetchedImage, ImageFormat, ImageType, Ports } from '../../src/domain/index.js';
import { validate } from '../../src/operators/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { fetched, NOT_MODIFIED, valid } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

function recognising(sniff: Ports['sniffer']['sniff']): Pick<Ports, 'sniffer'> {
  return { sniffer: { sniff } };
}

function labelled(type: string): FetchedImage {
  return { ...fetched(), type: type as ImageType };
}

describe('validate', () => {
  itIsAnOperator({
    operator: () => validate(recognising(() => of('png' as const))),
    input: fetched(),
    output: valid(),
  });

  it(
    'lets any known format through, whatever its label says',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('   -a------|', { a: labelled('image/x-whatever') });
      const sniffed = cold('   --(f|)', { f: 'gif' as const });
      const looked = '        -^-!';
      const expected = '      ---v----|';
      const v = { ...labelled('image/x-whatever'), format: 'gif' };
      expectObservable(source.pipe(validate(recognising(() => sniffed)))).toBe(expected, { v });
      expectSubscriptions(sniffed.subscriptions).toBe(looked);
    }),
  );

  it(
    'lets an SVG through that is called one, in any case',
    marbles(({ cold, expectObservable }) => {
      const source = cold('-a|', { a: labelled('image/SVG+xml') });
      const v = { ...labelled('image/SVG+xml'), format: 'svg' };
      expectObservable(source.pipe(validate(recognising(() => of('svg' as const))))).toBe('-v|', { v });
    }),
  );

  for (const [name, type, format] of [
    ['bytes that are no image', 'image/png', undefined],
    ['an SVG that is called something else', 'image/png', 'svg'],
  ] satisfies [string, string, ImageFormat | undefined][]) {
    it(
      `rejects ${name}`,
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source = hot('    -a------', { a: labelled(type) });
        const subscription = '  ^!';
        const expected = '      -#';
        const validated = source.pipe(validate(recognising(() => of(format))));
        expectObservable(validated).toBe(expected, undefined, rejection('invalid-type'));
        expectSubscriptions(source.subscriptions).toBe(subscription);
      }),
    );
  }

  it(
    'does not look again at a copy that is still current',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('   -n|', { n: NOT_MODIFIED });
      const sniffed = cold<undefined>('#');
      expectObservable(source.pipe(validate(recognising(() => sniffed)))).toBe('-n|', { n: NOT_MODIFIED });
      expectSubscriptions(sniffed.subscriptions).toBe([]);
    }),
  );

  it(
    'stops looking when nobody waits',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('   -a------|', { a: fetched() });
      const sniffed = cold('   ----(f|)', { f: 'png' as const });
      const looked = '        -^-!';
      expectObservable(source.pipe(validate(recognising(() => sniffed))), '^--!').toBe('----');
      expectSubscriptions(sniffed.subscriptions).toBe(looked);
    }),
  );
});
