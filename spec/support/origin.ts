import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An origin on loopback that does what a spec tells it to, and remembers what it was asked. */
export interface TestOrigin {
  /** `http://HOST:PORT` */
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** Requests for a path so far. */
  readonly count: (path: string) => number;
  readonly on: (path: string, listener: RequestListener) => void;
  readonly close: () => Promise<void>;
}

export async function startOrigin(host = '127.0.0.1'): Promise<TestOrigin> {
  const listeners = new Map<string, RequestListener>();
  const requests: IncomingMessage[] = [];
  const server = createServer({ maxHeaderSize: 1 << 20 }, (request, response) => {
    requests.push(request);
    const listener = listeners.get(request.url ?? '');
    if (listener) listener(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    requests,
    count: (path) => requests.filter(({ url }) => url === path).length,
    on: (path, listener) => listeners.set(path, listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends bytes as a picture of some type, with headers of one's own. */
export function sends(type: string, bytes: Buffer, headers: Record<string, string> = {}): RequestListener {
  const fields = { 'Content-Type': type, 'Content-Length': bytes.length, ...headers };
  return (_, response) => response.writeHead(200, fields).end(bytes);
}
