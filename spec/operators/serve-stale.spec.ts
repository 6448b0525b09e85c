import { of } from 'rxjs';
import { describe, it } from 'vitest';
import type { CatalogueEntry, Due, Ports, ServedImage } from '../../src/domain/index.js';
import { serveStale } from '../../src/operators/index.js';
import { marbles, rejected, rejection } from '../support/marbles.js';
import { DUE_AGAIN, FIRST_DUE, HELD, NEW_IMAGE, REQUEST } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

const unused = () => {
  throw new Error('serveStale only looks');
};

function looking(lookup: Ports['catalogue']['lookup'], due: Due = DUE_AGAIN) {
  return serveStale({ catalogue: { lookup, store: unused, recordError: unused } }, due);
}

const DECLARED: CatalogueEntry = { status: 'declared', freshFor: 0 };
const FRESH: ServedImage = { request: REQUEST, image: NEW_IMAGE, cacheStatus: { hit: false, fwd: 'stale' } };

describe('serveStale', () => {
  itIsAnOperator({ operator: () => looking(unused), input: FRESH, output: FRESH });

  it(
    'serves the copy when the refresh fails, after one more look whether it still may',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<ServedImage>('-#', undefined, rejection('unexpected-status', { originStatus: 500 }));
      const reply = cold('               --(e|)', { e: DECLARED });
      const asked = '                   -^-!';
      const expected = '                ---(s|)';
      const cacheStatus = { hit: false, fwd: 'stale', detail: 'unexpected-status', fwdStatus: 500 };
      const s = { request: REQUEST, image: HELD, cacheStatus };
      expectObservable(source.pipe(looking(() => reply))).toBe(expected, { s });
      expectSubscriptions(reply.subscriptions).toBe(asked);
    }),
  );

  for (const status of ['blocked', 'undeclared'] as const) {
    it(
      `keeps the copy back when it is ${status} by now`,
      marbles(({ cold, expectObservable }) => {
        const source = cold<ServedImage>('-#', undefined, rejection('timeout'));
        expectObservable(source.pipe(looking(() => of({ status })))).toBe('-#', undefined, rejected(status));
      }),
    );
  }

  it(
    'keeps the copy back when nobody can tell whether it may be served',
    marbles(({ cold, expectObservable }) => {
      const source = cold<ServedImage>('-#', undefined, rejection('timeout'));
      const down = cold<CatalogueEntry>('--#', undefined, rejection('catalogue-unavailable'));
      expectObservable(source.pipe(looking(() => down))).toBe('---#', undefined, rejected('catalogue-unavailable'));
    }),
  );

  for (const code of ['undeclared', 'blocked', 'catalogue-unavailable'] as const) {
    it(
      `passes ${code} on without another look`,
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold<ServedImage>('-#', undefined, rejection(code));
        const reply = cold('(e|)', { e: DECLARED });
        expectObservable(source.pipe(looking(() => reply))).toBe('-#', undefined, rejected(code));
        expectSubscriptions(reply.subscriptions).toBe([]);
      }),
    );
  }

  it(
    'passes every error on when there is no copy',
    marbles(({ cold, expectObservable }) => {
      const source = cold<ServedImage>('-#', undefined, rejection('timeout'));
      expectObservable(source.pipe(looking(unused, FIRST_DUE))).toBe('-#', undefined, rejected('timeout'));
    }),
  );

  it(
    'stops looking when nobody waits',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<ServedImage>('-#', undefined, rejection('timeout'));
      const reply = cold('               ----(e|)', { e: DECLARED });
      expectObservable(source.pipe(looking(() => reply)), '^--!').toBe('----');
      expectSubscriptions(reply.subscriptions).toBe('     -^-!');
    }),
  );
});
