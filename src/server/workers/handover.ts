import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ToWorker } from './messages.js';

/**
 * Hands connections, of which nothing was read, over to a worker, one after another.
 *
 * They stay open here until the worker has taken them. Otherwise Node would close them, but never the one that is
 * on its way when the worker dies: its reader would wait for ever.
 */
export class Handover {
  readonly #child: Pick<ChildProcess, 'send'>;
  /** All that were given and not taken, the oldest first. */
  readonly #given = new Set<Socket>();
  /** Those among them that were not sent yet. */
  readonly #queued = new Set<Socket>();

  constructor(child: Pick<ChildProcess, 'send'>) {
    this.#child = child;
  }

  give(socket: Socket): void {
    this.#given.add(socket);
    this.#queued.add(socket);
    const message: ToWorker = { kind: 'connection' };
    this.#child.send(message, socket, { keepOpen: true }, (error) => error ?? this.#queued.delete(socket));
  }

  /** The worker has taken the oldest. */
  taken(): void {
    const [oldest] = this.#given;
    if (!oldest) return;
    this.#given.delete(oldest);
    oldest.destroy();
  }

  /** The worker is gone. Closes what it may have begun to read, and gives back what can be given to another. */
  end(): readonly Socket[] {
    for (const socket of this.#given) if (!this.#queued.has(socket)) socket.destroy();
    this.#given.clear();
    return [...this.#queued];
  }
}
