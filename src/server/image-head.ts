import type { ImageBody, StoredImage } from '../domain/index.js';
import type { Validators } from './preconditions.js';

/** Names and values in turn. */
export type Fields = readonly string[];

/** What the answers with one picture have in common. */
export interface ImageHead extends Validators, Pick<StoredImage, 'type' | 'checksum'> {
  /** What goes with its bytes, but for how many there are. */
  readonly content: Fields;
}

const MAX_AGE = 3600;

/** Keeps an SVG from doing anything but being looked at, also when it is opened by itself. */
const ONLY_TO_LOOK_AT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

const heads = new WeakMap<ImageBody, ImageHead>();

/** Worked out once for each body in memory: those that are asked for often keep theirs. */
export function headOf(image: StoredImage): ImageHead {
  const known = heads.get(image.body);
  if (known && isOf(image, known)) return known;
  const head = makeHead(image);
  heads.set(image.body, head);
  return head;
}

function isOf({ type, checksum, lastModified }: StoredImage, head: ImageHead): boolean {
  return head.type === type && head.checksum === checksum && head.lastModified === lastModified;
}

function makeHead({ type, checksum, lastModified }: StoredImage): ImageHead {
  const etag = `"${checksum}"`;
  const content = [
    ['Cache-Control', `public, max-age=${MAX_AGE}`],
    ['ETag', etag],
    ['Last-Modified', lastModified.toUTCString()],
    ['Accept-Ranges', 'bytes'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Content-Type', type],
    ['Content-Security-Policy', ONLY_TO_LOOK_AT],
  ].flat();
  return { type, checksum, lastModified, etag, content };
}

/** Names and values of the fields that come first: those that are said again when the reader has the picture. */
const CACHING = 5 * 2;

/** Of what goes with the bytes, what goes without them as well (RFC 9110 §15.4.5). */
export function cachingOf(content: Fields): Fields {
  return content.slice(0, CACHING);
}
