import type { Logger } from 'pino';
import { Subject } from 'rxjs';
import type { DiskFiles, ManagedCatalogue } from '../adapters/index.js';
import { lastAttempt } from './attempts.js';
import { assertCacheDirectory } from './cache-directory.js';
import { connect } from './connect.js';
import { ATTEMPTS, CATALOGUE, createContainer, FILES, METRICS, SHARED, TROUBLES } from './container.js';
import { endSoon } from './end-soon.js';
import { type Front, ownFront } from './front.js';
import { tuneHeap } from './heap.js';
import { listen } from './http-server.js';
import { openLog } from './log/log.js';
import { allMetrics } from './metrics/all-metrics.js';
import { logMetrics } from './metrics/log-metrics.js';
import { createOpsServer } from './ops-server.js';
import type { Options } from './options.js';
import { live, type Readiness, ready } from './readiness.js';
import { stopAccepting } from './stop-accepting.js';
import { workersFront } from './workers/workers-front.js';

/** Runs the server until it is told to stop. Resolves to its exit code. */
export async function serve(options: Options): Promise<0> {
  tuneHeap();
  assertCacheDirectory(options.dir);
  const log = await openLog(options);
  const { logger, reopen } = log;
  const shutdown = new Subject<void>();
  const container = await createContainer(options, logger, shutdown);
  const catalogue = container.resolve(CATALOGUE);
  const metrics = container.resolve(METRICS);
  if (metrics) logMetrics(metrics, log);
  const createFront = options.workers > 1 ? workersFront : ownFront;
  const front = createFront(options, container, log);
  process.on('SIGHUP', () => {
    reopen();
    front.reopenLogs();
  });
  const stopping = stopSignal(front, logger);
  const stopListening = stopAccepting(front.server);
  const isReady = readiness(catalogue, front, stopping);
  const ops = createOpsServer({
    '/live': live,
    '/ready': ready(isReady),
    '/metrics': allMetrics(metrics, front, isReady),
    '/attempts/': lastAttempt(container.resolve(ATTEMPTS), container.resolve(SHARED).backOff),
  });

  await sweep(container.resolve(FILES), logger).catch(container.resolve(TROUBLES).report);
  await connect(catalogue, logger);
  try {
    // A signal to all processes ends workers that are only starting: no failure, if we are to stop.
    await Promise.race([front.start(), stopping]);
    // Not before: the first readers would find us without our catalogue.
    if (options.ops) logger.info(`operations on ${await listen(ops, options.ops, '--ops')}`);
    logger.info(`listening on ${await listen(front.server, options.addr, '-a')}`);
  } catch (error) {
    // Each of them would keep the process.
    ops.close();
    front.kill();
    await catalogue.close();
    throw error;
  }

  await stopping;
  await front.finish(stopListening());
  shutdown.next();
  ops.close();
  await catalogue.close();
  logger.info('stopped');
  endSoon();
  return 0;
}

/** What an earlier process left half-written when it was killed. */
async function sweep(files: DiskFiles, log: Logger): Promise<void> {
  const swept = await files.sweep();
  if (swept > 0) log.warn(`removed ${swept} temporary files that an earlier process left`);
}

function readiness(catalogue: ManagedCatalogue, front: Front, stopping: Promise<void>): Readiness {
  let isStopping = false;
  void stopping.then(() => (isStopping = true));
  return async () => (isStopping ? 'stopping' : (front.trouble() ?? (await catalogue.trouble())));
}

/** The second signal does not wait. */
function stopSignal(front: Front, log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (isStopping) {
        front.kill();
        process.exit(1);
      }
      isStopping = true;
      log.info(`${signal}: finishing what is under way`);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
