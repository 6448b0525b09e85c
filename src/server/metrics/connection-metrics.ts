import { type Connections, forgetSent } from '../connections.js';
import type { Metrics } from './registry.js';

/** What readers have open at the moment. */
export function connectionMetrics(metrics: Metrics, connections: Connections): void {
  metrics.gauge({ name: 'connections', help: 'Open connections of readers.' }, () => connections.size);
  metrics.gauge({ name: 'requests_in_flight', help: 'Requests whose answers are not sent yet.' }, () => {
    let pending = 0;
    for (const connection of connections.values()) {
      forgetSent(connection);
      pending += connection.pending.length;
    }
    return pending;
  });
}
