import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { filter, firstValueFrom, map, Subject } from 'rxjs';
import { connect } from '../connect.js';
import { CATALOGUE, createContainer, FILES, METRICS, REFRESH, SHARED, TRACING } from '../container.js';
import { endSoon } from '../end-soon.js';
import { tuneHeap } from '../heap.js';
import { openLog } from '../log/log.js';
import { logMetrics } from '../metrics/log-metrics.js';
import type { Metrics } from '../metrics/registry.js';
import type { Options } from '../options.js';
import { createReaderServer } from '../reader-server.js';
import { type Channel, channelTo } from './channel.js';
import type { ToPrimary, ToWorker } from './messages.js';
import { remoteRefresh } from './remote-refresh.js';

/** Answers the readers that the primary sends, until it says that these were all. */
export async function work(options: Options): Promise<void> {
  tuneHeap();
  const log = await openLog(options);
  const { logger, reopen } = log;
  const orphaned = () => {
    logger.error('the primary is gone');
    process.exit(1);
  };
  process.once('disconnect', orphaned);
  // It may have gone while this process was loading, when nobody listened.
  if (!process.connected) orphaned();
  const shutdown = new Subject<void>();
  const container = await createContainer(options, logger, shutdown);
  // Node keeps messages until the first listener, and gives them to those that are there: until all are, nothing may wait.
  const channel = channelTo<ToWorker, ToPrimary>(process);
  const stopping = told(channel, 'stop');
  const accepted = told(channel, 'accepted');
  channel.messages.pipe(filter(({ kind }) => kind === 'reopen')).subscribe(reopen);

  const { refreshing } = container.resolve(SHARED);
  const files = container.resolve(FILES);
  const tracing = container.resolve(TRACING);
  container.register(REFRESH, { useValue: remoteRefresh(channel, refreshing, files, tracing) });
  const catalogue = container.resolve(CATALOGUE);
  const metrics = container.resolve(METRICS);
  if (metrics) logMetrics(metrics, log);
  const { server, finish } = createReaderServer(options, container, log);
  takeConnections(server, channel);
  answerScrapes(metrics, channel);
  // The primary says it for all.
  await connect(catalogue, logger.child({}, { level: 'error' }));
  channel.send({ kind: 'ready' });

  await stopping;
  await finish(accepted);
  shutdown.next();
  await catalogue.close();
  process.off('disconnect', orphaned);
  process.disconnect();
  endSoon();
}

function told({ messages }: Channel<ToWorker, ToPrimary>, what: ToWorker['kind']): Promise<void> {
  return firstValueFrom(
    messages.pipe(
      filter(({ kind }) => kind === what),
      map(() => undefined),
    ),
  );
}

function answerScrapes(metrics: Metrics | undefined, { messages, send }: Channel<ToWorker, ToPrimary>): void {
  messages.subscribe((message) => {
    if (message.kind === 'scrape') {
      void metrics?.scrape().then((scrape) => send({ kind: 'scraped', id: message.id, scrape }));
    }
  });
}

/** Lets a server that does not listen itself answer on the connections that the primary hands over. */
function takeConnections(server: Server, { send }: Channel<ToWorker, ToPrimary>): void {
  // Node begins to look for slow requests when a server listens.
  server.emit('listening');
  process.on('message', ({ kind }: ToWorker, socket?: Socket) => {
    if (kind !== 'connection') return;
    send({ kind: 'taken' });
    // Without a socket, the reader has left on the way.
    if (socket) server.emit('connection', socket);
  });
}
