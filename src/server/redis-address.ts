import type { RedisConnection } from '../adapters/index.js';
import { authority } from './listen-address.js';

const DEFAULT_PORT = 6379;

/** `HOST`, `HOST:PORT`, `[V6]:PORT`, each with an optional `/DB`. */
const PLAIN = /^(?:\[([^\]]+)\]|([^:/@[\]]+))(?::(\d{1,5}))?(?:\/(\d{1,5}))?$/;

/** Where the catalogue is: in a Redis, or in a file of the cache directory. */
export type CatalogueAddress =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'redis'; readonly description: string; readonly connection: RedisConnection };

/** Reads the value of `-r`. `undefined` when it is none of the forms that the usage names. */
export function parseCatalogueAddress(text: string): CatalogueAddress | undefined {
  if (text === 'embedded') return { kind: 'embedded' };
  if (text.startsWith('unix:')) return unixSocket(text.slice('unix:'.length));
  if (/^rediss?:\/\//.test(text)) return redisUrl(text);
  return plain(text);
}

function plain(text: string): CatalogueAddress | undefined {
  const [, v6, name, port = DEFAULT_PORT, db = 0] = PLAIN.exec(text) ?? [];
  const host = v6 ?? name;
  return host === undefined ? undefined : redis({ host, port: Number(port), db: Number(db) });
}

function unixSocket(text: string): CatalogueAddress | undefined {
  const [path = '', query = ''] = text.replace(/^\/\//, '').split('?');
  const db = Number(new URLSearchParams(query).get('db') ?? 0);
  return path === '' || !Number.isInteger(db)
    ? undefined
    : { kind: 'redis', description: `Redis unix:${path} (db ${db})`, connection: { path, db } };
}

function redisUrl(text: string): CatalogueAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, pathname, username, password } = new URL(text);
  const db = pathname.replace(/^\//, '') || '0';
  const [user, secret] = [username, password].map(percentDecoded);
  if (!/^\d+$/.test(db) || hostname === '' || user === undefined || secret === undefined) return undefined;
  return redis({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || DEFAULT_PORT),
    db: Number(db),
    ...(user ? { username: user } : {}),
    ...(secret ? { password: secret } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  });
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function redis(connection: RedisConnection & { host: string; port: number; db: number }): CatalogueAddress | undefined {
  const { host, port, db } = connection;
  if (port < 1 || port > 65_535) return undefined;
  return { kind: 'redis', description: `Redis ${authority(host, port)}/${db}`, connection };
}
