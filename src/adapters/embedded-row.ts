import type { RootDatabase } from 'lmdb';
import type { StoredRecord } from '../domain/index.js';

/** Everything known of one URI. LMDB's keys are short, so the record is found by digest and holds the URI. */
export interface Row {
  /** Hexadecimal. */
  readonly uri: string;
  readonly created_at: string;
  readonly status?: string;
  readonly stored?: StoredRecord;
  readonly error?: Expiring<string>;
  readonly updated?: Expiring<string>;
}

export interface Expiring<T> {
  readonly value: T;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export type Database = RootDatabase<Row | string[], string>;

/** The key of the list of what was declared last, in hexadecimal; every other key is a digest. */
export const LATEST = 'latest';

/** How the store is called in messages. */
export const EMBEDDED = 'embedded store';
