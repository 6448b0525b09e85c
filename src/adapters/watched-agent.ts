import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ExchangeProgress } from '../domain/index.js';
import { addressRefused, type Connectable } from './guarded-agent.js';

/** The same agent for one exchange, of whose way to its origin it tells. */
export function watchedAgent(agent: Connectable, tell: (progress: ExchangeProgress) => void): Agent {
  const tellRefused = (error: unknown) => {
    const address = addressRefused(error);
    if (address !== undefined) tell({ kind: 'connecting', address });
  };
  const watch = (socket: Socket) => {
    // Comes once for each address.
    socket.once('lookup', (error: Error | null) => {
      tell({ kind: 'resolved' });
      tellRefused(error);
    });
    socket.on('connectionAttempt', (address) => tell({ kind: 'connecting', address }));
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => tell({ kind: 'connected' }));
  };
  const own: Connectable = {
    createConnection: (options, callback) => {
      const socket = agent.createConnection(options, (error, ...connected) => {
        tellRefused(error);
        callback(error, ...connected);
      });
      if (socket) watch(socket);
      return socket;
    },
  };
  // Everything else is that agent's, its memory of TLS sessions above all.
  return Object.assign(Object.create(agent) as Agent, own);
}
