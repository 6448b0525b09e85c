import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on loopback on which everything takes its time. */
export interface Link {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** @param latency Milliseconds from what is said to what is heard, answers at once. */
export async function startLink(target: number, latency: number): Promise<Link> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    }
    near.on('data', (data) => setTimeout(() => far.writable && far.write(data), latency));
    near.on('close', () => far.destroy());
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
