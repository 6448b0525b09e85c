import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

export interface GracefulStopOptions {
  /** Milliseconds that requests under way are given to finish. */
  readonly patience: number;
  /** Milliseconds for which a connection may still bring a request that was on its way. */
  readonly linger: number;
}

/** Milliseconds between two looks for connections that have become idle. */
const SUPERVISION = 50;

/**
 * Prepares a server to be stopped without losing a request, and gives the function that stops it: nothing
 * more is accepted, every answer says that it is the last one of its connection, and connections that stay
 * idle are closed. Resolves when the last one is closed, or was cut off because the patience was over.
 */
export function gracefulStop(server: Server, { patience, linger }: GracefulStopOptions): () => Promise<void> {
  let isStopping = false;
  /** Of requests sent one after another without waiting, only the answer to the last may close the connection. */
  const newest = new WeakMap<Socket, IncomingMessage>();

  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    newest.set(request.socket, request);
    const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
    response.writeHead = (...head: unknown[]) => {
      if (isStopping && newest.get(request.socket) === request) response.shouldKeepAlive = false;
      return writeHead(...head);
    };
  });

  return () =>
    new Promise((resolve) => {
      isStopping = true;
      const cutOff = setTimeout(() => server.closeAllConnections(), patience);
      let supervision: NodeJS.Timeout | undefined;
      const lingering = setTimeout(() => {
        supervision = setInterval(() => server.closeIdleConnections(), SUPERVISION);
      }, linger);
      // Not the close of HTTP servers, which cuts idle connections at once, with requests on their way.
      NetServer.prototype.close.call(server, () => {
        clearTimeout(cutOff);
        clearTimeout(lingering);
        clearInterval(supervision);
        resolve();
      });
    });
}
