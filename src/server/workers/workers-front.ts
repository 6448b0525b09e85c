import { createServer } from 'node:net';
import type { DependencyContainer } from 'tsyringe';
import { REFRESH, TRACING } from '../container.js';
import type { Front } from '../front.js';
import type { Log } from '../log/log.js';
import type { Options } from '../options.js';
import { answerRefreshes } from './answer-refreshes.js';
import type { Channel } from './channel.js';
import type { ToPrimary, ToWorker } from './messages.js';
import { WorkerPool } from './worker-pool.js';
import { WorkerScrapes } from './worker-scrapes.js';

/**
 * Workers answer readers. This process, the primary, accepts the connections for them, and asks origins for them,
 * so that the limits and memories that spare origins are one for all.
 *
 * Not with `node:cluster`, which drops accepted connections that it has not handed on when the last worker stops
 * listening.
 */
export function workersFront({ workers: count }: Options, container: DependencyContainer, { logger: log }: Log): Front {
  const refresh = container.resolve(REFRESH);
  const tracing = container.resolve(TRACING);
  const counts = new WorkerScrapes();
  const attend = (channel: Channel<ToPrimary, ToWorker>) => {
    answerRefreshes(channel, refresh, tracing);
    counts.attend(channel);
  };
  const pool = new WorkerPool({ count, log, attend });
  // What is not read here is there for the worker to read.
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => pool.give(socket));
  return {
    server,
    start: async () => {
      await pool.start();
      log.info(`${count} workers answer readers`);
    },
    trouble: () => pool.trouble(),
    scrape: () => counts.scrape(),
    reopenLogs: () => pool.tell({ kind: 'reopen' }),
    finish: (accepted) => pool.finish(accepted),
    kill: () => pool.kill(),
  };
}
