import { EMPTY, mergeMap, NEVER, Observable, of, throwError } from 'rxjs';
import { describe, it } from 'vitest';
import type { Attempt, Origin, OriginResponse, ExchangeProgress } from '../../src/domain/index.js';
import { fetch, type FetchOptions } from '../../src/operators/index.js';
import { marbles, type Marbles, rejection } from '../support/marbles.js';
import { DUE_AGAIN, FIRST_DUE, NEW_BYTES, URI, URL_OF_IT } from '../support/nouns.js';

const STEPS: Record<string, ExchangeProgress> = {
  d: { kind: 'resolved' },
  a: { kind: 'connecting', address: '192.0.2.1' },
  b: { kind: 'connecting', address: '192.0.2.2' },
  c: { kind: 'connected' },
};
const ERROR = rejection('unreachable');
const MOVED = new URL('http://origin.example/moved');

/** How an exchange goes: its steps, `r` for its response, and `#` for `ERROR`. */
type Way = readonly [diagram: string, response?: Partial<OriginResponse>];

function originOf({ cold }: Marbles, ways: Record<string, Way>): Origin {
  return {
    exchange: ({ url, onProgress }, read) => {
      const [diagram, changes] = ways[url.href] as Way;
      const response = { status: 200, contentType: 'image/png', body: of(NEW_BYTES), ...changes };
      return cold(diagram, undefined, ERROR).pipe(
        mergeMap((step) => {
          const progressed = STEPS[step];
          if (!progressed) return read(response);
          onProgress?.(progressed);
          return EMPTY;
        }),
      );
    },
  };
}

/** What `fetch` tells of one due picture, at the time it tells it. */
function told(origin: Origin, { scheduler }: Marbles, due = FIRST_DUE, options: Partial<FetchOptions> = {}) {
  return new Observable<Attempt>((teller) => {
    const ports = { origin, onAttempt: (attempt: Attempt) => teller.next(attempt) };
    const all = { maxBytes: 15, maxRedirects: 2, fetchTimeout: 30, scheduler, ...options };
    // Unsubscribing leaves the attempt.
    return of(due)
      .pipe(fetch(ports, all))
      .subscribe({ error: () => teller.complete(), complete: () => teller.complete() });
  });
}

const STARTED = { uri: URI, startedAt: 0 };

describe('an attempt', () => {
  it(
    'has every hop, the last address it was to be connected to, and the time of each phase',
    marbles((tools) => {
      // first:  resolved at 2, connected at 6, answered at 11
      // second: resolved at 12, tries two addresses, connected at 15, answered at 17, whole at 19
      const body = tools.cold<Uint8Array>('   --(p|)', { p: NEW_BYTES });
      const origin = originOf(tools, {
        [URL_OF_IT.href]: ['--da--c----(r|)', { status: 301, location: '/moved', body: NEVER }],
        [MOVED.href]: ['               -dabc-(r|)', { body }],
      });
      tools.expectObservable(told(origin, tools)).toBe('19ms (t|)', {
        t: {
          ...STARTED,
          duration: 19,
          outcome: 'fetched',
          bytes: NEW_BYTES.length,
          hops: [
            {
              url: URL_OF_IT,
              address: '192.0.2.1',
              status: 301,
              duration: 11,
              timings: { dns: 2, connect: 4, firstByte: 5 },
            },
            {
              url: MOVED,
              address: '192.0.2.2',
              status: 200,
              duration: 8,
              timings: { dns: 1, connect: 3, firstByte: 2, body: 2 },
            },
          ],
        },
      });
    }),
  );

  it(
    'may end without a picture',
    marbles((tools) => {
      const origin = originOf(tools, { [URL_OF_IT.href]: ['ac-(r|)', { status: 304 }] });
      tools.expectObservable(told(origin, tools, DUE_AGAIN)).toBe('---(t|)', {
        t: {
          ...STARTED,
          duration: 3,
          outcome: 'not-modified',
          hops: [
            { url: URL_OF_IT, address: '192.0.2.1', status: 304, duration: 3, timings: { connect: 1, firstByte: 2 } },
          ],
        },
      });
    }),
  );

  it(
    'goes as far as it goes: the connection fails',
    marbles((tools) => {
      const origin = originOf(tools, { [URL_OF_IT.href]: ['da--#'] });
      tools.expectObservable(told(origin, tools)).toBe('----(t|)', {
        t: {
          ...STARTED,
          duration: 4,
          outcome: 'unreachable',
          reason: ERROR.message,
          hops: [{ url: URL_OF_IT, address: '192.0.2.1', duration: 4, timings: { dns: 0 } }],
        },
      });
    }),
  );

  it(
    'goes as far as it goes: the body takes too long',
    marbles((tools) => {
      const origin = originOf(tools, { [URL_OF_IT.href]: ['dac-r', { body: NEVER }] });
      tools.expectObservable(told(origin, tools)).toBe('30ms (t|)', {
        t: {
          ...STARTED,
          duration: 30,
          outcome: 'timeout',
          reason: 'not finished within 30 ms',
          hops: [
            {
              url: URL_OF_IT,
              address: '192.0.2.1',
              status: 200,
              duration: 30,
              timings: { dns: 0, connect: 2, firstByte: 2 },
            },
          ],
        },
      });
    }),
  );

  it(
    'lasts while it waits for its turn, an exchange does not',
    marbles((tools) => {
      const origin = originOf(tools, { [URL_OF_IT.href]: ['--(r|)', { status: 404 }] });
      const turn: FetchOptions['turn'] = (_url, exchange) => tools.cold('-----(x|)').pipe(mergeMap(exchange));
      tools.expectObservable(told(origin, tools, FIRST_DUE, { turn })).toBe('7ms (t|)', {
        t: {
          ...STARTED,
          duration: 7,
          outcome: 'unexpected-status',
          reason: 'the origin answered 404',
          hops: [{ url: URL_OF_IT, status: 404, duration: 2, timings: { firstByte: 2 } }],
        },
      });
    }),
  );

  it(
    'is dated by when it began',
    marbles((tools) => {
      const origin = originOf(tools, { [URL_OF_IT.href]: ['--(r|)', { status: 404 }] });
      tools.expectObservable(told(origin, tools), '-----^').toBe('-------(t|)', {
        t: {
          uri: URI,
          startedAt: 5,
          duration: 2,
          outcome: 'unexpected-status',
          reason: 'the origin answered 404',
          hops: [{ url: URL_OF_IT, status: 404, duration: 2, timings: { firstByte: 2 } }],
        },
      });
    }),
  );

  it(
    'is none when nobody was asked',
    marbles((tools) => {
      const origin = originOf(tools, {});
      const turn: FetchOptions['turn'] = () => throwError(() => rejection('resting'));
      tools.expectObservable(told(origin, tools, FIRST_DUE, { turn })).toBe('|');
    }),
  );

  it(
    'is not told of when everybody left',
    marbles((tools) => {
      const origin = originOf(tools, { [URL_OF_IT.href]: ['dac-r-'] });
      tools.expectObservable(told(origin, tools), '^--!').toBe('----');
    }),
  );
});
