import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Picture } from './pictures.js';

export interface DemoOrigin {
  readonly url: string;
  /** Requests it was sent so far. */
  readonly requests: () => number;
  readonly close: () => void;
}

/** What hosts do to the pictures that others embed, by path. */
export const MISHAPS: Record<string, RequestListener> = {
  '/gone.png': (_, response) => response.writeHead(404).end(),
  '/disguised.png': (_, response) =>
    response.writeHead(200, { 'Content-Type': 'image/png' }).end('<html><script>alert(1)</script></html>'),
  '/huge.jpg': (_, response) =>
    response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(Buffer.alloc(6 * 1024 * 1024, 255)),
  '/private.png': (_, response) => response.writeHead(302, { Location: 'http://169.254.169.254/secret' }).end(),
};

/** A small host of pictures on loopback, where a few things go wrong. */
export async function startOrigin(pictures: readonly Picture[]): Promise<DemoOrigin> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    const picture = pictures.find(({ path }) => path === request.url);
    if (picture) response.writeHead(200, { 'Content-Type': picture.type }).end(picture.bytes);
    else MISHAPS[request.url ?? '']?.(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
