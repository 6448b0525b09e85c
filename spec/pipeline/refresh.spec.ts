import { of } from 'rxjs';
import { describe, it } from 'vitest';
import {
  imagePipeline,
  oncePerUri,
  pipelineWithRefresh,
  refresh,
  sharedState,
  PIPELINE_DEFAULTS,
} from '../../src/pipeline/index.js';
import { type Marbles, marbles, rejection } from '../support/marbles.js';
import { AVATAR_LINK, FILE, HELD, LINK, REQUEST } from '../support/nouns.js';
import { itIsAnOperator } from '../support/operator-laws.js';
import { AVATAR, COLLAPSED, FETCHED, LINKS, STALE, VALUES } from '../support/serving.js';
import { sending, type World, world } from '../support/world.js';

/** Two pipelines that have nothing in common but who asks origins for them. */
function twoAround(told: World, { scheduler }: Marbles, refreshWait = Infinity) {
  const options = { scheduler, refreshWait };
  const ports = world(told);
  const asked = refresh(ports, options);
  const around = () =>
    pipelineWithRefresh(
      ports,
      oncePerUri(new Map(), (request) => of(request).pipe(asked)),
      options,
    );
  return [around(), around()] as const;
}

describe('refresh', () => {
  itIsAnOperator({
    operator: ({ scheduler }) => refresh(world({ connect: () => of(sending()) }), { scheduler }),
    input: REQUEST,
    output: FETCHED,
  });

  it(
    'is shared by the requests of a pipeline and by those who ask for it alone',
    marbles((tools) => {
      const connection = tools.cold('                 --(r|)', { r: sending() });
      const open = '                                  ^-!';
      const ports = world({ connect: () => connection });
      const shared = sharedState(PIPELINE_DEFAULTS);
      const serve = imagePipeline(ports, { scheduler: tools.scheduler }, shared);
      const alone = refresh(ports, { scheduler: tools.scheduler }, shared);
      tools.expectObservable(of(LINK).pipe(serve)).toBe('     --(f|)', VALUES);
      tools.expectObservable(of(REQUEST).pipe(alone), '-^').toBe('--(c|)', VALUES);
      tools.expectSubscriptions(connection.subscriptions).toBe(open);
    }),
  );
});

describe('pipelineWithRefresh', () => {
  it(
    'makes one fetch for all pipelines around the same refresh, each reader served what he asked for',
    marbles((tools) => {
      const links = tools.cold('     -l-a-----|', { ...LINKS, a: AVATAR_LINK });
      const others = tools.cold('    --l------|', LINKS);
      const connection = tools.cold(' ----(r|)', { r: sending() });
      const open = '                 -^---!';
      const avatar = { ...AVATAR, cacheStatus: COLLAPSED.cacheStatus };
      const [one, other] = twoAround({ connect: () => connection }, tools);
      tools.expectObservable(links.pipe(one)).toBe('   -----(fa)|', { f: FETCHED, a: avatar });
      tools.expectObservable(others.pipe(other)).toBe('-----c---|', VALUES);
      tools.expectSubscriptions(connection.subscriptions).toBe(open);
    }),
  );

  it(
    'stops the fetch when the readers of all of them have left',
    marbles((tools) => {
      const connection = tools.cold('                -----(r|)', { r: sending() });
      const [one, other] = twoAround({ connect: () => connection }, tools);
      tools.expectObservable(of(LINK).pipe(one), '  ^-!').toBe(' ---');
      tools.expectObservable(of(LINK).pipe(other), '-^--!').toBe('-----');
      tools.expectSubscriptions(connection.subscriptions).toBe(' ^---!');
    }),
  );

  it(
    'lets a refresh go on that takes too long, and gives a failure to all',
    marbles((tools) => {
      const connection = tools.cold<never>('---#', undefined, new Error('a bug'));
      const told = {
        lookup: () => of(STALE),
        read: () => of(FILE),
        connect: () => connection,
        report: () => undefined,
      };
      const [one, other] = twoAround(told, tools, 2);
      const s = { request: REQUEST, image: HELD, cacheStatus: { hit: false, fwd: 'stale', detail: 'refreshing' } };
      tools.expectObservable(of(LINK).pipe(one)).toBe('--(s|)', { s });
      tools.expectObservable(of(LINK).pipe(other), '--^').toBe('---#', undefined, new Error('a bug'));
      tools.expectSubscriptions(connection.subscriptions).toBe('^--!');
    }),
  );

  it(
    'rejects what needs no refresh by itself',
    marbles((tools) => {
      const connection = tools.cold<never>('-');
      const [one] = twoAround({ lookup: () => of({ status: 'blocked' }), connect: () => connection }, tools);
      tools.expectObservable(of(LINK).pipe(one)).toBe('#', undefined, rejection('blocked'));
      tools.expectSubscriptions(connection.subscriptions).toBe([]);
    }),
  );
});
