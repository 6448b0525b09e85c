import type { SourceUri } from '../domain/index.js';
import {
  type CatalogueModeration,
  type CatalogueRecord,
  type ModerationResult,
  declaration,
} from './catalogue-moderation.js';
import { type Database, EMBEDDED, type Expiring, type Row } from './embedded-row.js';
import { storeCall } from './store-call.js';

/** The status is all there is: the list of what is blocked is made of it. */
export class EmbeddedModeration implements CatalogueModeration {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  record(uri: SourceUri): Promise<CatalogueRecord> {
    return storeCall(EMBEDDED, () => {
      this.#db.resetReadTxn();
      return recordOf(this.#row(uri));
    });
  }

  block(uri: SourceUri): Promise<ModerationResult> {
    return this.#change(uri, (row) => (row.status === 'Blocked' ? row : { ...row, status: 'Blocked' }));
  }

  unblock(uri: SourceUri): Promise<ModerationResult> {
    return this.#change(uri, (row) => {
      const { status, ...others } = row;
      return status === 'Blocked' ? others : row;
    });
  }

  async expire(uri: SourceUri): Promise<void> {
    await this.#change(uri, ({ error: _forgotten, updated: _over, ...row }) => row);
  }

  /** The same row leaves it as it is. */
  #change(uri: SourceUri, change: (row: Row) => Row): Promise<ModerationResult> {
    const work = (): ModerationResult => {
      const row = this.#row(uri);
      if (!row) return 'undeclared';
      const changed = change(row);
      if (changed === row) return 'unchanged';
      void this.#db.put(uri.digest, changed);
      return 'changed';
    };
    return storeCall(EMBEDDED, () => this.#db.transaction(work));
  }

  #row(uri: SourceUri): Row | undefined {
    return this.#db.get(uri.digest) as Row | undefined;
  }
}

function recordOf(row: Row | undefined): CatalogueRecord {
  if (!row) return { isDeclared: false, isBlocked: false, stored: {} };
  const [error, updated] = [standing(row.error), standing(row.updated)];
  return {
    ...declaration(row.created_at),
    isBlocked: row.status === 'Blocked',
    stored: row.stored ?? {},
    ...(error ? { error: { reason: error.value, until: new Date(error.until) } } : {}),
    ...(updated ? { freshUntil: new Date(updated.until) } : {}),
  };
}

function standing(note: Expiring<string> | undefined): Expiring<string> | undefined {
  return note && note.until > Date.now() ? note : undefined;
}
