import { setImmediate as turn } from 'node:timers/promises';
import { SourceUri, type StoredRecord } from '../domain/index.js';
import type { CatalogueKey, CatalogueUpkeep, KeyPlace, List, Note, StrayRecord } from './catalogue-upkeep.js';
import { type Database, EMBEDDED, LATEST, type Row } from './embedded-row.js';
import { storeCall } from './store-call.js';

/** Rows that are looked at before others get their turn. */
const BATCH = 1000;

/** Which part of a row is what note. */
const PARTS = { err: 'error', updated: 'updated' } as const satisfies Record<Note, keyof Row>;

/** A row with its digest, as far as it is one. */
type Entry = readonly [digest: string, row: Partial<Row> | null];

/** The rows as the keys that a Redis would hold for the same facts. */
export class EmbeddedUpkeep implements CatalogueUpkeep {
  readonly #db: Database;
  readonly #ttl: number;

  constructor(db: Database, ttl: number) {
    this.#db = db;
    this.#ttl = ttl;
  }

  /** Rows lie in the order of their digests, so the first are as good as any to tell how many notes images have. */
  async size(): Promise<number> {
    for await (const rows of this.#rows()) {
      return Math.round((this.#db.getKeysCount() * rows.flatMap(placesOf).length) / Math.max(1, rows.length));
    }
    return 0;
  }

  async *places(): AsyncIterable<readonly KeyPlace[]> {
    if (this.#db.doesExist(LATEST)) yield [{ kind: 'list', list: 'latest' }];
    for await (const rows of this.#rows()) yield rows.flatMap(placesOf);
  }

  async *strays(): AsyncIterable<readonly StrayRecord[]> {
    for await (const entries of this.#entries()) {
      yield entries
        .filter(([digest, row]) => !(hasUri(row) && uriOf(row.uri).digest === digest))
        .map(([digest, row]) => ({ digest, checksum: row?.stored?.checksum }));
    }
  }

  look(places: readonly KeyPlace[]): Promise<readonly CatalogueKey[]> {
    return storeCall(EMBEDDED, () => {
      this.#db.resetReadTxn();
      return places.map((place) => this.#keyAt(place));
    });
  }

  /** Of those that are blocked there is no list but the rows. */
  async *listed(list: List): AsyncIterable<readonly SourceUri[]> {
    if (list === 'latest') yield this.#latest().map(uriOf);
    else {
      for await (const rows of this.#rows()) {
        yield rows.filter(({ status }) => status === 'Blocked').map(({ uri }) => uriOf(uri));
      }
    }
  }

  enlist(): Promise<boolean> {
    return Promise.resolve(true);
  }

  delist(list: List, uri: SourceUri): Promise<boolean> {
    return this.#transaction(() => {
      if (list === 'blocked') return true;
      void this.#db.put(
        LATEST,
        this.#latest().filter((hex) => hex !== uri.hex),
      );
      return true;
    });
  }

  async limit(note: Note, uri: SourceUri): Promise<void> {
    await this.#change(uri, (row) => {
      const part = row[PARTS[note]];
      return part && { ...row, [PARTS[note]]: { ...part, until: Date.now() + this.#ttl * 1000 } };
    });
  }

  async remove(note: Note, uri: SourceUri): Promise<void> {
    await this.#change(uri, ({ [PARTS[note]]: _removed, ...row }) => row);
  }

  forget(uri: SourceUri, checksum?: string): Promise<boolean> {
    return this.#change(uri, ({ stored, updated: _updated, ...row }) => (hasOther(stored, checksum) ? undefined : row));
  }

  adopt(uri: SourceUri, { type, checksum }: StoredRecord): Promise<boolean> {
    return this.#change(uri, (row) => {
      const { stored } = row;
      if (hasOther(stored, checksum)) return undefined;
      return { ...row, stored: { ...(stored?.checksum && stored), type, checksum } };
    });
  }

  /** It is closed with the catalogue. */
  close(): void {}

  #keyAt(place: KeyPlace): CatalogueKey {
    if (place.kind === 'list') return place;
    const row = this.#row(place.uri);
    if (place.kind === 'image') return row ? { ...place, fields: fieldsOf(row) } : { kind: 'gone' };
    const note = row?.[PARTS[place.note]];
    return note ? { ...place, ends: Number.isFinite(note.until) } : { kind: 'gone' };
  }

  async *#rows(): AsyncIterable<readonly Row[]> {
    for await (const entries of this.#entries()) yield entries.map(([, row]) => row).filter(hasUri);
  }

  async *#entries(): AsyncIterable<readonly Entry[]> {
    for (let start = ''; ;) {
      const entries = [...this.#db.getRange({ start, limit: BATCH, exclusiveStart: true })];
      await turn();
      yield entries.flatMap(({ key, value }) => (key === LATEST ? [] : [[key, value as Entry[1]] as const]));
      const last = entries.at(-1);
      if (!last) return;
      start = last.key;
    }
  }

  /** `undefined` leaves the row as it is. */
  #change(uri: SourceUri, change: (row: Row) => Row | undefined): Promise<boolean> {
    return this.#transaction(() => {
      const row = this.#row(uri);
      const changed = row && change(row);
      if (changed) void this.#db.put(uri.digest, changed);
      return changed !== undefined;
    });
  }

  #transaction(work: () => boolean): Promise<boolean> {
    return storeCall(EMBEDDED, () => this.#db.transaction(work));
  }

  #row(uri: SourceUri): Row | undefined {
    return this.#db.get(uri.digest) as Row | undefined;
  }

  #latest(): string[] {
    return (this.#db.get(LATEST) as string[] | undefined) ?? [];
  }
}

function hasUri(row: Entry[1]): row is Row {
  return typeof row?.uri === 'string';
}

function placesOf(row: Row): KeyPlace[] {
  const uri = uriOf(row.uri);
  const notes = (['err', 'updated'] as const).filter((note) => !isOver(row[PARTS[note]]));
  return [{ kind: 'image', uri }, ...notes.map((note) => ({ kind: 'note' as const, note, uri }))];
}

function isOver(note: Row['error']): boolean {
  return note === undefined || note.until <= Date.now();
}

function fieldsOf({ uri: _uri, stored, error: _error, updated: _updated, ...own }: Row): ReadonlyMap<string, string> {
  return new Map(Object.entries({ ...own, ...stored }));
}

/** As in a Redis, an empty checksum is none. */
function hasOther(stored: Partial<StoredRecord> | undefined, checksum: string | undefined): boolean {
  return !!stored?.checksum && stored.checksum !== checksum;
}

function uriOf(hex: string): SourceUri {
  return SourceUri.of(Buffer.from(hex, 'hex'));
}
