import type { DiskFiles, ManagedCatalogue } from '../../adapters/index.js';
import { RedisCatalogue } from '../../adapters/redis-catalogue.js';
import type { SharedState } from '../../pipeline/index.js';
import type { Metrics } from './registry.js';

/** What is under way, waits or is held at the moment. */
export function sharedMetrics(metrics: Metrics, shared: SharedState): void {
  const { refreshing, backOff, unsaved, hostGates, fetchGate, resizeGate } = shared;
  metrics.gauge(
    { name: 'refreshes_in_flight', help: 'Pictures that are being brought up to date.' },
    () => refreshing.size,
  );
  metrics.gauge({ name: 'fetches_running', help: 'Exchanges with origins.' }, () => fetchGate.running);
  metrics.gauge(
    { name: 'fetches_waiting', help: 'Exchanges that wait for a place among all.' },
    () => fetchGate.waiting,
  );
  metrics.gauge({ name: 'hosts_busy', help: 'Hosts with which exchanges run or wait.' }, () => hostGates.size);
  metrics.gauges(
    {
      name: 'origins_resting',
      help: 'URIs and hosts that are left alone: failed URIs, open breakers of hosts, hosts that asked for it.',
    },
    'cause',
    () => backOff.restCounts,
  );
  metrics.gauge({ name: 'resizes_running', help: 'Avatars that are being made.' }, () => resizeGate.running);
  metrics.gauge({ name: 'resizes_waiting', help: 'Avatars that wait to be made.' }, () => resizeGate.waiting);
  metrics.gauge(
    { name: 'unsaved_pictures', help: 'Pictures held in memory because they could not be stored.' },
    () => unsaved.size,
  );
  metrics.gauge({ name: 'unsaved_bytes', help: 'What they take.' }, () => unsaved.bytes);
}

export function memoryMetrics(metrics: Metrics, files: DiskFiles): void {
  metrics.gauge({ name: 'memory_cache_files', help: 'Files kept in memory.' }, () => files.inMemory.files);
  metrics.gauge({ name: 'memory_cache_bytes', help: 'What they take, roughly.' }, () => files.inMemory.bytes);
}

/** There are none of the embedded store. */
export function redisMetrics(metrics: Metrics, catalogue: ManagedCatalogue): void {
  if (!(catalogue instanceof RedisCatalogue)) return;
  metrics.gauge(
    { name: 'redis_up', help: 'Whether Redis takes a write, as seen by every process.' },
    async () => ((await catalogue.trouble()) === undefined ? 1 : 0),
    true,
  );
  metrics.gauge(
    {
      name: 'redis_announcing',
      help: 'Whether Redis announces changes to every process that looks something up, so that hits need not ask it.',
    },
    () => (catalogue.isAnnouncing ? 1 : 0),
    true,
  );
  metrics.gauge({ name: 'lookups_kept', help: 'Answers of Redis that are kept.' }, () => catalogue.lookupsKept);
}
