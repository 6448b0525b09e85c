import { readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  AddressRules,
  DiskFiles,
  EmbeddedCatalogue,
  httpOrigin,
  magicSniffer,
  nameResolver,
  sharpResizer,
} from '../../src/adapters/index.js';
import { SourceUri } from '../../src/domain/index.js';
import { imagePipeline, type PipelineOverrides, sharedState } from '../../src/pipeline/index.js';
import { requestHandler } from '../../src/server/handler.js';
import { createHttpServer } from '../../src/server/http-server.js';
import { watchFor } from '../../src/server/requests/watch.js';
import { temporaryDirectory } from './service.js';

/** The service in this process, so that what it holds can be counted. */
export interface Inside {
  readonly port: number;
  readonly declare: (uri: string) => Promise<unknown>;
  /** What is under way or left: work, places, sockets, timers, temporary files. */
  readonly left: () => Readonly<Record<string, number>>;
  readonly close: () => Promise<void>;
}

export async function openInside(told: Pick<PipelineOverrides, 'perHost' | 'refreshWait'> = {}): Promise<Inside> {
  const directory = temporaryDirectory();
  const { perHost, ...stages } = told;
  const shared = sharedState({ perHost });
  const catalogue = new EmbeddedCatalogue({ path: join(directory, 'catalogue.lmdb') });
  const origin = httpOrigin({
    userAgent: 'img-linuxfr-spec/1.0',
    insecureTls: false,
    addressRules: new AddressRules(['127.0.0.0/8']),
    resolve: nameResolver(),
  });
  const ports = {
    catalogue,
    files: new DiskFiles(directory),
    origin,
    sniffer: magicSniffer,
    resizer: sharpResizer({ maxPixels: 100_000_000, maxFrames: 100 }),
    report: (trouble: unknown) => {
      throw trouble;
    },
  };
  const watch = watchFor([]);
  const { server } = createHttpServer(
    requestHandler({
      pipeline: imagePipeline(ports, stages, shared),
      log: pino({ enabled: false }),
      report: ports.report,
      defaultAvatar: '/default',
      avatarHeight: 64,
      userAgent: 'img-linuxfr-spec/1.0',
      watch,
    }),
    60_000,
    watch,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    declare: (uri) => catalogue.declare(SourceUri.of(uri)),
    left: () => ({
      refreshing: shared.refreshing.size,
      resizing: shared.resizing.size,
      hosts: shared.hostGates.size,
      fetches: shared.fetchGate.running + shared.fetchGate.waiting,
      resizes: shared.resizeGate.running + shared.resizeGate.waiting,
      unsaved: shared.unsaved.size,
      temporary: readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => /^\.tmp./.test(name))
        .length,
      ...resources(),
    }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await catalogue.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What keeps this process busy, by kind; what comes and goes by itself is left out. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = { TCPSocketWrap: 0, Timeout: 0 };
  for (const kind of process.getActiveResourcesInfo()) if (kind in counts) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
