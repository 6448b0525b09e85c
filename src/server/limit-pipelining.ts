import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connection } from './connections.js';

/**
 * Requests of one connection that are under way at once, as far as they come in one read. No browser sends
 * more than one, and whoever sends thousands without taking their answers must not fill our memory.
 */
const DEPTH = 64;

/** Reads no further requests from a connection with too many under way until all of them are answered. */
export function limitPipelining(server: Server, connections: ReadonlyMap<Socket, Connection>): void {
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    if ((connections.get(socket)?.pending.length ?? 0) < DEPTH) return;
    socket.pause();
    response.once('close', () => socket.resume());
  });
}
