import { rangeOf } from '../../adapters/address-rules.js';
import type { Attempt, Ports } from '../../domain/index.js';
import type { Metrics } from './registry.js';
import { histogram } from './tallies.js';

const PHASES = ['dns', 'connect', 'firstByte', 'body'] as const;

/** How the phases are called, as other words of metrics are. */
const LABELS = { dns: 'dns', connect: 'connect', firstByte: 'first_byte', body: 'body' } as const;

/** Counts how fetches went. */
export function attemptMetrics(metrics: Metrics): NonNullable<Ports['onAttempt']> {
  const outcomes = new Map<string, number>();
  const refusals = new Map<string, number>();
  let bytesFetched = 0;
  const phases = histogram(
    metrics,
    {
      name: 'fetch_phase_duration_seconds',
      help: 'The phases of exchanges with origins, those of them that came to their end.',
    },
    'phase',
    Object.values(LABELS),
  );
  metrics.counter(
    { name: 'fetches_total', help: 'Fetches in which an origin was asked, by what they came to.' },
    ['outcome'],
    () => [...outcomes].map(([outcome, count]) => [{ outcome }, count]),
  );
  metrics.counter(
    {
      name: 'fetch_refused_addresses_total',
      help: 'Addresses that were not connected to, by why; `url` is a redirect to no HTTP.',
    },
    ['reason'],
    () => [...refusals].map(([reason, count]) => [{ reason }, count]),
  );
  metrics.counter({ name: 'fetched_bytes_total', help: 'Bytes of pictures that came whole.' }, [], () => [
    [{}, bytesFetched],
  ]);
  return ({ outcome, bytes = 0, hops }: Attempt) => {
    add(outcomes, outcome);
    bytesFetched += bytes;
    for (const { timings } of hops) {
      for (const phase of PHASES) {
        const milliseconds = timings[phase];
        if (milliseconds !== undefined) phases[LABELS[phase]].observe(milliseconds / 1000);
      }
    }
    if (outcome === 'forbidden-address') add(refusals, reasonOf(hops.at(-1)));
  };
}

/** A hop that was answered was no address that was refused: it led to a URL that is. */
function reasonOf(hop: Attempt['hops'][number] | undefined): string {
  return hop?.address === undefined || hop.status !== undefined ? 'url' : rangeOf(hop.address);
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
