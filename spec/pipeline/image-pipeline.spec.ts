import { map, NEVER, type Observable, of, type OperatorFunction } from 'rxjs';
import { describe, it } from 'vitest';
import {
  type CatalogueEntry,
  checksumOf,
  type EncodedRequest,
  type Ports,
  type ServedImage,
} from '../../src/domain/index.js';
import { imagePipeline, type PipelineOptions } from '../../src/pipeline/index.js';
import { marbles, type Marbles, rejected, rejection } from '../support/marbles.js';
import { AVATAR_LINK, AVATAR_REQUEST, FILE, HELD, LINK, NEW_IMAGE, RECORD, REQUEST } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';
import { DECLARED, sending, SMALL_BYTES, world } from '../support/world.js';

function pipeline(ports: Ports, { scheduler }: Marbles, overrides: Partial<PipelineOptions> = {}) {
  const backOff = { firstPause: 10, longestPause: 40, failuresToOpen: 3, longestRetryAfter: 5000 };
  return imagePipeline(ports, { fetchDeadline: 20, backOff, scheduler, ...overrides });
}

const STALE: CatalogueEntry = { status: 'declared', stored: RECORD, freshFor: 0 };
const FRESH: CatalogueEntry = { status: 'declared', stored: RECORD, freshFor: 60_000 };

const FETCHED: ServedImage = {
  request: REQUEST,
  image: NEW_IMAGE,
  cacheStatus: { hit: false, fwd: 'uri-miss', fwdStatus: 200, stored: true },
};
const COLLAPSED: ServedImage = { ...FETCHED, cacheStatus: { ...FETCHED.cacheStatus, collapsed: true } as never };
const AVATAR: ServedImage = {
  ...FETCHED,
  request: AVATAR_REQUEST,
  image: { ...NEW_IMAGE, bytes: SMALL_BYTES, checksum: checksumOf(SMALL_BYTES) },
};

function stale(detail: string, fwdStatus?: number): ServedImage {
  const status = fwdStatus === undefined ? {} : { fwdStatus };
  return { request: REQUEST, image: HELD, cacheStatus: { hit: false, fwd: 'stale', detail, ...status } };
}

/** When each picture arrived, for specs that do not care which it is. */
function elapsed<T>({ scheduler }: Marbles): OperatorFunction<T, number> {
  return map(() => scheduler.now());
}

const LINKS = { l: LINK };
const VALUES = { f: FETCHED, c: COLLAPSED };

describe('imagePipeline', () => {
  itIsAnOperator({
    operator: (tools) => pipeline(world({ connect: () => of(sending()) }), tools),
    input: LINK,
    output: FETCHED,
  });

  it(
    'serves a fresh copy without touching the origin',
    marbles((tools) => {
      const links = tools.cold('-l-l-|', LINKS);
      const connection = tools.cold<never>('-');
      const ports = world({ lookup: () => of(FRESH), read: () => of(FILE), connect: () => connection });
      const h = { request: REQUEST, image: HELD, cacheStatus: { hit: true, ttl: 60 } };
      tools.expectObservable(links.pipe(pipeline(ports, tools))).toBe('-h-h-|', { h });
      tools.expectSubscriptions(connection.subscriptions).toBe([]);
    }),
  );

  it(
    'rejects a bad link and an undeclared picture without touching the origin',
    marbles((tools) => {
      const connection = tools.cold<never>('-');
      const ports = world({ lookup: () => of({ status: 'undeclared' }), connect: () => connection });
      const serve = pipeline(ports, tools);
      const bad: EncodedRequest = { ...LINK, encodedUri: 'xyz' };
      tools.expectObservable(of(bad).pipe(serve)).toBe(' #', undefined, rejected('invalid-parameters'));
      tools.expectObservable(of(LINK).pipe(serve)).toBe('#', undefined, rejected('undeclared'));
      tools.expectSubscriptions(connection.subscriptions).toBe([]);
    }),
  );

  it(
    'makes one fetch for all who ask for one picture at the same time',
    marbles((tools) => {
      const links = tools.cold('     -l-(ll)----|', LINKS);
      const connection = tools.cold(' ----(r|)', { r: sending() });
      const open = '                 -^---!';
      const expected = '             -----(fcc)-|';
      const ports = world({ connect: () => connection });
      tools.expectObservable(links.pipe(pipeline(ports, tools))).toBe(expected, VALUES);
      tools.expectSubscriptions(connection.subscriptions).toBe(open);
    }),
  );

  it(
    'makes one fetch for an avatar and its original',
    marbles((tools) => {
      const links = tools.cold('     -a-l-----|', { a: AVATAR_LINK, l: LINK });
      const connection = tools.cold(' ----(r|)', { r: sending() });
      const open = '                 -^---!';
      const expected = '             -----(ac)|';
      const ports = world({ connect: () => connection });
      tools.expectObservable(links.pipe(pipeline(ports, tools))).toBe(expected, { a: AVATAR, c: COLLAPSED });
      tools.expectSubscriptions(connection.subscriptions).toBe(open);
    }),
  );

  it(
    'goes on with the fetch for the others when the first who asked leaves',
    marbles((tools) => {
      const connection = tools.cold('    -----(r|)', { r: sending() });
      const serve = pipeline(world({ connect: () => connection }), tools);
      tools.expectObservable(of(LINK).pipe(serve), '  ^--!').toBe('---');
      tools.expectObservable(of(LINK).pipe(serve), '  -^').toBe('  -----(c|)', VALUES);
      tools.expectSubscriptions(connection.subscriptions).toBe(' ^----!');
    }),
  );

  it(
    'closes the connection when all have left, and fetches anew for the next',
    marbles((tools) => {
      const connection = tools.cold('    -----(r|)', { r: sending() });
      const serve = pipeline(world({ connect: () => connection }), tools);
      tools.expectObservable(of(LINK).pipe(serve), '  ^--!').toBe('   ---');
      tools.expectObservable(of(LINK).pipe(serve), '  -^--!').toBe('  ----');
      tools.expectObservable(of(LINK).pipe(serve), '  -----^').toBe('----------(f|)', VALUES);
      tools.expectSubscriptions(connection.subscriptions).toBe(['^---!', '-----^----!']);
    }),
  );

  it(
    'gives an error to all who share a fetch, and starts anew for the next',
    marbles((tools) => {
      const gone = tools.cold('--(r|)', { r: { ...sending(), status: 404 } });
      const serve = pipeline(world({ connect: () => gone }), tools);
      const expectRejection = (at: string, diagram: string) =>
        tools.expectObservable(of(LINK).pipe(serve), at).toBe(diagram, undefined, rejected('unexpected-status'));
      expectRejection('^', '   --#');
      expectRejection('-^', '  --#');
      expectRejection('---^', '-----#');
      tools.expectSubscriptions(gone.subscriptions).toBe(['^-!', '---^-!']);
    }),
  );

  it(
    'remembers a failure in the catalogue before anyone hears of it',
    marbles((tools) => {
      const gone = tools.cold(' --(r|)', { r: { ...sending(), status: 404 } });
      const note = tools.cold(' ---(n|)', { n: undefined });
      const noted = '          --^--!';
      const expected = '       -----#';
      const serve = pipeline(world({ connect: () => gone, recordError: () => note }), tools);
      tools.expectObservable(of(LINK).pipe(serve)).toBe(expected, undefined, rejected('unexpected-status'));
      tools.expectSubscriptions(note.subscriptions).toBe(noted);
    }),
  );

  it(
    'serves the copy while a failure stands, and nothing when there is none, without touching the origin',
    marbles((tools) => {
      const connection = tools.cold<never>('-');
      const failed: CatalogueEntry = { ...STALE, error: 'invalid content-type' };
      const withCopy = pipeline(
        world({ lookup: () => of(failed), read: () => of(FILE), connect: () => connection }),
        tools,
      );
      const without = pipeline(world({ lookup: () => of(failed), connect: () => connection }), tools);
      const k = { request: REQUEST, image: HELD, cacheStatus: { hit: true, detail: 'invalid content-type' } };
      tools.expectObservable(of(LINK).pipe(withCopy)).toBe('(k|)', { k });
      tools.expectObservable(of(LINK).pipe(without)).toBe(' #', undefined, rejected('failed-before'));
      tools.expectSubscriptions(connection.subscriptions).toBe([]);
    }),
  );

  it(
    'serves the copy when the refresh fails',
    marbles((tools) => {
      const broken = tools.cold('--(r|)', { r: { ...sending(), status: 500 } });
      const ports = world({ lookup: () => of(STALE), read: () => of(FILE), connect: () => broken });
      const expected = '         --(s|)';
      tools
        .expectObservable(of(LINK).pipe(pipeline(ports, tools)))
        .toBe(expected, { s: stale('unexpected-status', 500) });
    }),
  );

  it(
    'asks with a condition and renews the copy on 304',
    marbles((tools) => {
      const connect = ({ etag }: { etag?: string }) =>
        tools.cold('--(r|)', { r: { ...sending(NEVER), status: etag === '"old"' ? 304 : 500, etag: '"old"' } });
      const ports = world({ lookup: () => of(STALE), read: () => of(FILE), connect });
      const n = { request: REQUEST, image: HELD, cacheStatus: { hit: false, fwd: 'stale', fwdStatus: 304 } };
      tools.expectObservable(of(LINK).pipe(pipeline(ports, tools))).toBe('--(n|)', { n });
    }),
  );

  it(
    'heals a missing file: fetches without a condition although the record is fresh',
    marbles((tools) => {
      const connect = (request: object) => of({ ...sending(), status: 'etag' in request ? 304 : 200 });
      const ports = world({ lookup: () => of(FRESH), connect });
      tools.expectObservable(of(LINK).pipe(pipeline(ports, tools))).toBe('(f|)', VALUES);
    }),
  );

  it(
    'serves and keeps nothing that was blocked while it was being fetched',
    marbles((tools) => {
      const connection = tools.cold('--(r|)', { r: sending() });
      const commit = tools.cold('    (c|)', { c: undefined });
      const discard = tools.cold('   -(d|)', { d: undefined });
      const ports = world({
        lookup: () => of(STALE),
        read: () => of(FILE),
        store: () => of(false),
        connect: () => connection,
        staged: { commit: () => commit, discard: () => discard },
      });
      tools.expectObservable(of(LINK).pipe(pipeline(ports, tools))).toBe('---#', undefined, rejected('blocked'));
      tools.expectSubscriptions(commit.subscriptions).toBe([]);
      tools.expectSubscriptions(discard.subscriptions).toBe('--^!');
    }),
  );

  it(
    'does not fall back on a copy that was blocked while its refresh failed',
    marbles((tools) => {
      const connection = tools.cold<never>('--#', undefined, rejection('unreachable'));
      const lookup = () => of<CatalogueEntry>(tools.scheduler.now() < 2 ? STALE : { status: 'blocked' });
      const ports = world({ lookup, read: () => of(FILE), connect: () => connection });
      tools.expectObservable(of(LINK).pipe(pipeline(ports, tools))).toBe('--#', undefined, rejected('blocked'));
    }),
  );

  it(
    'ends a fetch at the deadline, closes its connection, and then leaves the origin alone for a while',
    marbles((tools) => {
      const body = tools.cold('         9ms p 9ms p 9ms p', { p: Buffer.alloc(1) });
      const connection = tools.hot('    -r', { r: sending(body) });
      const serve = pipeline(world({ connect: () => connection }), tools);
      const ask = (at: string) => tools.expectObservable(of(LINK).pipe(serve), at);
      ask('^').toBe('        20ms #', undefined, rejected('timeout'));
      ask('25ms ^').toBe('   25ms #', undefined, rejected('resting'));
      tools.expectSubscriptions(connection.subscriptions).toBe('^ 19ms !');
    }),
  );

  it(
    'asks a failing origin once a window, and waits twice as long after each failure',
    marbles((tools) => {
      const refused = tools.cold<never>('#', undefined, rejection('unreachable'));
      const ports = world({ lookup: () => of(STALE), read: () => of(FILE), connect: () => refused });
      const links = tools.cold('   l 4ms l 4ms l 9ms l 9ms l', LINKS);
      const expected = '           t 4ms r 4ms t 9ms r 9ms t';
      const asked = ['             (^!)', '10ms (^!)', '30ms (^!)'];
      const served = links.pipe(pipeline(ports, tools));
      tools.expectObservable(served).toBe(expected, { t: stale('unreachable'), r: stale('resting') });
      tools.expectSubscriptions(refused.subscriptions).toBe(asked);
    }),
  );

  it(
    'leaves a host alone for as long as it asks',
    marbles((tools) => {
      const busy = tools.cold('(r|)', { r: { ...sending(), status: 429, retryAfter: '3' } });
      const serve = pipeline(world({ connect: () => busy }), tools);
      const ask = (at: string) => tools.expectObservable(of(LINK).pipe(serve), at);
      ask('^').toBe('          #', undefined, rejected('unexpected-status'));
      ask('2999ms ^').toBe('   2999ms #', undefined, rejected('resting'));
      ask('3000ms ^').toBe('   3000ms #', undefined, rejected('unexpected-status'));
      tools.expectSubscriptions(busy.subscriptions).toBe(['(^!)', '3000ms (^!)']);
    }),
  );

  it(
    'looks again before it asks the origin, so that two in a row make one fetch',
    marbles((tools) => {
      // The second request looks before the first has stored the picture, and comes to fetch afterwards.
      const stored = new Set<string>();
      const slowDisk = (): Observable<undefined> => tools.cold('---(u|)', { u: undefined });
      const store: Ports['catalogue']['store'] = (uri) => {
        stored.add(uri.hex);
        return of(true);
      };
      const lookup: Ports['catalogue']['lookup'] = (uri) => of(stored.has(uri.hex) ? FRESH : STALE);
      const read: Ports['files']['read'] = () => (stored.size > 0 ? of(FILE) : slowDisk());
      const connection = tools.cold('(r|)', { r: { ...sending(of(FILE.bytes)), etag: '"old"' } });
      const serve = pipeline(world({ lookup, store, read, connect: () => connection }), tools);
      const one = { request: REQUEST, image: { ...HELD, modified: NEW_IMAGE.modified } };
      const f = { ...one, cacheStatus: FETCHED.cacheStatus };
      const h = { request: REQUEST, image: HELD, cacheStatus: { hit: true, ttl: 60 } };
      tools.expectObservable(of(LINK).pipe(serve)).toBe('             ------(f|)', { f });
      tools.expectObservable(of(LINK).pipe(serve), '-----^').toBe('    --------(h|)', { h });
      tools.expectSubscriptions(connection.subscriptions).toBe('      ------(^!)');
    }),
  );

  it(
    'fetches so many at once, and turns away who finds the queue full, without blaming the origin',
    marbles((tools) => {
      const connection = tools.cold('----(r|)', { r: sending() });
      const serve = pipeline(world({ connect: () => connection }), tools, { fetches: { concurrency: 1, queue: 1 } });
      const other = (path: string): EncodedRequest => ({
        ...LINK,
        encodedUri: Buffer.from(`http://origin.example/${path}`).toString('hex'),
      });
      const done = { s: 4, t: 8 };
      const ask = (path: string, at: string) => tools.expectObservable(of(other(path)).pipe(serve, elapsed(tools)), at);
      ask('one', '^').toBe('      ----(s|)', done);
      ask('two', '-^').toBe('     --------(t|)', done);
      ask('three', '--^').toBe('  --#', undefined, rejected('overloaded'));
      ask('three', '-----^').toBe('------------(u|)', { u: 12 });
      tools.expectSubscriptions(connection.subscriptions).toBe(['^---!', '----^---!', '--------^---!']);
    }),
  );

  it(
    'tells trouble with the catalogue from a picture that does not exist',
    marbles((tools) => {
      const down = () => tools.cold<CatalogueEntry>('-#', undefined, rejection('catalogue-unavailable'));
      const serve = pipeline(world({ lookup: down, connect: () => NEVER }), tools);
      tools.expectObservable(of(LINK).pipe(serve)).toBe('-#', undefined, rejected('catalogue-unavailable'));
    }),
  );

  it(
    'passes an error that is none of ours on as it is',
    marbles((tools) => {
      const bug = new RangeError('a bug');
      const ports = world({
        lookup: () => of(STALE),
        read: () => of(FILE),
        connect: () => tools.cold('-#', undefined, bug),
      });
      tools.expectObservable(of(LINK).pipe(pipeline(ports, tools))).toBe('-#', undefined, bug);
    }),
  );

  it(
    'ends nothing of one picture with the error of another',
    marbles((tools) => {
      const lookup: Ports['catalogue']['lookup'] = (uri) =>
        of(uri.hex === REQUEST.uri.hex ? DECLARED : { status: 'blocked' as const });
      const connection = tools.cold('--(r|)', { r: sending() });
      const serve = pipeline(world({ lookup, connect: () => connection }), tools);
      tools.expectObservable(of(LINK).pipe(serve)).toBe('--(f|)', VALUES);
      tools
        .expectObservable(of({ ...LINK, encodedUri: '6161' }).pipe(serve), '-^')
        .toBe('-#', undefined, rejected('blocked'));
    }),
  );
});
