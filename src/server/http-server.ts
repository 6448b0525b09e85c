import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartFailure } from './failure.js';
import { authority, type ListenAddress } from './listen-address.js';
import { answerMalformedRequests } from './malformed-request.js';

/** A request line or headers of 1 MiB are served; Node counts a little more than their bytes. */
const MAX_HEADER_SIZE = (1 << 20) + (1 << 16);

/** Milliseconds for which a request may dribble in; and how often that is looked at. */
const SLOWEST_REQUEST = 10_000;
const SUPERVISION = 1000;

/** Connections that wait to be accepted; the kernel's own limit may be lower. */
const BACKLOG = 4096;

/** @param idle Milliseconds after which a connection on which nothing moves is closed, answered or not. */
export function createHttpServer(handler: RequestListener, idle: number): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_SIZE,
      headersTimeout: SLOWEST_REQUEST,
      requestTimeout: SLOWEST_REQUEST,
      connectionsCheckingInterval: SUPERVISION,
    },
    handler,
  );
  server.timeout = idle;
  // Bounded by their bytes. A bound on their number would drop some unseen, a second Host among them.
  server.maxHeadersCount = 0;
  answerMalformedRequests(server);
  return server;
}

/** Resolves to the URL it listens on. Without a host: on IPv6 and IPv4 alike, or on IPv4 where there is no IPv6. */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  if (host !== undefined) return listenOn(server, host, port);
  try {
    return await listenOn(server, '::', port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
    return listenOn(server, '0.0.0.0', port);
  }
}

function listenOn(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(explain(error, host, port));
    server.once('error', fail);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', fail);
      resolve(urlOf(server.address() as AddressInfo));
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EAFNOSUPPORT') return error;
  const reason = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
  return new StartFailure(`cannot listen on ${authority(host, port)}: ${reason}; name another address with -a`);
}

function urlOf({ address, port }: AddressInfo): string {
  return `http://${authority(address, port)}`;
}
