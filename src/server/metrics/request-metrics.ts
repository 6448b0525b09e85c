import { type Outcome, OUTCOMES } from '../requests/outcome.js';
import { nameOf, type RequestObserver, ROUTE_NAMES, type RouteName } from '../requests/watch.js';
import type { Metrics } from './registry.js';
import { histogram } from './tallies.js';

/** Ages in seconds: hours, days, weeks, a month, a year. */
const AGES = [2, 4, 12, 24, 48, 168, 336, 720, 8760].map((hours) => hours * 3600);

/** Counts requests in plain numbers, which metrics are made of when somebody wants to know. */
export function requestMetrics(metrics: Metrics): RequestObserver {
  const outcomes = forEachRoute(
    () => Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>,
  );
  const bytesSent = forEachRoute(() => 0);
  const durations = histogram(
    metrics,
    { name: 'request_duration_seconds', help: 'From the head of a request to the last byte handed to the connection.' },
    'route',
    ROUTE_NAMES,
  );
  const ages = histogram(
    metrics,
    {
      name: 'stale_copy_age_seconds',
      help: 'Since the bytes of a copy came that was served though not known to be fresh: the most it is out of date.',
    },
    'outcome',
    ['stale', 'kept'],
    AGES,
  );
  metrics.counter(
    { name: 'requests_total', help: 'Requests, by what they came to.' },
    ['route', 'outcome'],
    function* () {
      for (const route of ROUTE_NAMES) {
        for (const outcome of OUTCOMES) {
          const count = outcomes[route][outcome];
          // Most never happen, and each would be a series.
          if (count > 0) yield [{ route, outcome }, count];
        }
      }
    },
  );
  metrics.counter(
    { name: 'response_bytes_total', help: 'Bytes of bodies handed to readers.' },
    ['route'],
    function* () {
      for (const route of ROUTE_NAMES) yield [{ route }, bytesSent[route]];
    },
  );
  return ({ route, outcome, ms, bytes, copiedAt }) => {
    const name = nameOf(route);
    outcomes[name][outcome]++;
    bytesSent[name] += bytes;
    durations[name].observe(ms / 1000);
    if (copiedAt) ages[outcome as 'stale' | 'kept'].observe((Date.now() - copiedAt.getTime()) / 1000);
  };
}

function forEachRoute<T>(make: () => T): Record<RouteName, T> {
  return Object.fromEntries(ROUTE_NAMES.map((route) => [route, make()])) as Record<RouteName, T>;
}
