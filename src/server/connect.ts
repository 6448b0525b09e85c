import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ManagedCatalogue } from '../adapters/index.js';

/** Milliseconds for which a Redis is waited for: one that is loading its data takes connections, and its time. */
const SLOWEST_CONNECTION = 1000;

/** A Redis that is away, or not ready, is no reason not to start: it may come back, and we with it. */
export async function connect(catalogue: ManagedCatalogue, log: Logger): Promise<void> {
  const { description } = catalogue;
  const connecting = catalogue
    .connect(() => log.info(`connected to ${description}`))
    .then(
      () => true,
      () => false,
    );
  const isConnected = await Promise.race([connecting, delay(SLOWEST_CONNECTION, false, { ref: false })]);
  if (!isConnected) log.warn(`${description} is away; trying again until it is back`);
}
