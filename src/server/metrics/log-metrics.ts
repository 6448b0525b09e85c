import type { Log } from '../log/log.js';
import type { Metrics } from './registry.js';

/** What does not get into the log of this process. */
export function logMetrics(metrics: Metrics, { lost }: Pick<Log, 'lost'>): void {
  metrics.counter(
    { name: 'log_lines_lost_total', help: 'Lines of the log that nobody took, or that could not be written.' },
    [],
    () => [[{}, lost()]],
  );
}
