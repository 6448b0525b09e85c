import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Connection, type Connections, forgetSent } from './connections.js';

export interface GracefulStopOptions {
  /** Milliseconds that requests under way are given to finish. */
  readonly patience: number;
  /** Milliseconds for which a quiet connection may still bring a request that was on its way. */
  readonly linger: number;
}

/** Milliseconds between two looks at what is going on. */
const SUPERVISION = 100;

/**
 * Prepares a server to be stopped without losing a request, and gives the function that finishes what is under
 * way, given when nothing more is accepted.
 *
 * The answer to the newest request of each connection says that it is the last one, and connections that stay
 * quiet are closed. Resolves when nothing more is accepted and the last connection is closed, or was cut off
 * because the patience was over.
 */
export function gracefulStop(
  server: Server,
  connections: Connections,
  { patience, linger }: GracefulStopOptions,
): (accepted: Promise<void>) => Promise<void> {
  /** When a connection was first seen with nothing pending. */
  const quietSince = new WeakMap<Connection, number>();

  const closeAfter = ({ socket }: IncomingMessage, response: ServerResponse) => {
    for (const earlier of connections.get(socket)?.pending ?? []) earlier.shouldKeepAlive = true;
    response.shouldKeepAlive = false;
  };

  const isQuiet = (connection: Connection, now: number): boolean => {
    forgetSent(connection);
    const since = quietSince.get(connection) ?? now;
    if (connection.pending.length > 0) quietSince.delete(connection);
    else quietSince.set(connection, since);
    return connection.pending.length === 0 && now - since >= linger;
  };

  return (accepted) =>
    new Promise((resolve) => {
      server.prependListener('request', closeAfter);
      let isAccepting = true;
      void accepted.then(() => (isAccepting = false));
      const began = performance.now();
      for (const connection of connections.values()) closeAfterNewest(connection);
      const supervision = setInterval(() => {
        const now = performance.now();
        for (const [socket, connection] of connections) {
          if (now - began >= patience) socket.destroy();
          else if (isQuiet(connection, now)) socket.destroySoon();
        }
        if (isAccepting || connections.size > 0) return;
        clearInterval(supervision);
        resolve();
      }, SUPERVISION);
    });
}

/** Of requests sent one after another without waiting, only the answer to the last may close the connection. */
function closeAfterNewest({ pending }: Connection): void {
  const newest = pending.at(-1);
  for (const response of pending) response.shouldKeepAlive = response !== newest;
}
