import {
  catchError,
  defer,
  lastValueFrom,
  mergeMap,
  NEVER,
  type Observable,
  of,
  switchMap,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type OriginRequest,
  type OriginResponse,
  type Ports,
  Rejection,
  type RejectionCode,
  SourceUri,
} from '../../src/domain/index.js';
import { fetch, Gate, type Turn } from '../../src/operators/index.js';
import { marbles, type Marbles, rejection } from '../support/marbles.js';
import { DUE_AGAIN, FIRST_DUE, fetched, NEW_BYTES, NOT_MODIFIED } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';

/** An origin that answers as `connect` says; a connection is open while its observable is subscribed to. */
function reached(connect: (request: OriginRequest) => Observable<OriginResponse>): Pick<Ports, 'origin'> {
  return { origin: { exchange: (request, read) => connect(request).pipe(switchMap(read)) } };
}

const OPTIONS = { maxBytes: 15, maxRedirects: 2, fetchTimeout: 30 };

function fetching(ports: Pick<Ports, 'origin'>, { scheduler }: Marbles) {
  return fetch(ports, { ...OPTIONS, scheduler });
}

const HEADERS = { status: 200, contentType: 'image/png; charset=binary', etag: '"new"' };

function responseOf(body: Observable<Uint8Array>, changes: Partial<OriginResponse> = {}): OriginResponse {
  return { ...HEADERS, body, ...changes };
}

const CHUNKS = { p: NEW_BYTES.subarray(0, 4), q: NEW_BYTES.subarray(4) };

function detailsOfError<T>() {
  return catchError<T, Observable<unknown>>((error) => {
    const { code, originStatus, retryAfter } = error as Rejection;
    return of({ code, originStatus, retryAfter });
  });
}

describe('fetch', () => {
  itIsAnOperator({
    operator: (tools) =>
      fetching(
        reached(() => of(responseOf(of(CHUNKS.p, CHUNKS.q)))),
        tools,
      ),
    input: FIRST_DUE,
    output: fetched(),
  });

  it.each([
    ['as it is announced', { contentLength: 12 }, 12],
    ['for no more than is let through', {}, OPTIONS.maxBytes],
  ])('makes room for a picture once: %s', async (_, announced, room) => {
    const alloc = vi.spyOn(Buffer, 'allocUnsafeSlow');
    onTestFinished(() => alloc.mockRestore());
    const body = of(Buffer.alloc(8), Buffer.alloc(4));
    const ports = reached(() => of(responseOf(body, announced)));
    await lastValueFrom(of(FIRST_DUE).pipe(fetch(ports, OPTIONS)));
    expect(alloc.mock.calls[0]).toEqual([room]);
  });

  it(
    'gathers the body and closes the connection with its end',
    marbles((tools) => {
      const dues = tools.cold('      -d----------|', { d: FIRST_DUE });
      const body = tools.cold('         -p-q-|', CHUNKS);
      const connection = tools.cold(' --(r|)', { r: responseOf(body) });
      const read = '                 ---^----!';
      const expected = '             --------f---|';
      const outcome = dues.pipe(
        fetching(
          reached(() => connection),
          tools,
        ),
      );
      tools.expectObservable(outcome).toBe(expected, { f: fetched() });
      tools.expectSubscriptions(body.subscriptions).toBe(read);
    }),
  );

  it(
    'sends the etag of the copy at hand, and takes 304 for an answer',
    marbles((tools) => {
      const dues = tools.cold('-d-----|', { d: DUE_AGAIN });
      const expected = '       -n-----|';
      const ports = reached(({ etag }) =>
        of(responseOf(NEVER, { status: etag === '"old"' ? 304 : 500, etag: '"renewed"' })),
      );
      const outcome = dues.pipe(fetching(ports, tools));
      tools.expectObservable(outcome).toBe(expected, { n: { ...NOT_MODIFIED, etag: '"renewed"' } });
    }),
  );

  it(
    'sends no condition without a copy',
    marbles((tools) => {
      const ports = reached((request) => of(responseOf(of(NEW_BYTES), { status: 'etag' in request ? 500 : 200 })));
      tools.expectObservable(of(FIRST_DUE).pipe(fetching(ports, tools))).toBe('(f|)', { f: fetched() });
    }),
  );

  const rejections: [string, RejectionCode, Partial<OriginResponse>][] = [
    ['204', 'unexpected-status', { status: 204 }],
    ['206', 'unexpected-status', { status: 206 }],
    ['304 to no condition', 'unsolicited-not-modified', { status: 304 }],
    ['404', 'unexpected-status', { status: 404 }],
    ['a redirect to nowhere', 'unexpected-status', { status: 302 }],
    ['a redirect to a file', 'forbidden-address', { status: 302, location: 'file:///etc/passwd' }],
    ['a redirect with credentials', 'forbidden-address', { status: 302, location: 'http://user:word@origin.example/' }],
    ['no type', 'invalid-type', { contentType: undefined as never }],
    ['a page', 'invalid-type', { contentType: 'text/html' }],
    ['two types', 'invalid-type', { contentType: 'image/png, text/html' }],
    ['an announced 16 bytes', 'too-large', { contentLength: 16 }],
  ];
  for (const [name, code, changes] of rejections) {
    it(
      `rejects ${name} without reading the body`,
      marbles((tools) => {
        const body = tools.cold<Uint8Array>('p|', CHUNKS);
        const connection = tools.hot('--r---', { r: responseOf(body, changes) });
        const open = '                ^-!';
        const expected = '            --#';
        const outcome = of(FIRST_DUE).pipe(
          fetching(
            reached(() => connection),
            tools,
          ),
        );
        tools.expectObservable(outcome).toBe(expected, undefined, rejection(code));
        tools.expectSubscriptions(connection.subscriptions).toBe(open);
        tools.expectSubscriptions(body.subscriptions).toBe([]);
      }),
    );
  }

  it(
    'drops the connection at the byte that is too many, whatever was announced',
    marbles((tools) => {
      const body = tools.cold('         -p-q-p-p-p', CHUNKS);
      const connection = tools.hot('  --r-----------', { r: responseOf(body, { contentLength: 4 }) });
      const open = '                  ^------!';
      const expected = '              -------#';
      const outcome = of(FIRST_DUE).pipe(
        fetching(
          reached(() => connection),
          tools,
        ),
      );
      tools.expectObservable(outcome).toBe(expected, undefined, rejection('too-large'));
      tools.expectSubscriptions(connection.subscriptions).toBe(open);
      tools.expectSubscriptions(body.subscriptions).toBe('--^----!');
    }),
  );

  for (const uri of [
    'ftp://origin.example/a',
    'no uri',
    'http://',
    'http://user@origin.example/',
    'http://a\u0000b/',
  ]) {
    it(
      `asks nobody for ${JSON.stringify(uri)}`,
      marbles((tools) => {
        const connection = tools.hot<OriginResponse>('--r', { r: responseOf(of(NEW_BYTES)) });
        const due = { ...FIRST_DUE, request: { ...FIRST_DUE.request, uri: SourceUri.of(uri) } };
        const outcome = of(due).pipe(
          fetching(
            reached(() => connection),
            tools,
          ),
        );
        tools.expectObservable(outcome).toBe('#', undefined, rejection('invalid-uri'));
        tools.expectSubscriptions(connection.subscriptions).toBe([]);
      }),
    );
  }

  it(
    'follows redirects, relative ones too, and reads the body of the last only',
    marbles((tools) => {
      const unread = tools.cold<Uint8Array>('p|', CHUNKS);
      const places: Record<string, OriginResponse> = {
        'http://origin.example/picture.png': responseOf(unread, { status: 301, location: '/moved' }),
        'http://origin.example/moved': responseOf(unread, { status: 307, location: 'https://cdn.example/p' }),
        'https://cdn.example/p': responseOf(of(NEW_BYTES)),
      };
      const ports = reached(({ url }) => tools.cold('-(r|)', { r: places[url.href] as OriginResponse }));
      tools.expectObservable(of(FIRST_DUE).pipe(fetching(ports, tools))).toBe('---(f|)', { f: fetched() });
      tools.expectSubscriptions(unread.subscriptions).toBe([]);
    }),
  );

  it(
    'gives up after so many redirects',
    marbles((tools) => {
      const connection = tools.cold('-(r|)', { r: responseOf(NEVER, { status: 302, location: '/again' }) });
      const outcome = of(FIRST_DUE).pipe(
        fetching(
          reached(() => connection),
          tools,
        ),
      );
      tools.expectObservable(outcome).toBe('---#', undefined, rejection('redirect-loop'));
      tools.expectSubscriptions(connection.subscriptions).toBe(['^!', '-^!', '--^!']);
    }),
  );

  it(
    'keeps one deadline over redirects and a body that trickles',
    marbles((tools) => {
      const body = tools.cold('              9ms p 9ms p 9ms p', { p: Buffer.alloc(1) });
      const first = tools.cold('             5ms (r|)', { r: responseOf(NEVER, { status: 302, location: '/slow' }) });
      const second = tools.hot('             6ms r', { r: responseOf(body) });
      const ports = reached(({ url }) => (url.pathname === '/slow' ? second : first));
      const outcome = of(FIRST_DUE).pipe(fetching(ports, tools));
      tools.expectObservable(outcome).toBe('    30ms #', undefined, rejection('timeout'));
      tools.expectSubscriptions(second.subscriptions).toBe('5ms ^ 24ms !');
      tools.expectSubscriptions(body.subscriptions).toBe('  6ms ^ 23ms !');
    }),
  );

  it(
    'waits for the turn of each host that it asks, which the deadline does not count',
    marbles((tools) => {
      const body = tools.cold('              9ms p 9ms p 9ms p', { p: Buffer.alloc(1) });
      const first = tools.cold('             5ms (r|)', {
        r: responseOf(NEVER, { status: 302, location: 'http://slow.example/' }),
      });
      const second = tools.cold('            r', { r: responseOf(body) });
      const { origin } = reached(({ url }) => (url.host === 'slow.example' ? second : first));
      const waits: Record<string, number> = { 'origin.example': 3, 'slow.example': 100 };
      const turn: Turn = ({ host }, exchange) => timer(waits[host] ?? NaN, tools.scheduler).pipe(mergeMap(exchange));
      const outcome = of(FIRST_DUE).pipe(fetch({ origin }, { ...OPTIONS, turn, scheduler: tools.scheduler }));
      tools.expectObservable(outcome).toBe('    133ms #', undefined, rejection('timeout'));
      tools.expectSubscriptions(first.subscriptions).toBe(' 3ms ^ 4ms !');
      tools.expectSubscriptions(second.subscriptions).toBe('108ms ^ 24ms !');
    }),
  );

  it(
    'has all it wants when the picture is there, and closes a connection that does not end',
    marbles((tools) => {
      const connection = tools.cold('-r--', { r: responseOf(of(NEW_BYTES)) });
      const outcome = of(FIRST_DUE).pipe(
        fetching(
          reached(() => connection),
          tools,
        ),
      );
      tools.expectObservable(outcome).toBe('          -(f|)', { f: fetched() });
      tools.expectSubscriptions(connection.subscriptions).toBe('^!');
    }),
  );

  it(
    'gives its turn back before a redirect takes the next',
    marbles((tools) => {
      const { origin } = reached(({ url }) =>
        of(
          url.pathname === '/there'
            ? responseOf(of(NEW_BYTES))
            : responseOf(NEVER, { status: 302, location: '/there' }),
        ),
      );
      const one = new Gate({ concurrency: 1, queueLimit: 0 });
      const turn: Turn = (_url, exchange) => one.run(exchange);
      const outcome = of(FIRST_DUE).pipe(fetch({ origin }, { ...OPTIONS, turn, scheduler: tools.scheduler }));
      tools.expectObservable(outcome).toBe('(f|)', { f: fetched() });
    }),
  );

  it.each<[string, RejectionCode, Partial<OriginResponse>]>([
    ['an error', 'unexpected-status', { status: 404 }],
    ['a 304 that nobody asked for', 'unsolicited-not-modified', { status: 304 }],
    ['a redirect to where we do not go', 'forbidden-address', { status: 302, location: 'ftp://origin.example/' }],
    ['a page', 'invalid-type', { contentType: 'text/html' }],
    ['a picture that breaks off', 'truncated', { body: throwError(() => new Rejection('truncated', 'broken off')) }],
  ])('lets its turn know that the host has answered, also when the answer is %s', (_, code, response) =>
    marbles((tools) => {
      const { origin } = reached(() => of(responseOf(of(NEW_BYTES), response)));
      const answered = vi.fn();
      const turn: Turn = (_url, exchange) => defer(exchange).pipe(tap(() => void answered()));
      const outcome = of(FIRST_DUE).pipe(fetch({ origin }, { ...OPTIONS, turn, scheduler: tools.scheduler }));
      tools.expectObservable(outcome).toBe('#', undefined, rejection(code));
      tools.flush();
      expect(answered).toHaveBeenCalledOnce();
    })(),
  );

  it(
    'passes on what the connection or the body errors with',
    marbles((tools) => {
      const refused = reached(() => tools.cold<OriginResponse>('--#', undefined, rejection('unreachable')));
      const cut = reached(() => of(responseOf(tools.cold<Uint8Array>('-p-#', CHUNKS, rejection('truncated')))));
      const outcome = (ports: Pick<Ports, 'origin'>) => of(FIRST_DUE).pipe(fetching(ports, tools));
      tools.expectObservable(outcome(refused)).toBe('--#', undefined, rejection('unreachable'));
      tools.expectObservable(outcome(cut)).toBe('    ---#', undefined, rejection('truncated'));
    }),
  );

  for (const [status, retryAfter] of [
    [429, 120],
    [503, 120],
    [500, undefined],
  ] as const) {
    it(
      `tells how long an origin asks to be left alone, if its answer means that (${status})`,
      marbles((tools) => {
        const busy = reached(() => of(responseOf(NEVER, { status, retryAfter: '120' })));
        tools.expectObservable(of(FIRST_DUE).pipe(fetching(busy, tools), detailsOfError())).toBe('(e|)', {
          e: { code: 'unexpected-status', originStatus: status, retryAfter },
        });
      }),
    );
  }

  it(
    'tells the status of a redirect to nowhere',
    marbles((tools) => {
      const lost = reached(() => of(responseOf(NEVER, { status: 302 })));
      tools.expectObservable(of(FIRST_DUE).pipe(fetching(lost, tools), detailsOfError())).toBe('(e|)', {
        e: { code: 'unexpected-status', originStatus: 302, retryAfter: undefined },
      });
    }),
  );

  it(
    'has no etag when the origin sends none',
    marbles((tools) => {
      const { etag: _new, ...untagged } = fetched();
      const { etag: _none, ...response } = responseOf(of(NEW_BYTES));
      const ports = reached(() => of(response));
      tools.expectObservable(of(FIRST_DUE).pipe(fetching(ports, tools))).toBe('(f|)', { f: untagged });
    }),
  );

  it(
    'takes as many bytes as are allowed, also when they were announced',
    marbles((tools) => {
      const ports = reached(() => of(responseOf(of(NEW_BYTES), { contentLength: OPTIONS.maxBytes })));
      tools.expectObservable(of(FIRST_DUE).pipe(fetching(ports, tools))).toBe('(f|)', { f: fetched() });
    }),
  );

  it(
    'closes the connection when nobody waits for it',
    marbles((tools) => {
      const body = tools.cold('         -p-q-p-p-p', CHUNKS);
      const connection = tools.hot('  --r-----------', { r: responseOf(body) });
      const open = '                  ^---!';
      const outcome = of(FIRST_DUE).pipe(
        fetching(
          reached(() => connection),
          tools,
        ),
      );
      tools.expectObservable(outcome, open).toBe('-----');
      tools.expectSubscriptions(connection.subscriptions).toBe(open);
      tools.expectSubscriptions(body.subscriptions).toBe('--^-!');
    }),
  );
});
