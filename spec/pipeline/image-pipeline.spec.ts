import { NEVER, of, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { EncodedRequest } from '../../src/domain/index.js';
import type { StageDecorator } from '../../src/pipeline/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { FILE, HELD, LINK, REQUEST } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';
import { FETCHED, FRESH, LINKS, pipeline, STALE, VALUES } from '../support/serving.js';
import { sending, world } from '../support/world.js';

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
      const bad: EncodedRequest = { ...LINK, hexUri: 'xyz' };
      tools.expectObservable(of(bad).pipe(serve)).toBe(' #', undefined, rejection('invalid-parameters'));
      tools.expectObservable(of(LINK).pipe(serve)).toBe('#', undefined, rejection('undeclared'));
      tools.expectSubscriptions(connection.subscriptions).toBe([]);
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
      tools.expectObservable(of(LINK).pipe(pipeline(ports, tools))).toBe('---#', undefined, rejection('blocked'));
      tools.expectSubscriptions(commit.subscriptions).toBe([]);
      tools.expectSubscriptions(discard.subscriptions).toBe('--^!');
    }),
  );

  it(
    'lets somebody look on at each operator, under its name',
    marbles((tools) => {
      const seen: string[] = [];
      const stage: StageDecorator = (name, operator) => (source) =>
        source.pipe(
          operator,
          tap(() => seen.push(name)),
        );
      const serve = pipeline(world({ connect: () => of(sending()) }), tools, { decorateStage: stage });
      tools.expectObservable(of(LINK).pipe(serve)).toBe('(f|)', VALUES);
      tools.flush();
      const refreshed = ['checkRedis', 'readStored', 'fetch', 'validate', 'persist', 'refresh'];
      expect(seen).toEqual(['decode', 'checkRedis', 'readStored', ...refreshed, 'resize']);
    }),
  );
});
