import 'reflect-metadata';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { NEVER, type Observable, type OperatorFunction } from 'rxjs';
import { container as root, type DependencyContainer, type InjectionToken, instanceCachingFactory } from 'tsyringe';
import {
  AddressRules,
  DiskFiles,
  EmbeddedCatalogue,
  httpOrigin,
  isolatedResizer,
  magicSniffer,
  nameResolver,
  type ManagedCatalogue,
  RedisCatalogue,
} from '../adapters/index.js';
import type { EncodedRequest, Origin, Ports, Resizer, ServedImage } from '../domain/index.js';
import { pipelineAround, type Refresh, refresh, type Shared, sharedWithin } from '../pipeline/index.js';
import { Attempts } from './attempts.js';
import type { Options } from './options.js';
import { pipelineOptions } from './pipeline-options.js';
import { TroubleLog } from './trouble-log.js';

/** Frames of an animated avatar that are kept. */
const MAX_FRAMES = 100;

export const CATALOGUE: InjectionToken<ManagedCatalogue> = Symbol('catalogue');
export const FILES: InjectionToken<DiskFiles> = Symbol('files');
export const ORIGIN: InjectionToken<Origin> = Symbol('origin');
export const RESIZER: InjectionToken<Resizer> = Symbol('resizer');
export const TROUBLES: InjectionToken<TroubleLog> = Symbol('troubles');
/** What became of the fetches of this process. */
export const ATTEMPTS: InjectionToken<Attempts> = Symbol('attempts');
/** What the requests have in common. */
export const SHARED: InjectionToken<Shared> = Symbol('shared');
/** Who brings pictures up to date: this process, if nobody else is registered. */
export const REFRESH: InjectionToken<Refresh> = Symbol('refresh');
export const PIPELINE: InjectionToken<OperatorFunction<EncodedRequest, ServedImage>> = Symbol('pipeline');

/**
 * Which part is made of what. Parts are made when they are first asked for, and once.
 *
 * @param shutdown Ends, when it emits, what goes on without a reader.
 */
export function createContainer(
  options: Options,
  log: Logger,
  shutdown: Observable<unknown> = NEVER,
): DependencyContainer {
  const container = root.createChildContainer();
  const register = <T>(token: InjectionToken<T>, make: (parts: DependencyContainer) => T) =>
    container.register(token, { useFactory: instanceCachingFactory(make) });

  const pipeline = pipelineOptions(options, shutdown);

  register(TROUBLES, () => new TroubleLog(log));
  register(CATALOGUE, (parts) => openCatalogue(options, parts.resolve(TROUBLES)));
  register(FILES, () => new DiskFiles(options.dir, { memory: options.memoryCache }));
  register(ORIGIN, () =>
    httpOrigin({
      userAgent: options.userAgent,
      insecureTls: options.insecureTls,
      rules: new AddressRules(options.allowNetwork),
      resolve: nameResolver({ nameServers: options.nameServer }),
    }),
  );
  register(RESIZER, () => isolatedResizer({ maxPixels: options.maxPixels, maxFrames: MAX_FRAMES }));
  register(ATTEMPTS, () => new Attempts());
  register(SHARED, () => sharedWithin(pipeline));
  register(REFRESH, (parts) => refresh(askingPortsOf(parts), pipeline, parts.resolve(SHARED)));
  register(PIPELINE, (parts) =>
    pipelineAround(parts.resolve(REFRESH), portsOf(parts), pipeline, parts.resolve(SHARED)),
  );
  return container;
}

function portsOf(parts: DependencyContainer): Omit<Ports, 'origin'> {
  return {
    catalogue: parts.resolve(CATALOGUE),
    files: parts.resolve(FILES),
    resizer: parts.resolve(RESIZER),
    sniffer: magicSniffer,
    report: parts.resolve(TROUBLES).report,
  };
}

function askingPortsOf(parts: DependencyContainer): Ports {
  return { ...portsOf(parts), origin: parts.resolve(ORIGIN), attempted: parts.resolve(ATTEMPTS).note };
}

function openCatalogue({ redis, dir, redisGrace }: Options, { report }: TroubleLog): ManagedCatalogue {
  if (redis.kind === 'embedded') return new EmbeddedCatalogue({ path: join(dir, 'catalogue.lmdb') });
  return new RedisCatalogue({ ...redis, grace: redisGrace, report });
}
