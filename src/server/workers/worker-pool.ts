import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { filter } from 'rxjs';
import { StartFailure } from '../failure.js';
import type { Channel } from './channel.js';
import type { ToPrimary, ToWorker } from './messages.js';
import { startWorker, type WorkerProcess } from './worker-process.js';

export interface WorkerPoolOptions {
  readonly count: number;
  readonly log: Logger;
  /** Listens to what a new worker wants. */
  readonly attend: (channel: Channel<ToPrimary, ToWorker>) => void;
}

/** Milliseconds a worker has to live to be replaced at once, and the pause for others, so that nothing spins. */
const LONG_LIFE = 10_000;
const PAUSE = 1000;

/** Milliseconds that workers are given to finish: more than they give themselves, and less than ten seconds. */
const PATIENCE = 9500;

/**
 * The workers, each replaced when it ends unasked. Connections go to one after another; without any that can take
 * them, they wait for the next.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Set<WorkerProcess>();
  /** Those that can answer readers; whose turn it is comes first. */
  readonly #ready = new Set<WorkerProcess>();
  readonly #waiting = new Set<Socket>();
  #isEnding = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Resolves when all can answer readers; rejects with a `StartFailure` when one of them ends before that. */
  async start(): Promise<void> {
    const { count } = this.#options;
    await Promise.all(Array.from({ length: count }, () => this.#startOne()));
  }

  /** Why no readers should come, in one line. */
  trouble(): string | undefined {
    return this.#ready.size > 0 ? undefined : 'no worker is running';
  }

  give(socket: Socket): void {
    const [next] = this.#ready;
    if (next) {
      this.#ready.delete(next);
      this.#ready.add(next);
      next.handover.give(socket);
    } else if (this.#isEnding) socket.destroy();
    else this.#waiting.add(socket);
  }

  tell(message: ToWorker): void {
    for (const { channel } of this.#workers) channel.send(message);
  }

  /** Lets the workers finish what is under way, given when the last connection was given. Resolves when all have ended. */
  async finish(accepted: Promise<void>): Promise<void> {
    this.#isEnding = true;
    this.tell({ kind: 'stop' });
    await accepted;
    for (const socket of this.#waiting) socket.destroy();
    this.tell({ kind: 'accepted' });
    const ends = [...this.#workers].map(({ ended }) => ended);
    await Promise.race([Promise.all(ends), delay(PATIENCE, undefined, { ref: false })]);
    this.kill();
  }

  kill(): void {
    this.#isEnding = true;
    for (const worker of this.#workers) worker.kill();
  }

  #startOne(): Promise<void> {
    const worker = startWorker();
    const startedAt = performance.now();
    this.#workers.add(worker);
    this.#options.attend(worker.channel);
    void worker.ended.then((how) => this.#bury(worker, how, performance.now() - startedAt));
    const told = (what: ToPrimary['kind']) => worker.channel.messages.pipe(filter(({ kind }) => kind === what));
    told('taken').subscribe(() => worker.handover.taken());
    return new Promise((resolve, reject) => {
      told('ready').subscribe(() => {
        this.#admit(worker);
        resolve();
      });
      void worker.ended.then((how) => reject(new StartFailure(`a worker ended with ${how} while it was starting`)));
    });
  }

  #admit(worker: WorkerProcess): void {
    // Too late to be of use.
    if (this.#isEnding) return worker.kill();
    this.#ready.add(worker);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const socket of waiting) this.give(socket);
  }

  #bury(worker: WorkerProcess, how: string, lived: number): void {
    this.#workers.delete(worker);
    this.#ready.delete(worker);
    for (const socket of worker.handover.end()) this.give(socket);
    if (this.#isEnding) return;
    this.#options.log.error(`worker ${worker.pid} ended with ${how}`);
    setTimeout(() => this.#replace(), lived < LONG_LIFE ? PAUSE : 0).unref();
  }

  #replace(): void {
    // One that ends while it starts is replaced as any other, and logged.
    if (!this.#isEnding) void this.#startOne().catch(() => undefined);
  }
}
