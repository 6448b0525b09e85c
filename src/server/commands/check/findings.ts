import { opendir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { CatalogueKey, DiskFiles, ManagedCatalogue } from '../../../adapters/index.js';
import { checksumOf, SourceUri } from '../../../domain/index.js';

/** One thing on which the catalogue and the cache directory do not agree. */
export interface Finding {
  readonly kind: string;
  readonly what: string;
}

const KNOWN_FIELDS = new Set(['created_at', 'status', 'type', 'checksum', 'etag']);
const LISTS = new Set(['img/latest', 'img/blocked']);
const ORIGINAL_PATH = /^[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{34}$/;
const VARIANT_PATH = /^([0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{34})\.[0-9a-f]{40}\.avatar-\d+\.[0-9a-f]{40}$/;

/** Goes through every key and every file, counting them on the way. */
export async function* findingsOf(
  catalogue: ManagedCatalogue,
  files: DiskFiles,
  directory: string,
  counts: { keys: number; files: number },
): AsyncIterable<Finding> {
  const expected = new Set<string>();
  for await (const key of catalogue.keys()) {
    counts.keys++;
    yield* keyFindings(key, files, (path) => expected.add(relative(directory, path)));
  }
  for (const path of await files.leftovers())
    yield { kind: 'leftover temporary file', what: relative(directory, path) };
  for await (const path of storedPaths(directory)) {
    counts.files++;
    const original = ORIGINAL_PATH.test(path) ? path : VARIANT_PATH.exec(path)?.[1];
    if (original === undefined || !expected.has(original)) yield { kind: 'orphan file', what: path };
  }
}

async function* keyFindings(
  { key, type, ttl, fields }: CatalogueKey,
  files: DiskFiles,
  expect: (path: string) => void,
): AsyncIterable<Finding> {
  const name = key.toString('utf8');
  // Gone between being listed and being looked at.
  if (type === 'none') return;
  if (LISTS.has(name)) {
    if (type !== 'list') yield { kind: 'wrong key type', what: `${name} is a ${type}` };
  } else if (/^img\/(?:err|updated)\//.test(name)) {
    if (type !== 'string') yield { kind: 'wrong key type', what: `${name} is a ${type}` };
    else if (ttl < 0) yield { kind: 'missing TTL', what: name };
  } else if (type !== 'hash') {
    yield { kind: 'wrong key type', what: `${name} is a ${type}` };
  } else {
    yield* imageFindings(SourceUri.of(key.subarray('img/'.length)), fields, files, expect);
  }
}

async function* imageFindings(
  uri: SourceUri,
  fields: ReadonlyMap<string, string>,
  files: DiskFiles,
  expect: (path: string) => void,
): AsyncIterable<Finding> {
  const what = uri.toString();
  for (const field of fields.keys()) {
    if (!KNOWN_FIELDS.has(field)) yield { kind: 'unknown field', what: `${field} of ${what}` };
  }
  if (!fields.has('created_at')) yield { kind: 'no created_at', what };
  const checksum = fields.get('checksum');
  if (checksum === undefined) return;
  expect(files.pathOf(uri));
  if (!fields.has('type')) yield { kind: 'checksum without type', what };
  const bytes = await readFile(files.pathOf(uri)).catch(() => undefined);
  if (!bytes) yield { kind: 'missing file', what };
  else if (checksumOf(bytes) !== checksum) yield { kind: 'checksum differs from file', what };
}

/** Paths below `aa/bb/cc`, relative to the cache directory; other things may lie beside these folders. */
async function* storedPaths(directory: string, below = '', depth = 0): AsyncIterable<string> {
  for await (const entry of await opendir(join(directory, below))) {
    const path = join(below, entry.name);
    if (depth === 3) yield path;
    else if (entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name)) yield* storedPaths(directory, path, depth + 1);
  }
}
