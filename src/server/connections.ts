import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A connection of a reader, and the answers on it that may not be sent yet, the oldest first. */
export interface Connection {
  readonly pending: ServerResponse[];
}

/**
 * Keeps account of what is under way on each connection of a server, and sees to it that every answer hears
 * when its connection is closed. Listeners of later requests see them counted.
 */
export function trackConnections(server: Server): ReadonlyMap<Socket, Connection> {
  const connections = new Map<Socket, Connection>();
  server.on('connection', (socket: Socket) => {
    const connection: Connection = { pending: [] };
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      closeQueued(connection);
    });
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

/**
 * Node tells only the answer that is being sent when a connection is closed: those that wait behind it have
 * no socket yet, would never get one, and what works for them would go on.
 */
function closeQueued(connection: Connection): void {
  forgetSent(connection);
  for (const response of connection.pending) {
    if (!response.socket) response.destroy().emit('close');
  }
}
