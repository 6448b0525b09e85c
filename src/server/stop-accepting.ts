import { Server } from 'node:net';

/** Milliseconds between two looks at what has come. */
const SUPERVISION = 100;

/** Milliseconds for which connections are accepted that do not stop to come. */
const LONGEST = 500;

/**
 * Prepares a server to stop listening without losing a connection, and gives the function that stops it.
 *
 * Connections that the kernel has accepted are accepted as well. Resolves when nothing more comes; connections that
 * are open stay so.
 */
export function stopAccepting(server: Server): () => Promise<void> {
  let lastAccepted = 0;
  server.on('connection', () => (lastAccepted = performance.now()));

  return () =>
    new Promise((resolve) => {
      const began = performance.now();
      const supervision = setInterval(() => {
        const now = performance.now();
        // The kernel's queue is empty when nothing came out of it.
        if (now - lastAccepted < SUPERVISION && now - began < LONGEST) return;
        clearInterval(supervision);
        // Not the `close` of HTTP servers, which cuts quiet connections at once, with requests on their way.
        Server.prototype.close.call(server);
        resolve();
      }, SUPERVISION);
    });
}
