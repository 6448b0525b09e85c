import { type Observable, of } from 'rxjs';
import { describe, it } from 'vitest';
import type { Due, Ports, ServedImage, StagedFile } from '../../src/domain/index.js';
import { persist } from '../../src/operators/index.js';
import { strictPorts, unexpected } from '../../src/testing/index.js';
import { type Marbles, marbles, rejection } from '../support/marbles.js';
import {
  DUE_AGAIN,
  FILE,
  FIRST_DUE,
  HELD,
  NEW_IMAGE,
  NEW_RECORD,
  NOT_MODIFIED,
  RECORD,
  REQUEST,
  STAGED_AT,
  valid,
  OLD_BYTES,
} from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

type Cold<T> = Observable<T> & Pick<ReturnType<Marbles['cold']>, 'subscriptions'>;

interface Steps {
  readonly stage: Cold<StagedFile>;
  readonly store: Cold<boolean>;
  readonly commit: Cold<undefined>;
  readonly discard: Cold<undefined>;
}

/** The steps of keeping a picture, each taking two milliseconds unless told otherwise. */
function steps({ cold }: Marbles, changes: Partial<Steps> = {}): Steps {
  const done = { d: undefined };
  const { commit = cold('--(d|)', done), discard = cold('--(d|)', done) } = changes;
  const staged = { lastModified: STAGED_AT, commit: () => commit, discard: () => discard };
  return { stage: cold('--(f|)', { f: staged }), store: cold('--(s|)', { s: true }), commit, discard, ...changes };
}

function keeping({
  stage,
  store,
}: {
  stage: Observable<StagedFile>;
  store: Observable<boolean>;
}): Pick<Ports, 'catalogue' | 'files'> {
  return strictPorts({ catalogue: { store: () => store }, files: { stage: () => stage } });
}

function served(due: Due, cacheStatus: object): ServedImage {
  return { request: due.request, image: NEW_IMAGE, cacheStatus: { hit: false, ...cacheStatus } as never };
}

const FIRST_TIME = served(FIRST_DUE, { fwd: 'uri-miss', fwdStatus: 200, stored: true });
const ANEW = served(DUE_AGAIN, { fwd: 'stale', fwdStatus: 200, stored: true });
const RENEWED = { request: REQUEST, image: HELD, cacheStatus: { hit: false, fwd: 'stale', fwdStatus: 304 } };

describe('persist', () => {
  itIsAnOperator({
    operator: () => {
      const staged = { lastModified: STAGED_AT, commit: () => of(undefined), discard: unexpected('discard') };
      return persist(keeping({ stage: of(staged), store: of(true) }));
    },
    input: valid(),
    output: FIRST_TIME,
  });

  for (const [name, due, result] of [
    ['a first copy', FIRST_DUE, FIRST_TIME],
    ['another copy', DUE_AGAIN, ANEW],
  ] satisfies [string, Due, ServedImage][]) {
    it(
      `writes ${name} aside, records it, puts it in place`,
      marbles((tools) => {
        const ports = steps(tools);
        const source = tools.cold('-a--------|', { a: valid(due) });
        const stage = '            -^-!';
        const store = '            ---^-!';
        const commit = '           -----^-!';
        const expected = '         -------s--|';
        tools.expectObservable(source.pipe(persist(keeping(ports)))).toBe(expected, { s: result });
        tools.expectSubscriptions(ports.stage.subscriptions).toBe(stage);
        tools.expectSubscriptions(ports.store.subscriptions).toBe(store);
        tools.expectSubscriptions(ports.commit.subscriptions).toBe(commit);
        tools.expectSubscriptions(ports.discard.subscriptions).toBe([]);
      }),
    );
  }

  it(
    'records the type, the checksum and the etag of what came',
    marbles((tools) => {
      const ports = keeping(steps(tools));
      const store: Ports['catalogue']['store'] = (uri, { type, checksum, etag }, lastModified) => {
        const told = [uri.hex, type, checksum, etag, lastModified];
        const right = [REQUEST.uri.hex, 'image/png', NEW_RECORD.checksum, '"new"', STAGED_AT];
        return of(told.every((value, at) => value === right[at]));
      };
      const catalogue = { ...ports.catalogue, store };
      // The catalogue refuses anything else, and a refusal would show as `blocked`.
      tools.expectObservable(of(valid()).pipe(persist({ ...ports, catalogue }))).toBe('----(s|)', { s: FIRST_TIME });
    }),
  );

  it(
    'only renews the record when the copy is still current',
    marbles((tools) => {
      const ports = steps(tools);
      const source = tools.cold('-n--------|', { n: NOT_MODIFIED });
      const store = '            -^-!';
      const expected = '         ---s------|';
      tools.expectObservable(source.pipe(persist(keeping(ports)))).toBe(expected, { s: RENEWED });
      tools.expectSubscriptions(ports.store.subscriptions).toBe(store);
      tools.expectSubscriptions(ports.stage.subscriptions).toBe([]);
    }),
  );

  it(
    'keeps the new etag of a copy that is still current',
    marbles((tools) => {
      const renewed = { ...RENEWED, image: { ...HELD, etag: '"renewed"' } };
      const source = of({ ...NOT_MODIFIED, etag: '"renewed"' });
      tools.expectObservable(source.pipe(persist(keeping(steps(tools))))).toBe('--(s|)', { s: renewed });
    }),
  );

  for (const [what, recalled, image, diagram] of [
    ['new bytes', { ...valid(), recalled: true }, NEW_IMAGE, '------(s|)'],
    ['that a copy is still current', { ...NOT_MODIFIED, recalled: true }, HELD, '--(s|)'],
  ] as const) {
    it(
      `tells that ${what} came earlier and could not be kept then`,
      marbles((tools) => {
        const kept = of(recalled).pipe(persist(keeping(steps(tools))));
        const s = { request: REQUEST, image, cacheStatus: { hit: true, detail: 'stored at last' } };
        tools.expectObservable(kept).toBe(diagram, { s });
      }),
    );
  }

  it(
    'does not write bytes again that it holds already',
    marbles((tools) => {
      const ports = steps(tools);
      const same = { ...valid(DUE_AGAIN), bytes: OLD_BYTES, etag: '"renamed"' };
      const image = { ...RECORD, ...FILE, etag: '"renamed"' };
      const result = { ...ANEW, image };
      tools.expectObservable(of(same).pipe(persist(keeping(ports)))).toBe('--(s|)', { s: result });
      tools.expectSubscriptions(ports.stage.subscriptions).toBe([]);
    }),
  );

  it(
    'drops what came when the picture was blocked meanwhile',
    marbles((tools) => {
      const ports = steps(tools, { store: tools.cold('--(s|)', { s: false }) });
      const stage = '  ^-!';
      const store = '  --^-!';
      const discard = '----^-!';
      const expected = '------#';
      const kept = of(valid()).pipe(persist(keeping(ports)));
      tools.expectObservable(kept).toBe(expected, undefined, rejection('blocked'));
      tools.expectSubscriptions(ports.stage.subscriptions).toBe(stage);
      tools.expectSubscriptions(ports.store.subscriptions).toBe(store);
      tools.expectSubscriptions(ports.commit.subscriptions).toBe([]);
      tools.expectSubscriptions(ports.discard.subscriptions).toBe(discard);
    }),
  );

  it(
    'rejects a copy that is still current but was blocked meanwhile',
    marbles((tools) => {
      const ports = steps(tools, { store: tools.cold('--(s|)', { s: false }) });
      const kept = of(NOT_MODIFIED).pipe(persist(keeping(ports)));
      tools.expectObservable(kept).toBe('--#', undefined, rejection('blocked'));
    }),
  );

  for (const [step, code, expected] of [
    ['store', 'catalogue-unavailable', '-----#'],
    ['commit', 'storage-unavailable', '  -------#'],
  ] as const) {
    it(
      `drops what it wrote aside when it cannot ${step}`,
      marbles((tools) => {
        const ports = steps(tools, { [step]: tools.cold('-#', undefined, rejection(code)) });
        const kept = of(valid()).pipe(persist(keeping(ports)));
        tools.expectObservable(kept).toBe(expected, undefined, rejection(code));
        tools.expectSubscriptions(ports.discard.subscriptions).toBe(step === 'store' ? '---^-!' : '-----^-!');
      }),
    );
  }

  for (const [why, stored, code] of [
    ['cannot be put in place', true, 'storage-unavailable'],
    ['was blocked meanwhile', false, 'blocked'],
  ] as const) {
    it(
      `says that a picture ${why}, whatever comes of dropping it`,
      marbles((tools) => {
        const ports = steps(tools, {
          store: tools.cold('--(s|)', { s: stored }),
          commit: tools.cold('#', undefined, rejection('storage-unavailable')),
          discard: tools.cold('-#', undefined, new Error('read-only')),
        });
        const kept = of(valid()).pipe(persist(keeping(ports)));
        tools.expectObservable(kept).toBe('-----#', undefined, rejection(code));
      }),
    );
  }

  it(
    'has nothing to drop when there is no room to write',
    marbles((tools) => {
      const full = tools.cold<StagedFile>('-#', undefined, rejection('storage-unavailable'));
      const ports = { ...steps(tools), stage: full };
      const kept = of(valid()).pipe(persist(keeping(ports)));
      tools.expectObservable(kept).toBe('-#', undefined, rejection('storage-unavailable'));
      tools.expectSubscriptions(ports.store.subscriptions).toBe([]);
    }),
  );

  it(
    'finishes what it began when everyone has left',
    marbles((tools) => {
      const ports = steps(tools);
      tools.expectObservable(of(valid()).pipe(persist(keeping(ports))), '^--!').toBe('----');
      tools.expectSubscriptions(ports.store.subscriptions).toBe(' --^-!');
      tools.expectSubscriptions(ports.commit.subscriptions).toBe('----^-!');
    }),
  );
});
