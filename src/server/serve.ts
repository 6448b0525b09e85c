import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { type ManagedCatalogue, RedisCatalogue } from '../adapters/index.js';
import { assertCacheDirectory } from './cache-directory.js';
import { CATALOGUE, createContainer, PIPELINE } from './container.js';
import { requestHandler } from './handler.js';
import { createHttpServer, listen } from './http-server.js';
import { openLog } from './log.js';
import type { Options } from './options.js';

/** Milliseconds that requests under way are given to finish when the server is asked to stop. */
const FAREWELL = 10_000;

/** Milliseconds a reader may take nothing of an answer, beyond the time that a fetch and its turns may take. */
const SLOWEST_READER = 10_000;

/** Runs the server until it is told to stop. */
export async function serve(options: Options): Promise<void> {
  assertCacheDirectory(options.dir);
  const { logger, reopen } = openLog(options.log);
  const container = createContainer(options, logger);
  const catalogue = container.resolve(CATALOGUE);
  const server = createHttpServer(
    requestHandler({
      pipeline: container.resolve(PIPELINE),
      log: logger,
      defaultAvatar: options.defaultAvatar,
      avatarHeight: options.avatarHeight,
      userAgent: options.userAgent,
    }),
    options.fetchTimeout + 2 * options.queueTimeout + SLOWEST_READER,
  );
  const url = await listen(server, options.addr);
  logger.info(`listening on ${url}`);
  await connect(catalogue, logger);
  process.on('SIGHUP', reopen);
  await stopSignal(logger);
  await stop(server);
  await catalogue.close();
  logger.info('stopped');
}

/** A Redis that is away is no reason not to start: it may come back, and we with it. */
async function connect(catalogue: ManagedCatalogue, log: Logger): Promise<void> {
  if (catalogue instanceof RedisCatalogue) {
    catalogue.redis.on('ready', () => log.info(`connected to ${catalogue.description}`));
    await catalogue.redis
      .connect()
      .catch(() => log.warn(`${catalogue.description} is away; trying again until it is back`));
  } else {
    log.info(`connected to ${catalogue.description}`);
  }
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

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), FAREWELL);
    server.close(() => {
      clearTimeout(impatience);
      resolve();
    });
    server.closeIdleConnections();
  });
}
