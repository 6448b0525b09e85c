import { map, mergeMap, type Observable, of, type OperatorFunction } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import {
  type CatalogueEntry,
  type Due,
  type NotModified,
  type Ports,
  type ServedImage,
  SourceUri,
  type ValidImage,
} from '../../src/domain/index.js';
import { holdUnsaved, recallUnsaved, Unsaved } from '../../src/operators/index.js';
import { strictPorts } from '../../src/testing/index.js';
import { isForgotten } from '../support/garbage.js';
import { marbles, type Marbles, rejection } from '../support/marbles.js';
import { DUE_AGAIN, FIRST_DUE, HELD, NEW_IMAGE, NOT_MODIFIED, OLD_BYTES, REQUEST, valid } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

type Unstored = ValidImage | NotModified;

const other = SourceUri.of('http://origin.example/other.png');
const DECLARED: CatalogueEntry = { status: 'declared', freshFor: 0 };
const STORED: ServedImage = { request: REQUEST, image: NEW_IMAGE, cacheStatus: { hit: false, fwd: 'uri-miss' } };

function unsavedOf({ scheduler }: Marbles, maxBytes = 1000): Unsaved {
  return new Unsaved({ maxBytes, retention: 50, scheduler });
}

it('holds nothing of the copy that was there when a picture came', async () => {
  const unsaved = new Unsaved();
  const hold = () => {
    const held = { ...HELD };
    unsaved.hold(valid({ ...DUE_AGAIN, held }));
    return new WeakRef(held);
  };
  expect(await isForgotten(hold())).toBe(true);
  expect(unsaved.recall(FIRST_DUE)).toEqual({ ...valid(), recalled: true });
});

describe('recallUnsaved', () => {
  const download: OperatorFunction<Due, Unstored> = map((due) => valid(due));
  const recalled = { ...valid(DUE_AGAIN), recalled: true };

  itIsAnOperator({ operator: (tools) => recallUnsaved(unsavedOf(tools), download), input: FIRST_DUE, output: valid() });

  it(
    'takes what is held from memory, while it may be held, and downloads the rest',
    marbles((tools) => {
      const unsaved = unsavedOf(tools);
      tools.scheduler.schedule(() => unsaved.hold(valid()), 1);
      const dues = tools.cold('d 50ms d d|', { d: DUE_AGAIN });
      const expected = '       v 50ms r v|';
      const outcome = dues.pipe(recallUnsaved(unsaved, download));
      tools.expectObservable(outcome).toBe(expected, { v: valid(DUE_AGAIN), r: recalled });
    }),
  );

  for (const [what, due] of [
    ['is gone', FIRST_DUE],
    ['is another', { ...DUE_AGAIN, held: { ...HELD, checksum: 'another' } }],
  ] satisfies [string, Due][]) {
    it(
      `downloads anew when a copy that was still current ${what}, and forgets that it was`,
      marbles((tools) => {
        const unsaved = unsavedOf(tools);
        unsaved.hold(NOT_MODIFIED);
        tools.expectObservable(of(due).pipe(recallUnsaved(unsaved, download))).toBe('(v|)', { v: valid(due) });
        tools.flush();
        expect(unsaved.size).toBe(0);
      }),
    );
  }

  it(
    'recalls that a copy is still current as it lies there now, and serves that if it cannot be noted again',
    marbles((tools) => {
      const unsaved = unsavedOf(tools);
      unsaved.hold(NOT_MODIFIED);
      const held = { ...HELD, body: Buffer.from(OLD_BYTES), lastModified: new Date(1) };
      const due = { ...DUE_AGAIN, held };
      const recalled = { ...NOT_MODIFIED, due, held, recalled: true } as const;
      tools.expectObservable(of(due).pipe(recallUnsaved(unsaved, download))).toBe('(r|)', { r: recalled });
      expect(unsaved.hold(recalled)).toBe(held);
    }),
  );

  it(
    'holds no more bytes than it may, and gives up what was not used for longest',
    marbles((tools) => {
      const unsaved = unsavedOf(tools, valid().bytes.byteLength);
      unsaved.hold(valid());
      unsaved.hold({ ...NOT_MODIFIED, due: { ...DUE_AGAIN, request: { ...REQUEST, uri: other } } });
      tools
        .expectObservable(of(DUE_AGAIN).pipe(recallUnsaved(unsaved, download)))
        .toBe('(v|)', { v: valid(DUE_AGAIN) });
      expect(unsaved.size).toBe(1);
      expect(unsaved.bytes).toBe(HELD.body.length);
    }),
  );
});

describe('holdUnsaved', () => {
  const FETCHED = { s: STORED };

  /** The operator around a way of storing that does as told. */
  function holding(
    tools: Marbles,
    store: Observable<ServedImage>,
    parts: { unsaved?: Unsaved; lookup?: Ports['catalogue']['lookup']; report?: Ports['report'] } = {},
  ): OperatorFunction<Unstored, ServedImage> {
    const { unsaved = unsavedOf(tools), lookup = () => of(DECLARED), report = () => undefined } = parts;
    return holdUnsaved(
      strictPorts({ catalogue: { lookup }, report }),
      unsaved,
      mergeMap(() => store),
    );
  }

  itIsAnOperator({ operator: (tools) => holding(tools, of(STORED)), input: valid(), output: STORED });

  for (const code of ['storage-unavailable', 'catalogue-unavailable'] as const) {
    it(
      `serves what could not be stored (${code}) from memory, after one more look, and reports that`,
      marbles((tools) => {
        const report = vi.fn();
        const unsaved = unsavedOf(tools);
        const store = tools.cold<ServedImage>('--#', undefined, rejection(code));
        const reply = tools.cold('               --(e|)', { e: DECLARED });
        const asked = '                         --^-!';
        const expected = '                      ----(m|)';
        const served = of(valid()).pipe(holding(tools, store, { unsaved, lookup: () => reply, report }));
        const image = { ...NEW_IMAGE, lastModified: new Date(2) };
        tools
          .expectObservable(served)
          .toBe(expected, { m: { request: REQUEST, image, cacheStatus: { hit: true, detail: code } } });
        tools.expectSubscriptions(reply.subscriptions).toBe(asked);
        tools.flush();
        expect(report.mock.calls).toMatchObject([[{ code }]]);
        expect(unsaved.recall(DUE_AGAIN)).toEqual({ ...valid(DUE_AGAIN), recalled: true });
      }),
    );
  }

  it(
    'holds that a copy is still current, if that could not be noted',
    marbles((tools) => {
      const unsaved = unsavedOf(tools);
      const store = tools.cold<ServedImage>('--#', undefined, rejection('catalogue-unavailable'));
      const served = of(NOT_MODIFIED).pipe(holding(tools, store, { unsaved }));
      const m = { request: REQUEST, image: HELD, cacheStatus: { hit: true, detail: 'catalogue-unavailable' } };
      tools.expectObservable(served).toBe('--(m|)', { m });
      tools.flush();
      expect(unsaved.recall(DUE_AGAIN)).toEqual({ ...NOT_MODIFIED, recalled: true });
    }),
  );

  it(
    'dates a picture as it was first held, however often it is tried to store it',
    marbles((tools) => {
      const unsaved = unsavedOf(tools);
      const store = tools.cold<ServedImage>('-#', undefined, rejection('storage-unavailable'));
      const tries = tools.cold('a---(b|)', { a: valid(), b: { ...valid(), recalled: true } as const });
      const dates = tries.pipe(
        holding(tools, store, { unsaved }),
        map(({ image }) => image.lastModified.getTime()),
      );
      tools.expectObservable(dates).toBe('-a---(a|)', { a: 1 });
    }),
  );

  it(
    'holds what came last',
    marbles((tools) => {
      const unsaved = unsavedOf(tools);
      unsaved.hold(NOT_MODIFIED);
      expect(unsaved.hold(valid()).body).toBe(valid().bytes);
      tools
        .expectObservable(of(unsaved.recall(DUE_AGAIN)))
        .toBe('(r|)', { r: { ...valid(DUE_AGAIN), recalled: true } });
    }),
  );

  it(
    'makes up no etag for what came without one',
    marbles((tools) => {
      const { etag: _new, ...untagged } = valid();
      const { etag: _none, ...image } = NEW_IMAGE;
      const unsaved = unsavedOf(tools);
      tools.expectObservable(of(unsaved.hold(untagged))).toBe('(i|)', { i: { ...image, lastModified: new Date(0) } });
    }),
  );

  it(
    'holds it no longer than it could be stored',
    marbles((tools) => {
      const unsaved = unsavedOf(tools);
      unsaved.hold(valid());
      tools.expectObservable(of(valid()).pipe(holding(tools, of(STORED), { unsaved }))).toBe('(s|)', FETCHED);
      tools.flush();
      expect(unsaved.size).toBe(0);
    }),
  );

  it(
    'does not serve from memory what was blocked meanwhile',
    marbles((tools) => {
      const store = tools.cold<ServedImage>('--#', undefined, rejection('storage-unavailable'));
      const served = of(valid()).pipe(holding(tools, store, { lookup: () => of({ status: 'blocked' }) }));
      tools.expectObservable(served).toBe('--#', undefined, rejection('blocked'));
    }),
  );

  for (const error of [rejection('blocked'), new RangeError('a bug')]) {
    it(
      `passes ${error.name === 'Rejection' ? 'a verdict' : 'a bug'} on, and holds nothing`,
      marbles((tools) => {
        const unsaved = unsavedOf(tools);
        const store = tools.cold<ServedImage>('--#', undefined, error);
        const expected = error.name === 'Rejection' ? rejection('blocked') : error;
        tools.expectObservable(of(valid()).pipe(holding(tools, store, { unsaved }))).toBe('--#', undefined, expected);
        tools.flush();
        expect(unsaved.size).toBe(0);
      }),
    );
  }

  it(
    'holds what cannot be stored also when everyone has left',
    marbles((tools) => {
      const unsaved = unsavedOf(tools);
      const store = tools.cold<ServedImage>('----#', undefined, rejection('storage-unavailable'));
      tools.expectObservable(of(valid()).pipe(holding(tools, store, { unsaved })), '^-!').toBe('---');
      tools.expectSubscriptions(store.subscriptions).toBe('^---!');
      tools.flush();
      expect(unsaved.size).toBe(1);
    }),
  );
});
