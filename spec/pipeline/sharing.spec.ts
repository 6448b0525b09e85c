import { type Observable, of } from 'rxjs';
import { describe, it } from 'vitest';
import type { Ports } from '../../src/domain/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { AVATAR_LINK, FILE, HELD, LINK, NEW_IMAGE, REQUEST, OLD_BYTES } from '../support/nouns.js';
import { AVATAR, COLLAPSED, FETCHED, FRESH, LINKS, pipeline, STALE, VALUES } from '../support/serving.js';
import { DECLARED, sending, world } from '../support/world.js';

describe('imagePipeline, asked by many at once', () => {
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
    'stores what has arrived though all have left, and lets the next wait for that',
    marbles((tools) => {
      const connection = tools.cold('    --(r|)', { r: sending() });
      const commit = tools.cold('          -----(u|)', { u: undefined });
      const serve = pipeline(world({ connect: () => connection, staged: { commit: () => commit } }), tools);
      tools.expectObservable(of(LINK).pipe(serve), '  ^--!').toBe('   ---');
      tools.expectObservable(of(LINK).pipe(serve), '  ----^').toBe('  -------(c|)', VALUES);
      tools.expectSubscriptions(connection.subscriptions).toBe(' ^-!');
      tools.expectSubscriptions(commit.subscriptions).toBe('     --^----!');
    }),
  );

  it(
    'gives an error to all who share a fetch, and starts anew for the next',
    marbles((tools) => {
      const gone = tools.cold('--(r|)', { r: { ...sending(), status: 404 } });
      const serve = pipeline(world({ connect: () => gone }), tools);
      const expectRejection = (at: string, diagram: string) =>
        tools.expectObservable(of(LINK).pipe(serve), at).toBe(diagram, undefined, rejection('unexpected-status'));
      expectRejection('^', '   --#');
      expectRejection('-^', '  --#');
      expectRejection('---^', '-----#');
      tools.expectSubscriptions(gone.subscriptions).toBe(['^-!', '---^-!']);
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
      const connection = tools.cold('(r|)', { r: { ...sending(of(OLD_BYTES)), etag: '"old"' } });
      const serve = pipeline(world({ lookup, store, read, connect: () => connection }), tools);
      const one = { request: REQUEST, image: { ...HELD, lastModified: NEW_IMAGE.lastModified } };
      const f = { ...one, cacheStatus: FETCHED.cacheStatus };
      const h = { request: REQUEST, image: HELD, cacheStatus: { hit: true, ttl: 60 } };
      tools.expectObservable(of(LINK).pipe(serve)).toBe('             ------(f|)', { f });
      tools.expectObservable(of(LINK).pipe(serve), '-----^').toBe('    --------(h|)', { h });
      tools.expectSubscriptions(connection.subscriptions).toBe('      ------(^!)');
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
        .expectObservable(of({ ...LINK, hexUri: '6161' }).pipe(serve), '-^')
        .toBe('-#', undefined, rejection('blocked'));
    }),
  );
});
