import type { Body, StoredImage } from '../domain/index.js';
import type { Validators } from './preconditions.js';

/** Names and values in turn. */
export type Fields = readonly string[];

/** What the answers with one picture have in common. */
export interface ImageHead {
  readonly validators: Validators;
  /** What goes with its bytes, but for how many there are. */
  readonly content: Fields;
}

const MAX_AGE = 3600;

/** Keeps an SVG from doing anything but being looked at, also when it is opened by itself. */
const ONLY_TO_LOOK_AT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

const heads = new WeakMap<Body, { readonly image: StoredImage; readonly head: ImageHead }>();

/** Worked out once for each body in memory: those that are asked for often keep theirs. */
export function headOf(image: StoredImage): ImageHead {
  const known = heads.get(image.body);
  if (known && saysTheSame(known.image, image)) return known.head;
  const head = makeHead(image);
  heads.set(image.body, { image, head });
  return head;
}

function saysTheSame(one: StoredImage, other: StoredImage): boolean {
  return one.type === other.type && one.checksum === other.checksum && one.modified === other.modified;
}

function makeHead({ type, checksum, modified }: StoredImage): ImageHead {
  const etag = `"${checksum}"`;
  const content = [
    ['Cache-Control', `public, max-age=${MAX_AGE}`],
    ['ETag', etag],
    ['Last-Modified', modified.toUTCString()],
    ['Accept-Ranges', 'bytes'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Content-Type', type],
    ['Content-Security-Policy', ONLY_TO_LOOK_AT],
  ].flat();
  return { validators: { etag, modified }, content };
}

/** Names and values of the fields that come first: those that are said again when the reader has the picture. */
const CACHING = 5 * 2;

/** Of what goes with the bytes, what goes without them as well (RFC 9110 §15.4.5). */
export function cachingOf(content: Fields): Fields {
  return content.slice(0, CACHING);
}
