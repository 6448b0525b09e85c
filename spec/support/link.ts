import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on loopback on which everything takes its time. */
export interface Link {
  readonly port: number;
  /** From now on, nothing that is said on a connection is heard; they are counted from 0, in the order of their coming. */
  readonly stall: (connection: number) => void;
  /** Ends the connections there are. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

/** @param latency Milliseconds from what is said to what is heard, answers at once. */
export async function startLink(target: number, latency: number): Promise<Link> {
  const sockets = new Set<Socket>();
  const stalled = new Set<number>();
  let connections = 0;
  const server = createServer((near) => {
    const number = connections++;
    const isOpen = (to: Socket) => to.writable && !stalled.has(number);
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    }
    near.on('data', (data) => setTimeout(() => isOpen(far) && far.write(data), latency));
    far.on('data', (data) => isOpen(near) && near.write(data));
    far.on('close', () => near.end());
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    cut,
    stall: (connection) => void stalled.add(connection),
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
