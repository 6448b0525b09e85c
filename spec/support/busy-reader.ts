import { connect } from 'node:net';

interface Reader {
  readonly asked: number;
  readonly answered: number;
  readonly refused: boolean;
}

/** Asks again as soon as it was answered, on one connection, until that says it is the last time. */
export interface BusyReader {
  readonly begin: () => void;
  readonly done: Promise<Reader>;
}

/** @param expected What every answer has to be. */
export function busyReader(port: number, path: string, expected: Buffer): BusyReader {
  const reader = { asked: 0, answered: 0, refused: false };
  const socket = connect(port, '127.0.0.1');
  const ask = () => {
    reader.asked++;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  };
  const done = new Promise<Reader>((resolve) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => (reader.refused = reader.asked === 0));
    socket.once('close', () => resolve(reader));
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      const end = received.indexOf('\r\n\r\n');
      const head = received.subarray(0, Math.max(0, end)).toString();
      if (end < 0 || received.length < end + 4 + expected.length) return;
      if (head.startsWith('HTTP/1.1 200') && received.subarray(end + 4).equals(expected)) reader.answered++;
      received = Buffer.alloc(0);
      if (!/^connection: close/im.test(head)) ask();
    });
  });
  return { begin: ask, done };
}
