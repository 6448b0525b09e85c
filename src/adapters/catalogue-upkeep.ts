import type { SourceUri, StoredRecord } from '../domain/index.js';

/** What is noted of an image for an hour: that its fetch failed, that its copy is fresh. */
export type Note = 'err' | 'updated';

/** The lists of URIs that the site keeps. */
export type List = 'latest' | 'blocked';

/** What the schema takes an `img/*` key for, by its name. */
export type KeyPlace =
  | { readonly kind: 'image'; readonly uri: SourceUri }
  | { readonly kind: 'note'; readonly note: Note; readonly uri: SourceUri }
  | { readonly kind: 'list'; readonly list: List };

/** What there is. */
export type CatalogueKey =
  | { readonly kind: 'image'; readonly uri: SourceUri; readonly fields: ReadonlyMap<string, string> }
  | { readonly kind: 'note'; readonly note: Note; readonly uri: SourceUri; readonly ends: boolean }
  | { readonly kind: 'list'; readonly list: List }
  /** Of a type that the schema does not have there. */
  | { readonly kind: 'odd'; readonly place: KeyPlace; readonly type: string }
  /** It may be gone between being listed and being looked at. */
  | { readonly kind: 'gone' };

/** A record that does not say of which image it is, though the service finds it by the digest of the URI. */
export interface StrayRecord {
  readonly digest: string;
  readonly checksum: string | undefined;
}

/**
 * What a sanity check wants of a catalogue: to see all of it, some at a time, and to mend it. Readers and the
 * site go on meanwhile, so whatever changes a record looks at it once more, as one step with the change, and
 * gives `false` when it is another one by then.
 */
export interface CatalogueUpkeep {
  /** How many keys there are, about. */
  size(): Promise<number>;
  /** Every `img/*` key; one that is moved meanwhile may come twice. */
  places(): AsyncIterable<readonly KeyPlace[]>;
  /** Records that lie at no place, some at a time. */
  strays(): AsyncIterable<readonly StrayRecord[]>;
  /** In the order of the places. */
  look(places: readonly KeyPlace[]): Promise<readonly CatalogueKey[]>;
  /** The URIs of a list, some at a time. */
  listed(list: List): AsyncIterable<readonly SourceUri[]>;
  /** Puts a URI at the head of a list; `false` when the key is none. */
  enlist(list: List, uri: SourceUri): Promise<boolean>;
  /** Takes a URI out of a list, wherever it stands there; `false` when the key is none. */
  delist(list: List, uri: SourceUri): Promise<boolean>;
  /** Gives a note that would stay for ever the time that notes have. */
  limit(note: Note, uri: SourceUri): Promise<void>;
  /** Takes a note back. */
  remove(note: Note, uri: SourceUri): Promise<void>;
  /** Forgets that a picture is stored, if it is recorded with this checksum, or with none. */
  forget(uri: SourceUri, checksum?: string): Promise<boolean>;
  /** Records a picture that is on the disk, without calling it fresh. */
  adopt(uri: SourceUri, record: StoredRecord): Promise<boolean>;
  /** Lets go of the store: no other method may be called any more. */
  close(): void;
}
