import { type AddressInfo, createServer } from 'node:net';

/** Accepts connections on every address of this machine, counts them, and closes them. */
export interface CountingListener {
  readonly port: number;
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

export async function startCountingListener(givenPort = 0): Promise<CountingListener> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '::', port: givenPort }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
