import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import { ALLOWED } from './handler.js';

export interface OpsAnswer {
  readonly status: number;
  /** A media type; plain text if not said. */
  readonly type?: string;
  readonly body: string;
  readonly headers?: OutgoingHttpHeaders;
}

/**
 * What answers each path, without a query. One that ends in `/` answers every path of one more segment, which it is
 * given.
 */
export type OpsRoutes = Readonly<Record<string, (segment: string) => OpsAnswer | Promise<OpsAnswer>>>;

const PLAIN = 'text/plain; charset=utf-8';
const NOT_FOUND: OpsAnswer = { status: 404, body: '404 page not found\n' };
const NOT_ALLOWED: OpsAnswer = { status: 405, body: 'Method Not Allowed\n', headers: { Allow: ALLOWED } };

/** The operations port, for those who run the service: never to be reached by readers. */
export function createOpsServer(routes: OpsRoutes): Server {
  return createServer((request, response) => {
    const send = ({ status, type = PLAIN, body, headers }: OpsAnswer) =>
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers }).end(body);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const answer = answerTo(routes, request.url ?? '');
    if (!answer) send(NOT_FOUND);
    else if (!isRead) send(NOT_ALLOWED);
    else void answer().then(send, (error: unknown) => send({ status: 503, body: `${String(error)}\n` }));
  });
}

function answerTo(routes: OpsRoutes, target: string): (() => Promise<OpsAnswer>) | undefined {
  const [, path = '', segment = ''] = /^([^?]*\/)([^/?]*)/.exec(target) ?? [];
  const answer = segment === '' ? undefined : (routes[path + segment] ?? routes[path]);
  return answer && (async () => answer(segment));
}
