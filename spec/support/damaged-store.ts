import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { open } from 'lmdb';
import { EmbeddedCatalogue, type ManagedCatalogue, type Note, RedisCatalogue } from '../../src/adapters/index.js';
import type { SourceUri } from '../../src/domain/index.js';
import { parseCatalogueAddress } from '../../src/server/redis-address.js';
import { freshRedis } from './redis.js';

/** A catalogue, and ways to damage it that it has not itself. */
export interface DamagedStore {
  /** As `-r` takes it. */
  readonly address: string;
  readonly catalogue: ManagedCatalogue;
  /** Sets fields of an image, or removes those that are `null`. */
  readonly setFields: (uri: SourceUri, fields: Record<string, string | null>) => Promise<void>;
  /** Lets a note that there is stay for ever. */
  readonly makeEndless: (note: Note, uri: SourceUri) => Promise<void>;
  readonly addToLatest: (uri: SourceUri) => Promise<void>;
  /** All there is. */
  readonly snapshot: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export async function damagedRedis(): Promise<DamagedStore & { readonly redis: Redis }> {
  const { address, client } = await freshRedis();
  const parsed = parseCatalogueAddress(address);
  if (parsed?.kind !== 'redis') throw new Error(`not a Redis: ${address}`);
  const catalogue = new RedisCatalogue(parsed);
  await catalogue.connect();
  return {
    address,
    catalogue,
    redis: client,
    setFields: async (uri, fields) => {
      const key = Buffer.concat([Buffer.from('img/'), uri.bytes]);
      for (const [field, value] of Object.entries(fields)) {
        await (value === null ? client.hdel(key, field) : client.hset(key, field, value));
      }
    },
    makeEndless: async (note, uri) => {
      await client.persist(`img/${note}/${uri}`);
    },
    addToLatest: async (uri) => {
      await client.lpush('img/latest', uri.bytes);
    },
    snapshot: async () => {
      const keys = (await client.keys('*')).sort();
      // A dump does not tell whether its key ends.
      return Promise.all(keys.map(async (key) => [key, await client.dumpBuffer(key), (await client.ttl(key)) > 0]));
    },
    close: async () => {
      await catalogue.close();
      client.disconnect();
    },
  };
}

type Row = Record<string, unknown>;

const OF_STORED = ['type', 'checksum', 'etag'];

export function damagedEmbedded(directory: string): Promise<DamagedStore> {
  const path = join(directory, 'catalogue.lmdb');
  const catalogue = new EmbeddedCatalogue({ path });
  const db = open<Row | string[], string>({ path, noSubdir: true, encoding: 'json' });
  const change = async (uri: SourceUri, work: (row: Row) => Row) => {
    await db.put(uri.digest, work(db.get(uri.digest) as Row));
  };
  return Promise.resolve({
    address: 'embedded',
    catalogue,
    setFields: (uri, fields) =>
      change(uri, (row) => {
        const entries = Object.entries(fields);
        const own = entries.filter(([name]) => !OF_STORED.includes(name));
        const stored = entries.filter(([name]) => OF_STORED.includes(name));
        return set({ ...row, stored: set(row['stored'] as Row, stored) }, own);
      }),
    makeEndless: (note, uri) => {
      const part = note === 'err' ? 'error' : 'updated';
      return change(uri, (row) => ({ ...row, [part]: set(row[part] as Row, [['until', null]]) }));
    },
    addToLatest: async (uri) => {
      await db.put('latest', [uri.hex, ...((db.get('latest') ?? []) as string[])]);
    },
    snapshot: () => Promise.resolve([...db.getRange()].map(({ key, value }) => [key, value])),
    close: async () => {
      await db.close();
      await catalogue.close();
    },
  });
}

function set(row: Row, fields: [string, string | null][]): Row {
  return Object.fromEntries(Object.entries({ ...row, ...Object.fromEntries(fields) }).filter(([, it]) => it !== null));
}
