import { of } from 'rxjs';
import { describe, it } from 'vitest';
import type { EncodedRequest, OriginRequest } from '../../src/domain/index.js';
import { marbles, rejection } from '../support/marbles.js';
import { LINK } from '../support/nouns.js';
import { elapsed, pipeline } from '../support/serving.js';
import { sending, world } from '../support/world.js';

describe('imagePipeline, within its limits', () => {
  it(
    'ends a fetch at the deadline, closes its connection, and then leaves the origin alone for a while',
    marbles((tools) => {
      const body = tools.cold('         9ms p 9ms p 9ms p', { p: Buffer.alloc(1) });
      const connection = tools.hot('    -r', { r: sending(body) });
      const serve = pipeline(world({ connect: () => connection }), tools);
      const ask = (at: string) => tools.expectObservable(of(LINK).pipe(serve), at);
      ask('^').toBe('        20ms #', undefined, rejection('timeout'));
      ask('25ms ^').toBe('   25ms #', undefined, rejection('resting'));
      tools.expectSubscriptions(connection.subscriptions).toBe('^ 19ms !');
    }),
  );

  it(
    'fetches so many at once, and turns away who finds the queue full, without blaming the origin',
    marbles((tools) => {
      const connection = tools.cold('----(r|)', { r: sending() });
      const serve = pipeline(world({ connect: () => connection }), tools, {
        fetches: { concurrency: 1, queueLimit: 1, queueTimeout: 100 },
      });
      const other = (path: string): EncodedRequest => ({
        ...LINK,
        hexUri: Buffer.from(`http://origin.example/${path}`).toString('hex'),
      });
      const done = { s: 4, t: 8 };
      const ask = (path: string, at: string) => tools.expectObservable(of(other(path)).pipe(serve, elapsed(tools)), at);
      ask('one', '^').toBe('      ----(s|)', done);
      ask('two', '-^').toBe('     --------(t|)', done);
      ask('three', '--^').toBe('  --#', undefined, rejection('overloaded'));
      ask('three', '-----^').toBe('------------(u|)', { u: 12 });
      tools.expectSubscriptions(connection.subscriptions).toBe(['^---!', '----^---!', '--------^---!']);
    }),
  );

  it(
    'lets a slow host hold up nobody else',
    marbles((tools) => {
      const slow = tools.cold('  15ms (r|)', { r: sending() });
      const quick = tools.cold('-(r|)', { r: sending() });
      const connect = ({ url }: OriginRequest) => (url.host === 'slow.example' ? slow : quick);
      const serve = pipeline(world({ connect }), tools, {
        perHost: { concurrency: 1, queueLimit: 8, queueTimeout: 5 },
        fetches: { concurrency: 2, queueLimit: 0, queueTimeout: 5 },
      });
      const ask = (uri: string, at: string) => {
        const link = { ...LINK, hexUri: Buffer.from(uri).toString('hex') };
        return tools.expectObservable(of(link).pipe(serve, elapsed(tools)), at);
      };
      ask('http://slow.example/1', '^').toBe('  15ms (s|)', { s: 15 });
      ask('http://slow.example/2', '-^').toBe(' 6ms #', undefined, rejection('overloaded'));
      ask('http://quick.example/', '--^').toBe('---(q|)', { q: 3 });
      tools.expectSubscriptions(slow.subscriptions).toBe(['^ 14ms !']);
    }),
  );
});
