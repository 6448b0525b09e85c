import { type CatalogueEntry, type SourceUri, usable } from '../domain/index.js';

const IMAGE = Buffer.from('img/');
const ERROR = Buffer.from('img/err/');
const UPDATED = Buffer.from('img/updated/');

export function imageKey(uri: SourceUri): Buffer {
  return Buffer.concat([IMAGE, uri.bytes]);
}

export function errorKey(uri: SourceUri): Buffer {
  return Buffer.concat([ERROR, uri.bytes]);
}

export function updatedKey(uri: SourceUri): Buffer {
  return Buffer.concat([UPDATED, uri.bytes]);
}

/** The URIs, in hexadecimal, of which a key may say something. A URI may itself begin like a prefix. */
export function urisOf(key: Buffer): string[] {
  return [IMAGE, ERROR, UPDATED]
    .filter((prefix) => key.subarray(0, prefix.length).equals(prefix))
    .map(({ length }) => key.toString('hex', length));
}

/** What the keys of a URI hold, each as the schema wants it; what is something else is as good as absent. */
export interface Row {
  readonly createdAt?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly checksum?: string | undefined;
  readonly etag?: string | undefined;
  readonly error?: string | undefined;
  /** Milliseconds that `img/updated/` has left. */
  readonly freshFor: number;
}

export function entryOf({ createdAt, status, type, checksum, etag, error, freshFor }: Row): CatalogueEntry {
  if (createdAt === undefined) return { status: 'undeclared' };
  if (status === 'Blocked') return { status: 'blocked' };
  const stored = usable({ ...(type && { type }), ...(checksum && { checksum }), ...(etag && { etag }) });
  return {
    status: 'declared',
    freshFor,
    ...(type || checksum ? { stored } : {}),
    ...(error === undefined ? {} : { error }),
  };
}
