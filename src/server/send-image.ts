import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ServedImage } from '../domain/index.js';
import { formatCacheStatus } from './cache-status.js';
import { type HeadLines, writeHead } from './head-lines.js';
import { cachingOf, contentOf, headOf } from './image-head.js';
import { evaluatePreconditions, isConditional, rangeIsCurrent, type Validators } from './preconditions.js';
import { parseRange } from './range.js';
import { occurrences } from './raw-headers.js';
import { sendBody } from './send-body.js';

/** Says nothing of the picture, and must not be kept as if it did. */
const NO_PICTURE: HeadLines = 'Content-Length: 0\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n';

/**
 * Answers with a picture, or with what RFC 9110 §13 and §14 make of it: at once, or as `sendBody` does. Gives the
 * bytes of the body that was sent.
 */
export function sendImage(
  request: IncomingMessage,
  response: ServerResponse,
  { image, cacheStatus }: ServedImage,
): number | Promise<number> {
  const head = headOf(image);
  const { method, rawHeaders } = request;
  const outcome = isConditional(rawHeaders) ? evaluatePreconditions(request.headers, head) : 'proceed';
  if (outcome === 'precondition-failed') return end(response, 412, NO_PICTURE);
  const status: HeadLines = `Cache-Status: ${formatCacheStatus(cacheStatus)}\r\n`;
  if (outcome === 'not-modified') return end(response, 304, cachingOf(head) + status);

  const { length } = image.body;
  const range = occurrences(rawHeaders, 'range') > 0 ? rangeOf(request.headers, head, length) : undefined;
  if (method === 'HEAD' || range === undefined) {
    const lines: HeadLines = `${contentOf(head)}${status}Content-Length: ${length}\r\n`;
    return method === 'HEAD' ? end(response, 200, lines) : sendBody(response, [200, lines], image.body, [0, length]);
  }
  if (range === 'unsatisfiable') return end(response, 416, `${NO_PICTURE}Content-Range: bytes */${length}\r\n`);
  const { first, last } = range;
  const part: HeadLines = `Content-Length: ${last - first + 1}\r\nContent-Range: bytes ${first}-${last}/${length}\r\n`;
  return sendBody(response, [206, contentOf(head) + status + part], image.body, [first, last + 1]);
}

function rangeOf(headers: IncomingHttpHeaders, validators: Validators, length: number) {
  const isCurrent = rangeIsCurrent(headers['if-range'] as string | undefined, validators);
  return isCurrent ? parseRange(headers.range, length) : undefined;
}

function end(response: ServerResponse, status: 200 | 304 | 412 | 416, lines: HeadLines): number {
  writeHead(response, status, lines).end();
  return 0;
}
