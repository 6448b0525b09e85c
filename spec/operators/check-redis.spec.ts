import { of } from 'rxjs';
import { describe, it } from 'vitest';
import { type CatalogueEntry, ORIGINAL, type Ports, SourceUri } from '../../src/domain/index.js';
import { checkRedis } from '../../src/operators/index.js';
import { strictPorts } from '../../src/testing/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { RECORD, REQUEST } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

type Lookups = Pick<Ports, 'catalogue'>;

function answering(lookup: Ports['catalogue']['lookup']): Lookups {
  return strictPorts({ catalogue: { lookup } });
}

const KNOWN: CatalogueEntry = { status: 'declared', stored: RECORD, freshFor: 1500 };

describe('checkRedis', () => {
  itIsAnOperator({
    operator: () => checkRedis(answering(() => of(KNOWN))),
    input: REQUEST,
    output: { state: 'fresh', request: REQUEST, record: RECORD, ttl: 2 },
  });

  const verdicts: [string, CatalogueEntry, object][] = [
    ['declared only', { status: 'declared', freshFor: 0 }, { state: 'stale', request: REQUEST, record: {} }],
    [
      'stored and no longer fresh',
      { status: 'declared', stored: RECORD, freshFor: 0 },
      { state: 'stale', request: REQUEST, record: RECORD },
    ],
    [
      'fresh, but never stored',
      { status: 'declared', freshFor: 9000 },
      { state: 'stale', request: REQUEST, record: {} },
    ],
    [
      'fresh, but without its type',
      { status: 'declared', stored: { checksum: 'c0ffee', etag: '"e"' }, freshFor: 9000 },
      { state: 'stale', request: REQUEST, record: { checksum: 'c0ffee', etag: '"e"' } },
    ],
    [
      'fresh, but without its checksum',
      { status: 'declared', stored: { type: 'image/png' }, freshFor: 9000 },
      { state: 'stale', request: REQUEST, record: { type: 'image/png' } },
    ],
    [
      'fresh according to what the catalogue said before it went away',
      { status: 'declared', stored: RECORD, freshFor: 9000, unconfirmed: true },
      { state: 'fresh', request: REQUEST, record: RECORD, ttl: 9, detail: 'catalogue-unavailable' },
    ],
    [
      'failed without a copy',
      { status: 'declared', error: 'exceeded max size', freshFor: 0 },
      { state: 'failed', reason: 'exceeded max size', request: REQUEST, record: {} },
    ],
    [
      'failed, although fresh',
      { status: 'declared', stored: RECORD, error: 'invalid content-type', freshFor: 9000 },
      { state: 'failed', reason: 'invalid content-type', request: REQUEST, record: RECORD },
    ],
  ];
  for (const [name, entry, lookup] of verdicts) {
    it(
      `tells what is ${name}`,
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const requests = cold(' -a-----|', { a: REQUEST });
        const reply = cold('     --(e|)', { e: entry });
        const asked = '         -^-!';
        const expected = '      ---l---|';
        expectObservable(requests.pipe(checkRedis(answering(() => reply)))).toBe(expected, { l: lookup });
        expectSubscriptions(reply.subscriptions).toBe(asked);
      }),
    );
  }

  for (const status of ['undeclared', 'blocked'] as const) {
    it(
      `rejects what is ${status}`,
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const requests = cold(' -a-----|', { a: REQUEST });
        const reply = cold('     --(e|)', { e: { status } });
        const asked = '         -^-!';
        const expected = '      ---#';
        expectObservable(requests.pipe(checkRedis(answering(() => reply)))).toBe(
          expected,
          undefined,
          rejection(status),
        );
        expectSubscriptions(reply.subscriptions).toBe(asked);
      }),
    );
  }

  for (const key of ['latest', 'blocked', 'err/http://a.example/', 'updated/http://a.example/']) {
    it(
      `never asks for img/${key}, which is a key of the schema`,
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const requests = cold(' -a-----|', { a: { uri: SourceUri.of(key), variant: ORIGINAL } });
        const reply = cold<CatalogueEntry>('--(e|)', { e: KNOWN });
        const expected = '      -#';
        const checked = requests.pipe(checkRedis(answering(() => reply)));
        expectObservable(checked).toBe(expected, undefined, rejection('undeclared'));
        expectSubscriptions(reply.subscriptions).toBe([]);
      }),
    );
  }

  it(
    'passes the failure of the catalogue on',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const requests = cold(' -a-----|', { a: REQUEST });
      const reply = cold<CatalogueEntry>('---#', undefined, rejection('catalogue-unavailable'));
      const asked = '         -^--!';
      const expected = '      ----#';
      const checked = requests.pipe(checkRedis(answering(() => reply)));
      expectObservable(checked).toBe(expected, undefined, rejection('catalogue-unavailable'));
      expectSubscriptions(reply.subscriptions).toBe(asked);
    }),
  );

  it(
    'drops the answer when nobody waits for it',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const requests = cold(' -a-----|', { a: REQUEST });
      const reply = cold('     ----(e|)', { e: KNOWN });
      const asked = '         -^-!';
      const unsubscribed = '  ^--!';
      const expected = '      ----';
      expectObservable(requests.pipe(checkRedis(answering(() => reply))), unsubscribed).toBe(expected);
      expectSubscriptions(reply.subscriptions).toBe(asked);
    }),
  );
});
