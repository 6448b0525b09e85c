import { lastValueFrom, type Observable, of, Subject } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { CatalogueEntry, Due, Ports, ServedImage } from '../../src/domain/index.js';
import { dedupeInflight, serveStale, type ServeStaleOptions } from '../../src/operators/index.js';
import { strictPorts, unexpected } from '../../src/testing/index.js';
import { isForgotten } from '../support/garbage.js';
import { marbles, rejection } from '../support/marbles.js';
import { DUE_AGAIN, FIRST_DUE, HELD, NEW_IMAGE, REQUEST } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

function looking(lookup: Ports['catalogue']['lookup'], due: Due = DUE_AGAIN, options = FOR_EVER) {
  return serveStale(strictPorts({ catalogue: { lookup } }), due, options);
}

const NEVER_ASKED = unexpected('lookup');
const FOR_EVER: ServeStaleOptions = { refreshWait: Infinity };

const DECLARED: CatalogueEntry = { status: 'declared', freshFor: 0 };
const FRESH: ServedImage = { request: REQUEST, image: NEW_IMAGE, cacheStatus: { hit: false, fwd: 'stale' } };

describe('serveStale', () => {
  itIsAnOperator({ operator: () => looking(NEVER_ASKED), input: FRESH, output: FRESH });

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

  it(
    'serves the copy in memory of a file that is lost',
    marbles(({ cold, expectObservable }) => {
      const source = cold<ServedImage>('-#', undefined, rejection('timeout'));
      const due: Due = { ...FIRST_DUE, memoryOnly: HELD };
      const s = { request: REQUEST, image: HELD, cacheStatus: { hit: false, fwd: 'stale', detail: 'timeout' } };
      expectObservable(source.pipe(looking(() => of(DECLARED), due))).toBe('-(s|)', { s });
    }),
  );

  for (const status of ['blocked', 'undeclared'] as const) {
    it(
      `keeps the copy back when it is ${status} by now`,
      marbles(({ cold, expectObservable }) => {
        const source = cold<ServedImage>('-#', undefined, rejection('timeout'));
        expectObservable(source.pipe(looking(() => of({ status })))).toBe('-#', undefined, rejection(status));
      }),
    );
  }

  it(
    'keeps the copy back when nobody can tell whether it may be served',
    marbles(({ cold, expectObservable }) => {
      const source = cold<ServedImage>('-#', undefined, rejection('timeout'));
      const down = cold<CatalogueEntry>('--#', undefined, rejection('catalogue-unavailable'));
      expectObservable(source.pipe(looking(() => down))).toBe('---#', undefined, rejection('catalogue-unavailable'));
    }),
  );

  for (const code of ['undeclared', 'blocked', 'catalogue-unavailable'] as const) {
    it(
      `passes ${code} on without another look`,
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold<ServedImage>('-#', undefined, rejection(code));
        const reply = cold('(e|)', { e: DECLARED });
        expectObservable(source.pipe(looking(() => reply))).toBe('-#', undefined, rejection(code));
        expectSubscriptions(reply.subscriptions).toBe([]);
      }),
    );
  }

  it(
    'passes every error on when there is no copy',
    marbles(({ cold, expectObservable }) => {
      const source = cold<ServedImage>('-#', undefined, rejection('timeout'));
      expectObservable(source.pipe(looking(NEVER_ASKED, FIRST_DUE))).toBe('-#', undefined, rejection('timeout'));
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

  it(
    'counts as a hit when the origin was not even asked',
    marbles(({ cold, expectObservable }) => {
      for (const [code, detail] of [
        ['resting', 'stale, resting'],
        ['overloaded', 'stale, overloaded'],
        ['invalid-uri', 'invalid-uri'],
        ['failed-before', 'failed-before'],
      ] as const) {
        const source = cold<ServedImage>('-#', undefined, rejection(code));
        const s = { request: REQUEST, image: HELD, cacheStatus: { hit: true, detail } };
        expectObservable(source.pipe(looking(() => of(DECLARED)))).toBe('-(s|)', { s });
      }
    }),
  );

  it('holds nothing of the copy that was served while the refresh goes on', async () => {
    const refreshing = new Subject<ServedImage>();
    const serve = async () => {
      const held = { ...HELD, body: Buffer.alloc(1) };
      const serving = looking(() => of(DECLARED), { ...DUE_AGAIN, held }, { refreshWait: 1 });
      expect(await lastValueFrom(refreshing.pipe(serving))).toMatchObject({ image: held });
      return new WeakRef(held);
    };
    expect(await isForgotten(await serve())).toBe(true);
    expect(refreshing.observed).toBe(true);
  });

  it(
    'says that the copy cannot be read, not that there is none',
    marbles(({ cold, expectObservable }) => {
      const due = { ...FIRST_DUE, readError: rejection('storage-unavailable') };
      const failing = cold<ServedImage>('-#', undefined, rejection('timeout'));
      const blocked = cold<ServedImage>('-#', undefined, rejection('blocked'));
      expectObservable(failing.pipe(looking(NEVER_ASKED, due))).toBe('-#', undefined, rejection('storage-unavailable'));
      expectObservable(blocked.pipe(looking(NEVER_ASKED, due))).toBe('-#', undefined, rejection('blocked'));
    }),
  );
});

describe('serveStale, when a refresh takes long', () => {
  const MEANWHILE: ServedImage = {
    request: REQUEST,
    image: HELD,
    cacheStatus: { hit: false, fwd: 'stale', detail: 'refreshing' },
  };

  /** A refresh that is shared, as in the pipeline. */
  function refreshing(work: Observable<ServedImage>) {
    const shared = { inflight: new Map(), key: () => 'one', work: () => work, adopt: (served: ServedImage) => served };
    return of(DUE_AGAIN).pipe(dedupeInflight<Due, ServedImage>(shared));
  }

  it(
    'serves the copy when the wait is over, and lets the refresh go on',
    marbles(({ cold, expectObservable, expectSubscriptions, scheduler }) => {
      const work = cold('    -----(f|)', { f: FRESH });
      const refresh = '      ^----!';
      const expected = '     ---(m|)';
      const served = refreshing(work).pipe(looking(() => of(DECLARED), DUE_AGAIN, { refreshWait: 3, scheduler }));
      expectObservable(served).toBe(expected, { m: MEANWHILE });
      expectSubscriptions(work.subscriptions).toBe(refresh);
    }),
  );

  it(
    'serves what is fresh when it comes in time',
    marbles(({ cold, expectObservable, expectSubscriptions, scheduler }) => {
      const work = cold('    --(f|)', { f: FRESH });
      const refresh = '      ^-!';
      const expected = '     --(f|)';
      const served = refreshing(work).pipe(looking(NEVER_ASKED, DUE_AGAIN, { refreshWait: 3, scheduler }));
      expectObservable(served).toBe(expected, { f: FRESH });
      expectSubscriptions(work.subscriptions).toBe(refresh);
    }),
  );

  it(
    'never waits when it is told so',
    marbles(({ cold, expectObservable, expectSubscriptions, scheduler }) => {
      const work = cold('-----(f|)', { f: FRESH });
      const served = refreshing(work).pipe(looking(() => of(DECLARED), DUE_AGAIN, { refreshWait: 0, scheduler }));
      expectObservable(served).toBe('(m|)', { m: MEANWHILE });
      expectSubscriptions(work.subscriptions).toBe('^----!');
    }),
  );

  it(
    'waits as long as it takes when it is told so, or when there is no copy',
    marbles(({ cold, expectObservable, scheduler }) => {
      const work = cold('2m (f|)', { f: FRESH });
      expectObservable(refreshing(work).pipe(looking(NEVER_ASKED, DUE_AGAIN, FOR_EVER))).toBe('2m (f|)', { f: FRESH });
      const first = refreshing(work).pipe(looking(NEVER_ASKED, FIRST_DUE, { refreshWait: 3, scheduler }));
      expectObservable(first).toBe('2m (f|)', { f: FRESH });
    }),
  );

  it(
    'keeps the copy back when it was blocked meanwhile',
    marbles(({ cold, expectObservable, scheduler }) => {
      const served = refreshing(cold('-----(f|)', { f: FRESH })).pipe(
        looking(() => of({ status: 'blocked' }), DUE_AGAIN, { refreshWait: 3, scheduler }),
      );
      expectObservable(served).toBe('---#', undefined, rejection('blocked'));
    }),
  );

  it(
    'ends the refresh with the reader who leaves before the wait is over',
    marbles(({ cold, expectObservable, expectSubscriptions, scheduler }) => {
      const work = cold('-----(f|)', { f: FRESH });
      const served = refreshing(work).pipe(looking(NEVER_ASKED, DUE_AGAIN, { refreshWait: 3, scheduler }));
      expectObservable(served, '^-!').toBe('---');
      expectSubscriptions(work.subscriptions).toBe('^-!');
    }),
  );

  it(
    'ends refreshes that nobody waits for when everything stops',
    marbles(({ cold, hot, expectObservable, expectSubscriptions, scheduler }) => {
      const work = cold('    -----(f|)', { f: FRESH });
      const shutdown = hot(' ----s');
      const refresh = '      ^---!';
      const options = { refreshWait: 2, shutdown, scheduler };
      const served = refreshing(work).pipe(looking(() => of(DECLARED), DUE_AGAIN, options));
      expectObservable(served).toBe('--(m|)', { m: MEANWHILE });
      expectSubscriptions(work.subscriptions).toBe(refresh);
    }),
  );

  it(
    'reports bugs of refreshes that nobody waits for, and nothing else',
    marbles(({ cold, expectObservable, flush, scheduler }) => {
      const report = vi.fn();
      const ports = strictPorts({ catalogue: { lookup: () => of(DECLARED) }, report });
      const bug = new RangeError('a bug');
      for (const error of [bug, rejection('timeout')]) {
        const work = refreshing(cold<ServedImage>('-----#', undefined, error));
        const served = work.pipe(serveStale(ports, DUE_AGAIN, { refreshWait: 3, scheduler }));
        expectObservable(served).toBe('---(m|)', { m: MEANWHILE });
      }
      flush();
      expect(report.mock.calls).toEqual([[bug]]);
    }),
  );
});
