import { createServer, type Server } from 'node:http';

/** Why no requests should be sent here, in one line; `undefined` when they should. */
export type Readiness = () => Promise<string | undefined>;

/** The operations port, for those who run the service: never to be reached by readers. */
export function createOpsServer(readiness: Readiness): Server {
  return createServer((request, response) => {
    const send = (status: number, body: string) =>
      response
        .writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
        .end(`${body}\n`);
    if (request.url !== '/ready') send(404, '404 page not found');
    else if (request.method !== 'GET' && request.method !== 'HEAD') send(405, 'Method Not Allowed');
    else
      void readiness().then(
        (reason) => (reason === undefined ? send(200, 'ready') : send(503, reason)),
        (error: unknown) => send(503, String(error)),
      );
  });
}
