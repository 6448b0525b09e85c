import { describe, expect, it } from 'vitest';
import { authority, parseListenAddress } from '../../src/server/listen-address.js';
import { parseCatalogueAddress } from '../../src/server/redis-address.js';

describe('parseListenAddress', () => {
  it.each([
    ['127.0.0.1:8000', '127.0.0.1', 8000],
    ['localhost:80', 'localhost', 80],
    ['[::1]:8000', '::1', 8000],
    ['0.0.0.0:8000', undefined, 8000],
    ['[::]:8000', undefined, 8000],
    [':0', undefined, 0],
  ])('reads %s', (text, host, port) => expect(parseListenAddress(text)).toEqual({ host, port }));

  it.each(['', '8000', '127.0.0.1', '127.0.0.1:', '::1:8000', '127.0.0.1:65536', 'a b:-1', 'http://a:80'])(
    'refuses %j',
    (text) => expect(parseListenAddress(text)).toBeUndefined(),
  );

  it('writes an IPv6 address in brackets', () => {
    expect([authority('::1', 80), authority('origin.example', 80)]).toEqual(['[::1]:80', 'origin.example:80']);
  });
});

describe('parseCatalogueAddress', () => {
  it.each([
    ['localhost:6379/0', { host: 'localhost', port: 6379, db: 0 }],
    ['localhost', { host: 'localhost', port: 6379, db: 0 }],
    ['10.0.0.1/3', { host: '10.0.0.1', port: 6379, db: 3 }],
    ['[::1]:6380/2', { host: '::1', port: 6380, db: 2 }],
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://site:s%2Fcret@db:7000/1', { host: 'db', port: 7000, db: 1, username: 'site', password: 's/cret' }],
    ['rediss://db', { host: 'db', port: 6379, db: 0, tls: {} }],
    ['redis://[::1]:6380', { host: '::1', port: 6380, db: 0 }],
    ['unix:/run/redis.sock', { path: '/run/redis.sock', db: 0 }],
    ['unix:///run/redis.sock?db=4', { path: '/run/redis.sock', db: 4 }],
  ])('reads %s', (text, connection) =>
    expect(parseCatalogueAddress(text)).toMatchObject({ kind: 'redis', connection }),
  );

  it('reads embedded', () => expect(parseCatalogueAddress('embedded')).toEqual({ kind: 'embedded' }));

  it.each([
    '',
    ':6379',
    'localhost:0',
    'localhost:65536',
    'localhost:6379/x',
    '::1:6379',
    'redis://a/b',
    'redis://:100%@a',
    'redis://100%@a',
    'unix:',
    'a@b',
  ])('refuses %j', (text) => expect(parseCatalogueAddress(text)).toBeUndefined());

  it('tells where it connects to, but no password', () => {
    expect(parseCatalogueAddress('redis://site:secret@db/1')).toMatchObject({ description: 'Redis db:6379/1' });
  });
});
