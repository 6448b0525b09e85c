import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Subject } from 'rxjs';
import { type DiskFiles, type ManagedCatalogue, RedisCatalogue } from '../adapters/index.js';
import { assertCacheDirectory } from './cache-directory.js';
import { CATALOGUE, createContainer, FILES, PIPELINE, TROUBLES } from './container.js';
import { gracefulStop } from './graceful-stop.js';
import { requestHandler } from './handler.js';
import { createHttpServer, listen } from './http-server.js';
import { openLog } from './log.js';
import { createOpsServer, type Readiness } from './ops-server.js';
import type { Options } from './options.js';
import { stopAccepting } from './stop-accepting.js';

/** With what comes after it, stopping takes ten seconds at most. */
const STOP = { patience: 9000, linger: 500 };

/** Milliseconds a reader may take nothing of an answer, beyond the time that a fetch and its turns may take. */
const SLOWEST_READER = 10_000;

/** Milliseconds for which a Redis is waited for: one that is loading its data takes connections, and its time. */
const SLOWEST_CONNECTION = 1000;

/** Milliseconds for which work that cannot be stopped may hold up the end of the process. */
const LAST_WORDS = 500;

/** Runs the server until it is told to stop. Resolves to its exit code. */
export async function serve(options: Options): Promise<0> {
  assertCacheDirectory(options.dir);
  const { logger, reopen } = openLog(options.log);
  process.on('SIGHUP', reopen);
  const stopping = stopSignal(logger);

  const shutdown = new Subject<void>();
  const container = createContainer(options, logger, shutdown);
  const catalogue = container.resolve(CATALOGUE);
  const { report } = container.resolve(TROUBLES);
  const { server, connections } = createHttpServer(
    requestHandler({
      pipeline: container.resolve(PIPELINE),
      log: logger,
      report,
      defaultAvatar: options.defaultAvatar,
      avatarHeight: options.avatarHeight,
      userAgent: options.userAgent,
    }),
    options.fetchTimeout + 2 * options.queueTimeout + SLOWEST_READER,
  );
  const stopListening = stopAccepting(server, STOP.linger);
  const finish = gracefulStop(server, connections, STOP);
  const ops = createOpsServer(readiness(catalogue, stopping));
  await sweep(container.resolve(FILES), logger).catch(report);
  await connect(catalogue, logger);
  try {
    // Not before: the first readers would find us without our catalogue.
    if (options.ops) logger.info(`operations on ${await listen(ops, options.ops, '--ops')}`);
    logger.info(`listening on ${await listen(server, options.addr, '-a')}`);
  } catch (error) {
    // Each of them would keep the process.
    ops.close();
    await catalogue.close();
    throw error;
  }

  await stopping;
  await finish(stopListening());
  shutdown.next();
  ops.close();
  await catalogue.close();
  logger.info('stopped');
  // Fires only if something is left that keeps the process alive.
  setTimeout(() => process.exit(), LAST_WORDS).unref();
  return 0;
}

/** What an earlier process left half-written when it was killed. */
async function sweep(files: DiskFiles, log: Logger): Promise<void> {
  const swept = await files.sweep();
  if (swept > 0) log.warn(`removed ${swept} temporary files that an earlier process left`);
}

/** A Redis that is away, or not ready, is no reason not to start: it may come back, and we with it. */
async function connect(catalogue: ManagedCatalogue, log: Logger): Promise<void> {
  const { description } = catalogue;
  if (!(catalogue instanceof RedisCatalogue)) return log.info(`connected to ${description}`);
  catalogue.redis.on('ready', () => log.info(`connected to ${description}`));
  const connecting = catalogue.redis.connect().then(
    () => true,
    () => false,
  );
  const isConnected = await Promise.race([connecting, delay(SLOWEST_CONNECTION, false, { ref: false })]);
  if (!isConnected) log.warn(`${description} is away; trying again until it is back`);
}

function readiness(catalogue: ManagedCatalogue, stopping: Promise<void>): Readiness {
  let isStopping = false;
  void stopping.then(() => (isStopping = true));
  return () => (isStopping ? Promise.resolve('stopping') : catalogue.trouble());
}

/** The second signal does not wait. */
function stopSignal(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (isStopping) process.exit(1);
      isStopping = true;
      log.info(`${signal}: finishing what is under way`);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
