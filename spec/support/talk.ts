import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

interface Conversation {
  readonly port: number;
  readonly host?: string;
  /** Milliseconds between two packets. */
  readonly pause?: number;
  /** Milliseconds without a word from the other side after which it is given up. */
  readonly patience?: number;
}

/** Sends packets over one connection and gives everything that came back until the other side closed it. */
export async function talk(
  { port, host = '127.0.0.1', pause = 20, patience = 10_000 }: Conversation,
  ...packets: readonly string[]
): Promise<string> {
  const socket = connect({ port, host, noDelay: true });
  let received = '';
  const ended = new Promise<string>((resolve, reject) => {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (received += chunk));
    socket.once('end', () => resolve(received));
    socket.once('error', reject);
    socket.setTimeout(patience, () => socket.destroy(new Error(`silence after ${JSON.stringify(received)}`)));
  });
  const sent = (async () => {
    for (const packet of packets) {
      socket.write(packet, 'latin1');
      await delay(pause);
    }
  })();
  await Promise.all([ended, sent]);
  socket.destroy();
  return received;
}

/** The status codes of the answers in what came back. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
