import { Socket } from 'node:net';
import { isRejection } from '../domain/rejection.js';
import { giveWay } from './give-way.js';
import { PICTURES, type Resize, type Resized } from './resizer-messages.js';
import { sharpResizer, type SharpResizerOptions } from './sharp-resizer.js';

// A process that makes avatars, for the one that started it. Before anything else it gives way to whoever has
// something better to do, with all its threads: those of V8 and libuv run already.
giveWay();

// Terminals and service managers signal all processes, but it ends with the one that it works for.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit());

const resizer = sharpResizer(JSON.parse(process.argv[2] ?? '{}') as SharpResizerOptions);

const pictures = new Socket({ fd: PICTURES, readable: true });

/** Asked for, while the picture is still coming. */
const waiting: Resize[] = [];

process.on('message', (asked: Resize) => {
  waiting.push(asked);
  takeThoseThatCame();
});
pictures.on('readable', takeThoseThatCame);

function takeThoseThatCame(): void {
  for (let asked = waiting[0]; asked; asked = waiting[0]) {
    // Nothing at all is never there to be read.
    const bytes = asked.length > 0 ? (pictures.read(asked.length) as Buffer | null) : Buffer.alloc(0);
    if (!bytes) return;
    waiting.shift();
    void answer(asked, bytes);
  }
}

async function answer({ id, format, height }: Resize, bytes: Uint8Array): Promise<void> {
  try {
    send({ id, bytes: (await resizer.resize(bytes, format, height)) as Uint8Array });
  } catch (error) {
    if (!isRejection(error)) throw error;
    send({ id, code: error.code, message: error.message });
  }
}

function send(answered: Resized): void {
  // Without a listener for its outcome, what cannot be sent would be an error nobody handles.
  process.send?.(answered, undefined, undefined, () => undefined);
}
