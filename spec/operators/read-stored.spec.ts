import { of } from 'rxjs';
import { describe, it } from 'vitest';
import { checksumOf, type Lookup, type Ports, type Selection, type StoredFile } from '../../src/domain/index.js';
import { readStored } from '../../src/operators/index.js';
import { marbles, rejected, rejection } from '../support/marbles.js';
import { DUE_AGAIN, FILE, FIRST_DUE, HELD, RECORD, REQUEST } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

const unused = () => {
  throw new Error('readStored only reads originals');
};

function reading(read: Ports['files']['read']): Pick<Ports, 'files'> {
  return { files: { read, stage: unused, readVariant: unused, writeVariant: unused } };
}

const FRESH: Lookup = { state: 'fresh', request: REQUEST, record: RECORD, ttl: 60 };
const STALE: Lookup = { state: 'stale', request: REQUEST, record: RECORD };
const FAILED: Lookup = { state: 'failed', request: REQUEST, record: RECORD, reason: 'exceeded max size' };
const HIT: Selection = { due: false, served: { request: REQUEST, image: HELD, cacheStatus: { hit: true, ttl: 60 } } };
const KEPT: Selection = {
  due: false,
  served: { request: REQUEST, image: HELD, cacheStatus: { hit: true, detail: 'exceeded max size' } },
};

describe('readStored', () => {
  itIsAnOperator({ operator: () => readStored(reading(() => of(FILE))), input: FRESH, output: HIT });

  const missing = undefined;
  const damaged: StoredFile = { ...FILE, checksum: checksumOf(FILE.bytes.subarray(1)) };
  const selections: [string, Lookup, StoredFile | undefined, Selection][] = [
    ['serves a fresh copy', FRESH, FILE, HIT],
    ['fetches a stale one, with the copy at hand', STALE, FILE, DUE_AGAIN],
    ['serves the copy while a failure stands', FAILED, FILE, KEPT],
    ['fetches without a condition when a fresh file is missing', FRESH, missing, FIRST_DUE],
    ['fetches without a condition when a fresh file is damaged', FRESH, damaged, FIRST_DUE],
    ['fetches without a condition when a stale file is missing', STALE, missing, FIRST_DUE],
    ['fetches without a condition when a stale file is damaged', STALE, damaged, FIRST_DUE],
  ];
  for (const [name, lookup, file, selection] of selections) {
    it(
      name,
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const lookups = cold(' -a-----|', { a: lookup });
        const disk = cold('      --(f|)', { f: file });
        const read = '         -^-!';
        const expected = '     ---s---|';
        expectObservable(lookups.pipe(readStored(reading(() => disk)))).toBe(expected, { s: selection });
        expectSubscriptions(disk.subscriptions).toBe(read);
      }),
    );
  }

  it(
    'does not touch the disk for what was never stored',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const lookups = cold(' -a-----|', { a: { state: 'stale', request: REQUEST } as const });
      const disk = cold('      --(f|)', { f: FILE });
      const expected = '     -s-----|';
      expectObservable(lookups.pipe(readStored(reading(() => disk)))).toBe(expected, { s: FIRST_DUE });
      expectSubscriptions(disk.subscriptions).toBe([]);
    }),
  );

  for (const [name, lookup, file] of [
    ['there is no record', { state: 'failed', request: REQUEST, reason: 'exceeded max size' }, missing],
    ['the file is missing', FAILED, missing],
    ['the file is damaged', FAILED, damaged],
  ] satisfies [string, Lookup, StoredFile | undefined][]) {
    it(
      `rejects when a failure stands and ${name}`,
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const lookups = hot('  -a-----|', { a: lookup });
        const subscription = ' ^!';
        const expected = '     -#';
        const selected = lookups.pipe(readStored(reading(() => of(file))));
        expectObservable(selected).toBe(expected, undefined, rejected('failed-before'));
        expectSubscriptions(lookups.subscriptions).toBe(subscription);
      }),
    );
  }

  it(
    'passes trouble with the disk on',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const lookups = cold(' -a-----|', { a: FRESH });
      const disk = cold<undefined>('--#', undefined, rejection('storage-unavailable'));
      const read = '         -^-!';
      const expected = '     ---#';
      const selected = lookups.pipe(readStored(reading(() => disk)));
      expectObservable(selected).toBe(expected, undefined, rejected('storage-unavailable'));
      expectSubscriptions(disk.subscriptions).toBe(read);
    }),
  );

  it(
    'stops reading when nobody waits',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const lookups = cold('  -a-----|', { a: FRESH });
      const disk = cold('       ----(f|)', { f: FILE });
      const read = '          -^-!';
      const unsubscribed = '  ^--!';
      expectObservable(lookups.pipe(readStored(reading(() => disk))), unsubscribed).toBe('----');
      expectSubscriptions(disk.subscriptions).toBe(read);
    }),
  );
});
