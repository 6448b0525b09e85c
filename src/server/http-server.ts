import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { type Connections, trackConnections } from './connections.js';
import { StartFailure } from './failure.js';
import { OwnResponse } from './head-lines.js';
import { authority, type ListenAddress } from './listen-address.js';
import { answerMalformedRequests } from './malformed-request.js';
import type { Watch } from './requests/watch.js';

/** A request line or headers of 1 MiB are served; Node counts a little more than their bytes. */
const MAX_HEADER_SIZE = (1 << 20) + (1 << 16);

/** Milliseconds for which a request may dribble in; and how often that is looked at. */
const SLOWEST_REQUEST = 10_000;
const SUPERVISION = 1000;

/** Connections that wait to be accepted; the kernel's own limit may be lower. */
const BACKLOG = 4096;

export interface HttpServer {
  readonly server: Server;
  readonly connections: Connections;
}

/**
 * @param idle Milliseconds after which a connection on which nothing moves is closed, answered or not.
 * @param watch Told of requests that never come to the handler, since they cannot be parsed.
 */
export function createHttpServer(handler: RequestListener, idle: number, watch: Watch): HttpServer {
  const server = createServer(
    {
      ServerResponse: OwnResponse,
      maxHeaderSize: MAX_HEADER_SIZE,
      headersTimeout: SLOWEST_REQUEST,
      requestTimeout: SLOWEST_REQUEST,
      connectionsCheckingInterval: SUPERVISION,
      // Node would answer those without a Host, and those who expect what it does not know, unseen: this is for the handler.
      requireHostHeader: false,
    },
    handler,
  );
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.timeout = idle;
  // Bounded by their bytes. A bound on their number would drop some unseen, a second Host among them.
  server.maxHeadersCount = 0;
  const connections = trackConnections(server);
  answerMalformedRequests(server, connections, watch);
  return { server, connections };
}

/**
 * Resolves to the URL it listens on. Without a host: on IPv6 and IPv4 alike, or on IPv4 where there is no IPv6.
 *
 * @param flag The one to name another address with.
 */
export async function listen(server: NetServer, { host, port }: ListenAddress, flag: string): Promise<string> {
  try {
    return await listenOn(server, host ?? '::', port);
  } catch (error) {
    const withoutIPv6 = host === undefined && (error as NodeJS.ErrnoException).code === 'EAFNOSUPPORT';
    if (!withoutIPv6) throw explain(error as NodeJS.ErrnoException, host ?? '::', port, flag);
    return listen(server, { host: '0.0.0.0', port }, flag);
  }
}

function listenOn(server: NetServer, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve(urlOf(server.address() as AddressInfo));
    });
  });
}

function explain({ code, message }: NodeJS.ErrnoException, host: string, port: number, flag: string): StartFailure {
  const reason = code === 'EADDRINUSE' ? 'the port is in use' : message;
  return new StartFailure(`cannot listen on ${authority(host, port)}: ${reason}; name another address with ${flag}`);
}

function urlOf({ address, port }: AddressInfo): string {
  return `http://${authority(address, port)}`;
}
