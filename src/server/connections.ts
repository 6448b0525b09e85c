import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A connection of a reader, and the answers on it that may not be sent yet, the oldest first. */
export interface Connection {
  readonly pending: ServerResponse[];
}

export type Connections = ReadonlyMap<Socket, Connection>;

/**
 * Requests of one connection that are under way at once, as far as they come in one read. No browser sends
 * more than one, and whoever sends thousands without taking their answers must not fill our memory.
 */
const DEPTH = 64;

/**
 * Keeps account of what is under way on each connection of a server, reads no further requests from one with too
 * many, and sees to it that every answer hears when its connection is closed.
 */
export function trackConnections(server: Server): Connections {
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
    if (connection.pending.push(response) === DEPTH) pauseUntilSent(socket, response);
  });
  return connections;
}

function pauseUntilSent(socket: Socket, response: ServerResponse): void {
  // Later, since Node goes on reading as soon as it has handed over the request.
  process.nextTick(() => socket.pause());
  response.once('close', () => socket.resume());
}

/** The answer that everything after it has to wait for: until it is closed, since it may close the connection. */
export function newest({ pending }: Connection): ServerResponse | undefined {
  const last = pending.at(-1);
  return last?.closed ? undefined : last;
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
