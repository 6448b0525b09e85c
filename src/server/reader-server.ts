import type { Server } from 'node:http';
import type { DependencyContainer } from 'tsyringe';
import { METRICS, PIPELINE, TRACING, TROUBLES } from './container.js';
import { gracefulStop } from './graceful-stop.js';
import { requestHandler } from './handler.js';
import { createHttpServer } from './http-server.js';
import type { Log } from './log/log.js';
import { connectionMetrics } from './metrics/connection-metrics.js';
import type { Metrics } from './metrics/registry.js';
import { requestMetrics } from './metrics/request-metrics.js';
import type { Options } from './options.js';
import { requestLines } from './requests/request-lines.js';
import { type RequestObserver, watchFor } from './requests/watch.js';

/** With what comes after it, stopping takes ten seconds at most. */
const STOP = { patience: 9000, linger: 500 };

/** Milliseconds a reader may take nothing of an answer, beyond the time that a fetch and its turns may take. */
const SLOWEST_READER = 10_000;

/** The server that answers readers, and how to finish what is under way on it; see `gracefulStop`. */
export interface ReaderServer {
  readonly server: Server;
  readonly finish: (accepted: Promise<void>) => Promise<void>;
}

export function createReaderServer(options: Options, container: DependencyContainer, log: Log): ReaderServer {
  const metrics = container.resolve(METRICS);
  const watch = watchFor(observersOf(options, log, metrics));
  const handler = requestHandler({
    pipeline: container.resolve(PIPELINE),
    log: log.logger,
    report: container.resolve(TROUBLES).report,
    defaultAvatar: options.defaultAvatar,
    avatarHeight: options.avatarHeight,
    userAgent: options.userAgent,
    watch,
  });
  const listener = container.resolve(TRACING)?.traceRequests(handler) ?? handler;
  const idle = options.fetchTimeout + 2 * options.queueTimeout + SLOWEST_READER;
  const { server, connections } = createHttpServer(listener, idle, watch);
  if (metrics) connectionMetrics(metrics, connections);
  return { server, finish: gracefulStop(server, connections, STOP) };
}

function observersOf(
  { logAddresses: addresses }: Options,
  { logger, compose }: Log,
  metrics: Metrics | undefined,
): RequestObserver[] {
  return [
    ...(metrics ? [requestMetrics(metrics)] : []),
    ...(logger.isLevelEnabled('info') ? [requestLines({ logger, compose, addresses })] : []),
  ];
}
