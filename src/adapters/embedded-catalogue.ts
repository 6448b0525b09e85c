import { open } from 'lmdb';
import { checkWholeNumbers } from '../domain/check-numbers.js';
import {
  type CatalogueEntry,
  type RememberedReason,
  type SourceUri,
  type StoredRecord,
  usableRecord,
} from '../domain/index.js';
import type { CatalogueModeration } from './catalogue-moderation.js';
import type { CatalogueUpkeep } from './catalogue-upkeep.js';
import { EmbeddedModeration } from './embedded-moderation.js';
import { type Database, EMBEDDED, type Expiring, LATEST, type Row } from './embedded-row.js';
import { EmbeddedUpkeep } from './embedded-upkeep.js';
import { assertLmdbFile } from './lmdb-file.js';
import { HOUR, LATEST_LENGTH, type ManagedCatalogue } from './managed-catalogue.js';
import { storeCall, storeUnavailable } from './store-call.js';

/** Where the file is, and how long notes stand. */
export interface EmbeddedCatalogueOptions {
  /** The database file; a lock file lies beside it. Several processes may have it open. */
  readonly path: string;
  /** Seconds after which a stored picture is stale and a failure is forgotten: a whole number; 3600, if not said. */
  readonly ttlSeconds?: number;
}

/** A catalogue in a file, for those who have no Redis: the same facts, kept by LMDB. Throws when it cannot be opened. */
export class EmbeddedCatalogue implements ManagedCatalogue {
  readonly description: string;
  readonly moderation: CatalogueModeration;
  readonly upkeep: CatalogueUpkeep;
  readonly #db: Database;
  readonly #ttl: number;

  constructor({ path, ttlSeconds = HOUR }: EmbeddedCatalogueOptions) {
    checkWholeNumbers({ ttlSeconds }, 1);
    this.description = `the embedded store ${path}`;
    assertLmdbFile(path);
    this.#db = open({ path, noSubdir: true, encoding: 'json' });
    this.#ttl = ttlSeconds;
    this.moderation = new EmbeddedModeration(this.#db);
    this.upkeep = new EmbeddedUpkeep(this.#db, ttlSeconds);
  }

  connect(connected: () => void = () => undefined): Promise<void> {
    connected();
    return Promise.resolve();
  }

  lookup(uri: SourceUri): CatalogueEntry {
    try {
      // LMDB would go on reading for a millisecond what was there at its last look, whatever others have written.
      this.#db.resetReadTxn();
      return entryOf(this.#row(uri), Date.now());
    } catch (error) {
      throw storeUnavailable(EMBEDDED, error);
    }
  }

  store(uri: SourceUri, { type, checksum, etag }: StoredRecord, lastModified: Date): Promise<boolean> {
    const stored = { type, checksum, ...(etag === undefined ? {} : { etag }) };
    return this.#transaction(() => {
      const row = this.#row(uri);
      if (!row || row.status === 'Blocked') return false;
      const { error: _forgotten, ...kept } = row;
      void this.#db.put(uri.digest, { ...kept, stored, updated: this.#expiring(lastModified.toUTCString()) });
      return true;
    });
  }

  async recordError(uri: SourceUri, reason: RememberedReason): Promise<void> {
    await this.#transaction(() => {
      const row = this.#row(uri);
      if (row) void this.#db.put(uri.digest, { ...row, error: this.#expiring(reason) });
    });
  }

  /** An open file of our own does not go away. */
  trouble(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  declare(uri: SourceUri): Promise<boolean> {
    return this.#transaction(() => {
      if (this.#row(uri)) return false;
      void this.#db.put(uri.digest, { uri: uri.hex, created_at: Math.floor(Date.now() / 1000).toString() });
      void this.#db.put(LATEST, [uri.hex, ...this.#latest()].slice(0, LATEST_LENGTH));
      return true;
    });
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  #transaction<T>(work: () => T): Promise<T> {
    return storeCall(EMBEDDED, () => this.#db.transaction(work));
  }

  #row(uri: SourceUri): Row | undefined {
    return this.#db.get(uri.digest) as Row | undefined;
  }

  #latest(): string[] {
    return (this.#db.get(LATEST) as string[] | undefined) ?? [];
  }

  #expiring(value: string): Expiring<string> {
    return { value, until: Date.now() + this.#ttl * 1000 };
  }
}

function entryOf(row: Row | undefined, now: number): CatalogueEntry {
  if (!row) return { status: 'undeclared' };
  if (row.status === 'Blocked') return { status: 'blocked' };
  return {
    status: 'declared',
    freshFor: Math.max(0, (row.updated?.until ?? now) - now),
    ...(row.stored ? { stored: usableRecord(row.stored) } : {}),
    ...(row.error && row.error.until > now ? { error: row.error.value } : {}),
  };
}
