import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A connection of a reader, and the answers on it that may not be sent yet, the oldest first. */
export interface Connection {
  readonly pending: ServerResponse[];
}

/** Keeps account of what is under way on each connection of a server. Listeners of later requests see them counted. */
export function trackConnections(server: Server): ReadonlyMap<Socket, Connection> {
  const connections = new Map<Socket, Connection>();
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { pending: [] });
    socket.once('close', () => connections.delete(socket));
  });
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(socket);
    if (!connection) return;
    forgetSent(connection);
    connection.pending.push(response);
  });
  return connections;
}

/** Looked at when there is a reason to, since listening to each answer would cost every request. */
export function forgetSent({ pending }: Connection): void {
  while (pending[0] && (pending[0].writableFinished || pending[0].destroyed)) pending.shift();
}
