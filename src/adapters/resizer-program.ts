import { setPriority } from 'node:os';
import { isRejection } from '../domain/index.js';
import type { Resize, Resized } from './resizer-messages.js';
import { sharpResizer, type SharpResizerOptions } from './sharp-resizer.js';

/**
 * A process that makes avatars, for the one that started it. Before anything else it gives way to whoever has
 * something better to do: threads inherit that from the one that starts them, and libuv's are not started yet.
 */
const NICENESS = 10;
setPriority(NICENESS);

// Terminals and service managers signal all processes, but it ends with the one that it works for.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit());

const resizer = sharpResizer(JSON.parse(process.argv[2] ?? '{}') as SharpResizerOptions);

process.on('message', (asked: Resize) => void answer(asked));

async function answer({ id, bytes, format, height }: Resize): Promise<void> {
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
