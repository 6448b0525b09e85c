import { map, of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import {
  type CacheDetail,
  checksumOf,
  type Lookup,
  type Ports,
  type StoredSelection,
  type StoredFile,
  type StoredImage,
  type StoredRecord,
} from '../../src/domain/index.js';
import { readStored } from '../../src/operators/index.js';
import { strictPorts, unexpected } from '../../src/testing/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { DUE_AGAIN, FILE, FIRST_DUE, HELD, RECORD, REQUEST, OLD_BYTES } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

function reading(
  read: Ports['files']['read'],
  {
    recall = () => undefined,
    sniff = unexpected('sniff'),
    report = unexpected('report'),
  }: { recall?: Ports['files']['recall']; sniff?: Ports['sniffer']['sniff']; report?: Ports['report'] } = {},
): Pick<Ports, 'files' | 'sniffer' | 'report'> {
  return strictPorts({ files: { read, recall }, sniffer: { sniff }, report });
}

const FRESH: Lookup = { state: 'fresh', request: REQUEST, record: RECORD, ttl: 60 };
const STALE: Lookup = { state: 'stale', request: REQUEST, record: RECORD };
const FAILED: Lookup = { state: 'failed', request: REQUEST, record: RECORD, reason: 'exceeded max size' };
const UNREADABLE = rejection('storage-unavailable');
const HIT: StoredSelection = {
  due: false,
  served: { request: REQUEST, image: HELD, cacheStatus: { hit: true, ttl: 60 } },
};
const ODD: Lookup = { ...FAILED, reason: 'a "word"\r\nof others' };
const KEPT = keptFor('exceeded max size');

function keptFor(detail: CacheDetail): StoredSelection {
  return { due: false, served: { request: REQUEST, image: HELD, cacheStatus: { hit: true, detail } } };
}

describe('readStored', () => {
  itIsAnOperator({ operator: () => readStored(reading(() => of(FILE))), input: FRESH, output: HIT });

  const missing = undefined;
  const damaged: StoredFile = { ...FILE, checksum: checksumOf(OLD_BYTES.subarray(1)) };
  const selections: [string, Lookup, StoredFile | undefined, StoredSelection][] = [
    ['serves a fresh copy', FRESH, FILE, HIT],
    ['fetches a stale one, with the copy at hand', STALE, FILE, DUE_AGAIN],
    ['serves the copy while a failure stands', FAILED, FILE, KEPT],
    ['hands on no word of others on a failure', ODD, FILE, keptFor('failed-before')],
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

  const { type: _lost, ...UNTYPED } = RECORD;
  const { etag: _none, ...UNTAGGED } = RECORD;
  const salvaged: [string, Partial<StoredRecord>, StoredImage][] = [
    ['without its type', UNTYPED, HELD],
    ['without its record', {}, { ...FILE, type: 'image/png' }],
  ];
  for (const [name, record, held] of salvaged) {
    it(
      `has a file ${name} at hand when its bytes are a picture`,
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const lookups = cold(' -a-----|', { a: { state: 'stale', request: REQUEST, record } satisfies Lookup });
        const format = cold('    --(f|)', { f: 'png' as const });
        const sniffed = '      -^-!';
        const expected = '     ---s---|';
        const selected = lookups.pipe(readStored(reading(() => of(FILE), { sniff: () => format })));
        expectObservable(selected).toBe(expected, { s: { due: true, request: REQUEST, held } });
        expectSubscriptions(format.subscriptions).toBe(sniffed);
      }),
    );
  }

  it(
    'names a picture without a record after its format, also when that is not its subtype',
    marbles(({ expectObservable }) => {
      const lookup: Lookup = { state: 'stale', request: REQUEST, record: {} };
      const held = { ...FILE, type: 'image/svg+xml' };
      const selected = of(lookup).pipe(readStored(reading(() => of(FILE), { sniff: () => of('svg') })));
      expectObservable(selected).toBe('(s|)', { s: { due: true, request: REQUEST, held } });
    }),
  );

  it(
    'takes no other file for a copy',
    marbles(({ expectObservable }) => {
      const lookup: Lookup = { state: 'stale', request: REQUEST, record: {} };
      const selected = of(lookup).pipe(readStored(reading(() => of(FILE), { sniff: () => of(undefined) })));
      expectObservable(selected).toBe('(s|)', { s: FIRST_DUE });
    }),
  );

  for (const [name, lookup, file] of [
    ['there is no record', { state: 'failed', request: REQUEST, record: {}, reason: 'exceeded max size' }, missing],
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
        expectObservable(selected).toBe(expected, undefined, rejection('failed-before'));
        expectSubscriptions(lookups.subscriptions).toBe(subscription);
      }),
    );
  }

  for (const lookup of [FRESH, STALE]) {
    it(
      `fetches what is ${lookup.state} when the disk cannot be read, and reports that`,
      marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
        const lookups = cold(' -a-----|', { a: lookup });
        const disk = cold<undefined>('--#', undefined, UNREADABLE);
        const read = '         -^-!';
        const expected = '     ---s---|';
        const report = vi.fn();
        const selected = lookups.pipe(readStored(reading(() => disk, { report })));
        expectObservable(selected).toBe(expected, { s: { due: true, request: REQUEST, readError: UNREADABLE } });
        expectSubscriptions(disk.subscriptions).toBe(read);
        flush();
        expect(report.mock.calls).toEqual([[UNREADABLE]]);
      }),
    );
  }

  describe('whose file is lost, but not its copy in memory,', () => {
    const recall: Ports['files']['recall'] = (uri, checksum) =>
      uri === REQUEST.uri && checksum === RECORD.checksum ? FILE : undefined;
    const LOST: StoredSelection = { due: true, request: REQUEST, memoryOnly: HELD };

    for (const [lookup, file, selection] of [
      [FRESH, missing, LOST],
      [FRESH, damaged, LOST],
      [STALE, missing, LOST],
      [FAILED, missing, KEPT],
    ] satisfies [Lookup, StoredFile | undefined, StoredSelection][]) {
      it(
        `a ${lookup.state} picture is ${selection.due ? 'fetched with that to fall back on' : 'served'}`,
        marbles(({ expectObservable }) => {
          const selected = of(lookup).pipe(readStored(reading(() => of(file), { recall })));
          expectObservable(selected).toBe('(s|)', { s: selection });
        }),
      );
    }

    it(
      'a picture that cannot be read is fetched with that to fall back on',
      marbles(({ cold, expectObservable }) => {
        const disk = cold<undefined>('--#', undefined, UNREADABLE);
        const selected = of(STALE).pipe(readStored(reading(() => disk, { recall, report: () => undefined })));
        expectObservable(selected).toBe('--(s|)', { s: { ...LOST, readError: UNREADABLE } });
      }),
    );
  });

  it(
    'cannot tell whether there is a copy when a failure stands and the disk cannot be read',
    marbles(({ cold, expectObservable }) => {
      const disk = cold<undefined>('--#', undefined, UNREADABLE);
      const selected = of(FAILED).pipe(readStored(reading(() => disk, { report: () => undefined })));
      expectObservable(selected).toBe('--#', undefined, rejection('storage-unavailable'));
    }),
  );

  it(
    'answers at once when the disk does, with what is known and nothing else',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const lookups = cold('  -a-b-|', {
        a: FRESH,
        b: { ...FRESH, record: UNTAGGED, detail: 'catalogue-unavailable' } satisfies Lookup,
      });
      const subscription = '  ^----!';
      const expected = '      -h-d-|';
      const cacheStatus = { hit: true, ttl: 60, detail: 'catalogue-unavailable' };
      const d = { due: false, served: { request: REQUEST, image: { ...UNTAGGED, ...FILE }, cacheStatus } };
      expectObservable(lookups.pipe(readStored(reading(() => FILE)))).toBe(expected, { h: HIT, d });
      expectSubscriptions(lookups.subscriptions).toBe(subscription);
    }),
  );

  for (const [lookup, known] of [
    [FRESH, RECORD.checksum],
    [FAILED, RECORD.checksum],
    [STALE, undefined],
  ] satisfies [Lookup, string | undefined][]) {
    it(
      `${known === undefined ? 'looks at the file itself' : 'takes what is known of the file'} when a picture is ${lookup.state}`,
      marbles(({ expectObservable, flush }) => {
        const read = vi.fn(() => FILE);
        const due = of(lookup).pipe(
          readStored(reading(read)),
          map((selection) => selection.due),
        );
        expectObservable(due).toBe('(d|)', { d: lookup === STALE });
        flush();
        expect(read.mock.calls).toEqual([[REQUEST.uri, known]]);
      }),
    );
  }

  it(
    'has no copy in memory of what was never recorded as a whole',
    marbles(({ expectObservable }) => {
      const lookup: Lookup = { state: 'stale', request: REQUEST, record: UNTYPED };
      const selected = of(lookup).pipe(readStored(reading(() => undefined, { recall: () => FILE })));
      expectObservable(selected).toBe('(s|)', { s: FIRST_DUE });
    }),
  );

  it(
    'passes on what is no trouble with the disk',
    marbles(({ cold, expectObservable }) => {
      const bug = new RangeError('a bug');
      expectObservable(of(FRESH).pipe(readStored(reading(() => cold('--#', undefined, bug))))).toBe(
        '--#',
        undefined,
        bug,
      );
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
