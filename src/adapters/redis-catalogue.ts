import type { Redis } from 'ioredis';
import { checkWholeNumbers } from '../domain/check-numbers.js';
import type { CatalogueEntry, RememberedReason, SourceUri, StoredRecord } from '../domain/index.js';
import type { CatalogueModeration } from './catalogue-moderation.js';
import type { CatalogueUpkeep } from './catalogue-upkeep.js';
import type { Told } from './kept-lookups.js';
import { HOUR, LATEST_LENGTH, type ManagedCatalogue } from './managed-catalogue.js';
import { RedisAnnouncements } from './redis-announcements.js';
import { commandConnection, messageConnection, patientConnection, type RedisConnection } from './redis-connection.js';
import { RedisModeration } from './redis-moderation.js';
import { pipelined, REDIS } from './redis-pipeline.js';
import { readRow } from './redis-row.js';
import { entryOf, errorKey, imageKey, listKey, updatedKey } from './redis-schema.js';
import { RedisUpkeep } from './redis-upkeep.js';
import { storeCall } from './store-call.js';
import { TrackedLookups } from './tracked-lookups.js';

/**
 * Records a stored picture unless it was blocked or withdrawn at this very moment. One key only, so that
 * it also runs where keys live on several nodes.
 */
const STORE = `
if redis.call('HEXISTS', KEYS[1], 'created_at') == 0 then return 0 end
if redis.call('HGET', KEYS[1], 'status') == 'Blocked' then return 0 end
redis.call('HSET', KEYS[1], 'type', ARGV[1], 'checksum', ARGV[2])
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], 'etag') else redis.call('HSET', KEYS[1], 'etag', ARGV[3]) end
return 1`;

/** Where the Redis is, and how long notes stand. */
export interface RedisCatalogueOptions {
  /** How to call the server in messages. */
  readonly description: string;
  /** Where it is, and how to be let in; localhost:6379, database 0, if not said. */
  readonly connection: RedisConnection;
  /** Seconds after which a stored picture is stale and a failure is forgotten: a whole number; 3600, if not said. */
  readonly ttlSeconds?: number;
  /**
   * Milliseconds for which a stored picture counts as fresh when Redis cannot be asked, from the last moment
   * it was known not to be blocked; 0 if not said.
   */
  readonly grace?: number;
  /** Told of connections that fail, and each time a picture is given for the sake of the grace. */
  readonly report?: (trouble: unknown) => void;
}

/** The site's own Redis. Every error is a `catalogue-unavailable`. What was looked up is kept, see `TrackedLookups`. */
export class RedisCatalogue implements ManagedCatalogue {
  readonly description: string;
  readonly moderation: CatalogueModeration;
  readonly upkeep: CatalogueUpkeep;
  readonly #redis: Redis;
  readonly #ttl: number;
  readonly #announcements: RedisAnnouncements;
  readonly #lookups: TrackedLookups;

  constructor({
    description,
    connection,
    ttlSeconds = HOUR,
    grace = 0,
    report = () => undefined,
  }: RedisCatalogueOptions) {
    checkWholeNumbers({ ttlSeconds }, 1);
    this.description = description;
    this.#redis = commandConnection(connection);
    this.#ttl = ttlSeconds;
    const messages = messageConnection(connection);
    const patient = patientConnection(connection);
    // Without a listener, ioredis prints a stack trace for each failed attempt to reconnect.
    for (const redis of [this.#redis, messages, patient]) redis.on('error', report);
    this.moderation = new RedisModeration(patient, ttlSeconds);
    this.upkeep = new RedisUpkeep(patient, ttlSeconds);
    this.#announcements = new RedisAnnouncements(this.#redis, messages);
    this.#lookups = new TrackedLookups({
      ask: (uri) => this.#read(uri, performance.now()),
      announcements: this.#announcements,
      grace,
      report,
    });
  }

  /**
   * Whether Redis announces what changes, so that it need not be asked for what is kept; also as long as it was not
   * asked to, since nothing was looked up.
   */
  get isAnnouncing(): boolean {
    return this.#announcements.areExpected;
  }

  /** Lookups that are kept. */
  get lookupsKept(): number {
    return this.#lookups.size;
  }

  async connect(connected: () => void = () => undefined): Promise<void> {
    let cause: Error | undefined;
    this.#redis.on('ready', connected).once('error', (error: Error) => (cause = error));
    // It rejects with no more than that the connection is closed.
    await this.#redis.connect().catch((error: Error) => {
      throw cause ?? error;
    });
  }

  lookup(uri: SourceUri): CatalogueEntry | Promise<CatalogueEntry> {
    return this.#lookups.lookup(uri);
  }

  async #read(uri: SourceUri, askedAt: number): Promise<Told> {
    const row = await readRow(this.#redis, uri, this.#ttl);
    const ends = [row.failedFor, row.freshFor].filter((left) => left > 0);
    return { entry: entryOf(row), askedAt, until: askedAt + Math.min(...ends) };
  }

  store(uri: SourceUri, { type, checksum, etag = '' }: StoredRecord, lastModified: Date): Promise<boolean> {
    return this.#lookups.changing(uri, async () => {
      const stored = await storeCall(REDIS, () =>
        this.#redis.eval(STORE, 1, imageKey(uri), type, checksum, Buffer.from(etag, 'latin1')),
      );
      if (stored !== 1) return false;
      await pipelined(this.#redis, (pipeline) =>
        pipeline.set(updatedKey(uri), lastModified.toUTCString(), 'EX', this.#ttl).del(errorKey(uri)),
      );
      return true;
    });
  }

  async recordError(uri: SourceUri, reason: RememberedReason): Promise<void> {
    await this.#lookups.changing(uri, () =>
      storeCall(REDIS, () => this.#redis.set(errorKey(uri), reason, 'EX', this.#ttl)),
    );
  }

  /** Tries a write that changes nothing: full memory, a read-only replica and a full disk refuse it all the same. */
  async trouble(): Promise<string | undefined> {
    try {
      await storeCall(REDIS, () => this.#redis.set('img/err/', '', 'PX', 1, 'XX'));
      return undefined;
    } catch (error) {
      return `${this.description}: ${(error as Error).message}`;
    }
  }

  async declare(uri: SourceUri): Promise<boolean> {
    const now = Math.floor(Date.now() / 1000).toString();
    const isNew = await storeCall(REDIS, () => this.#redis.hsetnx(imageKey(uri), 'created_at', now));
    if (isNew !== 1) return false;
    await pipelined(this.#redis, (pipeline) =>
      pipeline.lpush(listKey('latest'), uri.bytes).ltrim(listKey('latest'), 0, LATEST_LENGTH - 1),
    );
    return true;
  }

  async close(): Promise<void> {
    this.#lookups.close();
    this.upkeep.close();
    if (this.#redis.status === 'ready') await this.#redis.quit().catch(() => undefined);
    this.#redis.disconnect();
  }
}
