import { NEVER, of } from 'rxjs';
import { describe, it } from 'vitest';
import type { CatalogueEntry, ServedImage } from '../../src/domain/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { FILE, HELD, LINK, REQUEST } from '../support/nouns.js';
import { LINKS, pipeline, STALE, stale } from '../support/serving.js';
import { sending, world } from '../support/world.js';

const RESTED: ServedImage = { request: REQUEST, image: HELD, cacheStatus: { hit: true, detail: 'stale, resting' } };

describe('imagePipeline, when something fails', () => {
  it(
    'remembers a failure in the catalogue before anyone hears of it',
    marbles((tools) => {
      const gone = tools.cold(' --(r|)', { r: { ...sending(), status: 404 } });
      const note = tools.cold(' ---(n|)', { n: undefined });
      const noted = '          --^--!';
      const expected = '       -----#';
      const serve = pipeline(world({ connect: () => gone, recordError: () => note }), tools);
      tools.expectObservable(of(LINK).pipe(serve)).toBe(expected, undefined, rejection('unexpected-status'));
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
      tools.expectObservable(of(LINK).pipe(without)).toBe(' #', undefined, rejection('failed-before'));
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
    'does not fall back on a copy that was blocked while its refresh failed',
    marbles((tools) => {
      const connection = tools.cold<never>('--#', undefined, rejection('unreachable'));
      const lookup = () => of<CatalogueEntry>(tools.scheduler.now() < 2 ? STALE : { status: 'blocked' });
      const ports = world({ lookup, read: () => of(FILE), connect: () => connection });
      tools.expectObservable(of(LINK).pipe(pipeline(ports, tools))).toBe('--#', undefined, rejection('blocked'));
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
      tools.expectObservable(served).toBe(expected, { t: stale('unreachable'), r: RESTED });
      tools.expectSubscriptions(refused.subscriptions).toBe(asked);
    }),
  );

  it(
    'leaves a host alone for as long as it asks',
    marbles((tools) => {
      const busy = tools.cold('(r|)', { r: { ...sending(), status: 429, retryAfter: '3' } });
      const serve = pipeline(world({ connect: () => busy }), tools);
      const ask = (at: string) => tools.expectObservable(of(LINK).pipe(serve), at);
      ask('^').toBe('          #', undefined, rejection('unexpected-status'));
      ask('2999ms ^').toBe('   2999ms #', undefined, rejection('resting'));
      ask('3000ms ^').toBe('   3000ms #', undefined, rejection('unexpected-status'));
      tools.expectSubscriptions(busy.subscriptions).toBe(['(^!)', '3000ms (^!)']);
    }),
  );

  it(
    'tells trouble with the catalogue from a picture that does not exist',
    marbles((tools) => {
      const down = () => tools.cold<CatalogueEntry>('-#', undefined, rejection('catalogue-unavailable'));
      const serve = pipeline(world({ lookup: down, connect: () => NEVER }), tools);
      tools.expectObservable(of(LINK).pipe(serve)).toBe('-#', undefined, rejection('catalogue-unavailable'));
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
});
