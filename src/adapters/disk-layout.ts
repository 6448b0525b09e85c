import { join, sep } from 'node:path';
import type { VariantKey } from '../domain/index.js';

/** Where files are written before they are moved to their places. */
export const TEMPORARY = '.tmp';

/** What a place in the cache directory is for. */
export type FilePlace =
  | { readonly kind: 'original'; readonly digest: string }
  | {
      readonly kind: 'variant';
      readonly digest: string;
      /** Checksum of the original it was made of. */
      readonly of: string;
      /** Its own. */
      readonly checksum: string;
    }
  /** One of the folders that files lie in. */
  | { readonly kind: 'folder' }
  | { readonly kind: 'foreign' };

const PLACE =
  /^([0-9a-f]{2})\/([0-9a-f]{2})\/([0-9a-f]{2})\/([0-9a-f]{34})(?:\.([0-9a-f]{40})\.avatar-\d+\.([0-9a-f]{40}))?$/;

const FOLDER = /^(?:[0-9a-f]{2}\/){1,3}$/;

/** Where the original lies whose URI has this digest, relative to the cache directory. */
export function originalPlace(digest: string): string {
  return [digest.slice(0, 2), digest.slice(2, 4), digest.slice(4, 6), digest.slice(6)].join(sep);
}

/** What the name of a variant has after that of its original, before its own checksum. */
export function variantSuffix({ originalChecksum, height }: VariantKey): string {
  return `.${originalChecksum}.avatar-${height}.`;
}

/**
 * Where a file is moved that nobody can vouch for, and that may be the only copy of a picture. Only the same bytes
 * ever take each other's place there.
 */
export function asidePlace(place: string, checksum: string): string {
  return join('.aside', `${place}.${checksum}`);
}

/** What a place, relative to the cache directory, is for by its name. */
export function filePlace(place: string): FilePlace {
  const path = place.replaceAll(sep, '/');
  const [, a, b, c, rest, of, checksum] = PLACE.exec(path) ?? [];
  if (rest === undefined) return { kind: FOLDER.test(path) ? 'folder' : 'foreign' };
  const digest = `${a}${b}${c}${rest}`;
  return of === undefined || checksum === undefined
    ? { kind: 'original', digest }
    : { kind: 'variant', digest, of, checksum };
}
