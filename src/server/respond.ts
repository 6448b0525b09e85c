import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { Observable } from 'rxjs';
import type { ServedImage } from '../domain/index.js';
import { formatCacheStatus } from './cache-status.js';
import { evaluatePreconditions, rangeIsCurrent, type Validators } from './preconditions.js';
import { parseRange } from './range.js';
import { sendBody } from './send-body.js';

const MAX_AGE = 3600;

/** Keeps an SVG from doing anything but being looked at, also when it is opened by itself. */
const HARMLESS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

export const BODIES = {
  200: 'OK',
  301: 'Moved Permanently\n',
  302: 'Found\n',
  400: 'Invalid parameters\n',
  404: '404 page not found\n',
  405: 'Method Not Allowed\n',
  431: 'Request Header Fields Too Large\n',
  500: 'Internal Server Error\n',
  503: 'Service Unavailable\n',
  508: 'Loop Detected\n',
} as const;

export type PlainStatus = keyof typeof BODIES;

/** The head of an answer without a picture. It must never be kept as if it were the picture. */
export function plainHeaders(status: PlainStatus, extra: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(BODIES[status]),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...extra,
  };
}

export function sendPlain(response: ServerResponse, status: PlainStatus, extra?: OutgoingHttpHeaders): void {
  response.writeHead(status, plainHeaders(status, extra)).end(BODIES[status]);
}

/** Answers with a picture, or with what RFC 9110 §13 and §14 make of it: at once, or as `sendBody` does. */
export function sendImage(
  request: IncomingMessage,
  response: ServerResponse,
  served: ServedImage,
): void | Observable<void> {
  const { body, type, checksum, modified } = served.image;
  const validators: Validators = { etag: `"${checksum}"`, modified };
  const caching = cachingHeaders(served, validators);
  switch (evaluatePreconditions(request.headers, validators)) {
    case 'not-modified':
      response.writeHead(304, caching).end();
      return;
    case 'precondition-failed':
      response.writeHead(412, { 'Content-Length': 0, 'Cache-Control': 'no-store' }).end();
      return;
    case 'proceed':
  }
  const isCurrent =
    request.method === 'GET' && rangeIsCurrent(request.headers['if-range'] as string | undefined, validators);
  const range = isCurrent ? parseRange(request.headers.range, body.length) : undefined;
  const head = { ...caching, 'Content-Type': type, 'Content-Security-Policy': HARMLESS };
  if (range === 'unsatisfiable') {
    const outside = {
      'Content-Range': `bytes */${body.length}`,
      'Content-Length': 0,
      'Cache-Control': 'no-store',
    };
    response.writeHead(416, outside).end();
  } else if (range) {
    const { first, last } = range;
    const partial = {
      'Content-Range': `bytes ${first}-${last}/${body.length}`,
      'Content-Length': last - first + 1,
    };
    return sendBody(response, [206, { ...head, ...partial }], body, [first, last + 1]);
  } else {
    const whole = { ...head, 'Content-Length': body.length };
    if (request.method !== 'HEAD') return sendBody(response, [200, whole], body, [0, body.length]);
    response.writeHead(200, whole).end();
  }
}

function cachingHeaders({ cacheStatus }: ServedImage, { etag, modified }: Validators): OutgoingHttpHeaders {
  return {
    'Cache-Control': `public, max-age=${MAX_AGE}`,
    ETag: etag,
    'Last-Modified': modified.toUTCString(),
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Status': formatCacheStatus(cacheStatus),
  };
}
