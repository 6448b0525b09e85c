import { type CatalogueEntry, SourceUri, usableRecord } from '../domain/index.js';
import type { KeyPlace, List, Note } from './catalogue-upkeep.js';

const IMAGE = Buffer.from('img/');
const NOTES: Readonly<Record<Note, Buffer>> = { err: Buffer.from('img/err/'), updated: Buffer.from('img/updated/') };
const LISTS: Readonly<Record<List, Buffer>> = {
  latest: Buffer.from('img/latest'),
  blocked: Buffer.from('img/blocked'),
};

export function imageKey(uri: SourceUri): Buffer {
  return Buffer.concat([IMAGE, uri.bytes]);
}

export function noteKey(note: Note, uri: SourceUri): Buffer {
  return Buffer.concat([NOTES[note], uri.bytes]);
}

export function errorKey(uri: SourceUri): Buffer {
  return noteKey('err', uri);
}

export function updatedKey(uri: SourceUri): Buffer {
  return noteKey('updated', uri);
}

export function listKey(list: List): Buffer {
  return LISTS[list];
}

/** The Redis key that lies at a place of the schema. */
export function keyOf(place: KeyPlace): Buffer {
  switch (place.kind) {
    case 'image':
      return imageKey(place.uri);
    case 'note':
      return noteKey(place.note, place.uri);
    case 'list':
      return listKey(place.list);
  }
}

/** Whether the schema has a meaning for a key. */
export function isOurs(key: Buffer): boolean {
  return startsWith(key, IMAGE);
}

/** What a key that begins with `img/` is. */
export function placeOfKey(key: Buffer): KeyPlace {
  for (const list of ['latest', 'blocked'] as const) {
    if (key.equals(LISTS[list])) return { kind: 'list', list };
  }
  for (const note of ['err', 'updated'] as const) {
    if (startsWith(key, NOTES[note])) return { kind: 'note', note, uri: uriAfter(NOTES[note], key) };
  }
  return { kind: 'image', uri: uriAfter(IMAGE, key) };
}

/** The URIs, in hexadecimal, of which a key may say something. A URI may itself begin like a prefix. */
export function urisOf(key: Buffer): string[] {
  return [IMAGE, NOTES.err, NOTES.updated]
    .filter((prefix) => startsWith(key, prefix))
    .map(({ length }) => key.toString('hex', length));
}

function startsWith(key: Buffer, prefix: Buffer): boolean {
  return key.subarray(0, prefix.length).equals(prefix);
}

function uriAfter({ length }: Buffer, key: Buffer): SourceUri {
  return SourceUri.of(key.subarray(length));
}

/** What the keys of a URI hold, each as the schema wants it; what is something else is as good as absent. */
export interface Row {
  readonly createdAt?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly checksum?: string | undefined;
  readonly etag?: string | undefined;
  readonly error?: string | undefined;
  /** Milliseconds that `img/err/` has left. */
  readonly failedFor: number;
  /** Milliseconds that `img/updated/` has left. */
  readonly freshFor: number;
}

export function entryOf({ createdAt, status, type, checksum, etag, error, freshFor }: Row): CatalogueEntry {
  if (createdAt === undefined) return { status: 'undeclared' };
  if (status === 'Blocked') return { status: 'blocked' };
  const stored = usableRecord({ type: type || undefined, checksum: checksum || undefined, etag: etag || undefined });
  // Most of those that are kept are stored, without an error: they are to have one shape.
  if (error !== undefined) return { status: 'declared', freshFor, error, ...(type || checksum ? { stored } : {}) };
  return type || checksum ? { status: 'declared', freshFor, stored } : { status: 'declared', freshFor };
}
