import type { Front } from '../front.js';
import type { OpsAnswer } from '../ops-server.js';
import type { Readiness } from '../readiness.js';
import type { Metrics } from './registry.js';

/** The metrics of all processes together, in the text format of Prometheus. */
export function allMetrics(
  metrics: Metrics | undefined,
  front: Pick<Front, 'scrape'>,
  readiness: Readiness,
): () => Promise<OpsAnswer> {
  metrics?.gauge({ name: 'ready', help: 'Whether requests should be sent here, as /ready says.' }, async () =>
    (await readiness()) === undefined ? 1 : 0,
  );
  return async () => {
    const { exposition } = await import('./registry.js');
    const [own, others] = await Promise.all([metrics?.scrape() ?? [], front.scrape()]);
    const { type, text } = exposition([own, ...others]);
    return { status: 200, type, body: await text };
  };
}
