import { defer, from, type MonoTypeOperatorFunction, tap } from 'rxjs';
import {
  type MaybePending,
  type Catalogue,
  type ImageFiles,
  isInMemory,
  isPending,
  type Ports,
  type Resizer,
  type StoredFile,
} from '../../domain/index.js';
import type { Metrics } from './registry.js';
import { histogram, type Tally } from './tallies.js';

type ObservedPorts = Pick<Ports, 'catalogue' | 'files' | 'resizer'>;

/** The same ports, whose calls are counted and timed: those that are answered at once cost next to nothing. */
export function observed<P extends ObservedPorts>(ports: P, metrics: Metrics): P {
  return {
    ...ports,
    catalogue: timedCatalogue(ports.catalogue, metrics),
    files: countedFiles(ports.files, metrics),
    resizer: timedResizer(ports.resizer, metrics),
  };
}

function timedCatalogue(catalogue: Catalogue, metrics: Metrics): Catalogue {
  const durations = histogram(
    metrics,
    {
      name: 'catalogue_call_duration_seconds',
      help: 'Calls to Redis or the embedded store that were not answered at once.',
    },
    'operation',
    ['lookup', 'store', 'record-error'],
  );
  return {
    lookup: (uri) => {
      const answer = catalogue.lookup(uri);
      return isPending(answer) ? from(answer).pipe(timing(durations.lookup)) : answer;
    },
    store: (uri, record, lastModified) =>
      from(catalogue.store(uri, record, lastModified)).pipe(timing(durations.store)),
    recordError: (uri, reason) => from(catalogue.recordError(uri, reason)).pipe(timing(durations['record-error'])),
  };
}

function countedFiles(files: ImageFiles, metrics: Metrics): ImageFiles {
  const reads = { memory: 0, open: 0, disk: 0 };
  const count = <T extends Pick<StoredFile, 'body'> | undefined>(answer: MaybePending<T>): MaybePending<T> => {
    reads[isPending(answer) ? 'disk' : answer && isInMemory(answer.body) ? 'memory' : 'open']++;
    return answer;
  };
  metrics.counter(
    { name: 'file_reads_total', help: 'Looks for a picture or an avatar, by where it was looked for.' },
    ['in'],
    () => [
      [{ in: 'memory' }, reads.memory],
      [{ in: 'open' }, reads.open],
      [{ in: 'disk' }, reads.disk],
    ],
  );
  return {
    read: (uri, checksum) => count(files.read(uri, checksum)),
    recall: (uri, checksum) => files.recall(uri, checksum),
    stage: (uri, bytes) => files.stage(uri, bytes),
    readVariant: (uri, key) => count(files.readVariant(uri, key)),
    writeVariant: (uri, key, bytes) => files.writeVariant(uri, key, bytes),
  };
}

function timedResizer(resizer: Resizer, metrics: Metrics): Resizer {
  const durations = histogram(
    metrics,
    { name: 'resize_duration_seconds', help: 'Making an avatar, without waiting for the turn.' },
    'result',
    ['made', 'failed'],
  );
  return {
    resize: (bytes, format, height) =>
      from(resizer.resize(bytes, format, height)).pipe(timing(durations.made, durations.failed)),
  };
}

/** Times what has begun by now. */
function timing<T>(answered: Tally, failed = answered): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      const began = performance.now();
      const since = (tally: Tally) => () => tally.observe((performance.now() - began) / 1000);
      return source.pipe(tap({ next: since(answered), error: since(failed) }));
    });
}
