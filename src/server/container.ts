import 'reflect-metadata';
import type { Logger } from 'pino';
import { NEVER, type Observable, type OperatorFunction } from 'rxjs';
import { container as root, type DependencyContainer, type InjectionToken, instanceCachingFactory } from 'tsyringe';
// One by one: all adapters together would load sharp, which the service has in a process of its own only.
import { AddressRules } from '../adapters/address-rules.js';
import { descriptorShare } from '../adapters/descriptor-share.js';
import { DiskFiles } from '../adapters/disk-files.js';
import { httpOrigin } from '../adapters/http-origin.js';
import { isolatedResizer } from '../adapters/isolated-resizer.js';
import { magicSniffer } from '../adapters/magic-sniffer.js';
import type { ManagedCatalogue } from '../adapters/managed-catalogue.js';
import { nameResolver } from '../adapters/name-resolver.js';
import { RedisCatalogue } from '../adapters/redis-catalogue.js';
import type { Attempt, EncodedRequest, Origin, Ports, Resizer, ServedImage } from '../domain/index.js';
import { pipelineWithRefresh, type Refresh, refresh, type SharedState, sharedState } from '../pipeline/index.js';
import { Attempts } from './attempts.js';
import { attemptMetrics } from './metrics/attempt-metrics.js';
import { observed } from './metrics/observed-ports.js';
import type { Metrics } from './metrics/registry.js';
import { memoryMetrics, redisMetrics, sharedMetrics } from './metrics/state-metrics.js';
import type { Options } from './options.js';
import { sharedOverrides, stageOverrides } from './pipeline-options.js';
import { loadTracing, type Tracing } from './tracing/tracing.js';
import { TroubleLog } from './trouble-log.js';

export const CATALOGUE: InjectionToken<ManagedCatalogue> = Symbol('catalogue');
export const FILES: InjectionToken<DiskFiles> = Symbol('files');
export const ORIGIN: InjectionToken<Origin> = Symbol('origin');
export const RESIZER: InjectionToken<Resizer> = Symbol('resizer');
export const TROUBLES: InjectionToken<TroubleLog> = Symbol('troubles');
/** What became of the fetches of this process. */
export const ATTEMPTS: InjectionToken<Attempts> = Symbol('attempts');
/** `undefined` when nobody can ask for them: then nothing is counted. */
export const METRICS: InjectionToken<Metrics | undefined> = Symbol('metrics');
/** `undefined` when no SDK was loaded that wants spans. */
export const TRACING: InjectionToken<Tracing | undefined> = Symbol('tracing');
/** What the pipeline works with, but for origins. */
const PORTS: InjectionToken<Omit<Ports, 'origin'>> = Symbol('ports');
/** What the requests have in common. */
export const SHARED: InjectionToken<SharedState> = Symbol('shared');
/** Who brings pictures up to date: this process, if nobody else is registered. */
export const REFRESH: InjectionToken<Refresh> = Symbol('refresh');
export const PIPELINE: InjectionToken<OperatorFunction<EncodedRequest, ServedImage>> = Symbol('pipeline');

/**
 * Which part is made of what. Parts are made when they are first asked for, and once; but the catalogue, whose code may
 * have to be loaded, is made here, for the caller to close.
 *
 * @param shutdown Ends, when it emits, what goes on without a reader.
 */
export async function createContainer(
  options: Options,
  log: Logger,
  shutdown: Observable<unknown> = NEVER,
): Promise<DependencyContainer> {
  const container = root.createChildContainer();
  const register = <T>(token: InjectionToken<T>, make: (parts: DependencyContainer) => T) =>
    container.register(token, { useFactory: instanceCachingFactory(make) });

  const metrics = options.ops ? await createMetrics() : undefined;
  const tracing = await loadTracing();
  const stages = stageOverrides(options, shutdown, tracing?.traceStage);

  // By a factory: `useValue` has to be something.
  register(TRACING, () => tracing);
  const troubles = new TroubleLog(log);
  container.register(TROUBLES, { useValue: troubles });
  container.register(CATALOGUE, { useValue: await openCatalogue(options, troubles) });
  register(FILES, () => new DiskFiles(options.dir, { memoryBytes: options.memoryCache, openFiles: descriptorShare() }));
  register(ORIGIN, () =>
    httpOrigin({
      userAgent: options.userAgent,
      insecureTls: options.insecureTls,
      addressRules: new AddressRules(options.allowNetwork),
      resolve: nameResolver({ nameServers: options.nameServer }),
    }),
  );
  register(RESIZER, (parts) =>
    isolatedResizer({ maxPixels: options.maxPixels, report: parts.resolve(TROUBLES).report }),
  );
  register(ATTEMPTS, () => new Attempts());
  register(SHARED, () => sharedState(sharedOverrides(options)));
  register(METRICS, (parts) => metrics && metricsOf(metrics, parts));
  register(PORTS, portsOf);
  register(REFRESH, (parts) => refresh(askingPortsOf(parts), stages, parts.resolve(SHARED)));
  register(PIPELINE, (parts) =>
    pipelineWithRefresh(parts.resolve(PORTS), parts.resolve(REFRESH), stages, parts.resolve(SHARED)),
  );
  return container;
}

function portsOf(parts: DependencyContainer): Omit<Ports, 'origin'> {
  const ports = {
    catalogue: parts.resolve(CATALOGUE),
    files: parts.resolve(FILES),
    resizer: parts.resolve(RESIZER),
    sniffer: magicSniffer,
    report: parts.resolve(TROUBLES).report,
  };
  const metrics = parts.resolve(METRICS);
  return metrics ? observed(ports, metrics) : ports;
}

function askingPortsOf(parts: DependencyContainer): Ports {
  const { note } = parts.resolve(ATTEMPTS);
  const metrics = parts.resolve(METRICS);
  const count = metrics && attemptMetrics(metrics);
  const onAttempt = (attempt: Attempt) => {
    note(attempt);
    count?.(attempt);
  };
  return { ...parts.resolve(PORTS), origin: parts.resolve(ORIGIN), onAttempt };
}

/** Not for those who do not want them: prom-client takes its time to load. */
async function createMetrics(): Promise<Metrics> {
  const { Metrics } = await import('./metrics/registry.js');
  return new Metrics();
}

function metricsOf(metrics: Metrics, parts: DependencyContainer): Metrics {
  sharedMetrics(metrics, parts.resolve(SHARED));
  memoryMetrics(metrics, parts.resolve(FILES));
  redisMetrics(metrics, parts.resolve(CATALOGUE));
  return metrics;
}

async function openCatalogue({ redis, dir, redisGrace }: Options, { report }: TroubleLog): Promise<ManagedCatalogue> {
  if (redis.kind !== 'embedded') return new RedisCatalogue({ ...redis, grace: redisGrace, report });
  // Not before: LMDB takes its time to load, and most have Redis.
  const { embeddedStore } = await import('./embedded-store.js');
  return embeddedStore(dir);
}
