import { validateHeaderValue } from 'node:http';
import type { ImageBody, StoredImage } from '../domain/index.js';
import type { HeadLines } from './head-lines.js';
import type { Validators } from './preconditions.js';

/** What the answers with one picture have in common. */
export interface ImageHead extends Validators, Pick<StoredImage, 'type' | 'checksum'> {
  /** `lastModified` as a field says it. */
  readonly modified: string;
}

const MAX_AGE = 3600;

/** Keeps an SVG from doing anything but being looked at, also when it is opened by itself. */
const ONLY_TO_LOOK_AT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

const heads = new WeakMap<ImageBody, ImageHead>();

/** Worked out once for each body that is kept: those that are asked for often keep theirs. */
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

/** Throws when a value would end its line. */
function makeHead({ type, checksum, lastModified }: StoredImage): ImageHead {
  const etag = `"${checksum}"`;
  validateHeaderValue('ETag', etag);
  validateHeaderValue('Content-Type', type);
  return { type, checksum, lastModified, etag, modified: lastModified.toUTCString() };
}

/** What goes with the bytes of a picture, but for how many there are. */
export function contentOf(head: ImageHead): HeadLines {
  return `${cachingOf(head)}Content-Type: ${head.type}\r\nContent-Security-Policy: ${ONLY_TO_LOOK_AT}\r\n`;
}

/** Of that, what is said without the bytes as well: to a reader who has them (RFC 9110 §15.4.5). */
export function cachingOf({ etag, modified }: ImageHead): HeadLines {
  return (
    `Cache-Control: public, max-age=${MAX_AGE}\r\nETag: ${etag}\r\nLast-Modified: ${modified}\r\n` +
    'Accept-Ranges: bytes\r\nX-Content-Type-Options: nosniff\r\n'
  );
}
