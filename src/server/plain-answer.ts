import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

export const BODIES = {
  200: 'OK',
  301: 'Moved Permanently\n',
  302: 'Found\n',
  400: 'Invalid parameters\n',
  404: '404 page not found\n',
  405: 'Method Not Allowed\n',
  408: 'Request Timeout\n',
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

/** Gives the bytes of the body that was sent. */
export function sendPlain(response: ServerResponse, status: PlainStatus, extra?: OutgoingHttpHeaders): number {
  const body = BODIES[status];
  response.writeHead(status, plainHeaders(status, extra)).end(body);
  return response.req.method === 'HEAD' ? 0 : body.length;
}
