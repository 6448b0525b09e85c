import { describe, expect, it } from 'vitest';
import { parseRoute } from '../../src/server/route.js';

const image = (collection: string, hexUri: string) => ({ kind: 'image', collection, hexUri });
const moved = (location: string) => ({ kind: 'moved', location });
const unknown = { kind: 'unknown' };

describe('parseRoute', () => {
  it.each([
    ['/status', { kind: 'status' }],
    ['/status?x=1', { kind: 'status' }],
    ['/img/6162', image('img', '6162')],
    ['/img/6162/name.png', image('img', '6162')],
    ['/img/6162?a=b', image('img', '6162')],
    ['/avatars/6162/name.png', image('avatars', '6162')],
    ['/img/%36162', image('img', '6162')],
    ['http://host:80/img/6162', image('img', '6162')],
    ['/img/6162/%zz', image('img', '6162')],
    ['//img/6162', moved('/img/6162')],
    ['/./img/6162?q', moved('/img/6162?q')],
    ['/img/x/../6162', moved('/img/6162')],
    ['/img/6162/..', moved('/img')],
    ['/./\\evil', moved('/%5Cevil')],
    ['//evil.example/', moved('/evil.example/')],
    ['/', unknown],
    ['/img', unknown],
    ['/img/', unknown],
    ['/img/6162/', unknown],
    ['/img/6162/a/b', unknown],
    ['/img/6162/a%2Fb', unknown],
    ['/STATUS', unknown],
    ['/status/', unknown],
    ['*', unknown],
  ])('%s', (target, route) => expect(parseRoute(target)).toEqual(route));
});
