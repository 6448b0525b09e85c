import { walk } from './support/client.js';
import { compared, type Figure } from './support/figure.js';
import { startFloor } from './support/floor.js';
import { startNginx } from './support/nginx.js';
import { type Measured, race } from './support/race.js';
import { onStage } from './support/stage.js';

export interface WorkersOptions {
  readonly workers: number;
  /** Whether connections are kept, or each request comes on a new one. */
  readonly connections: readonly ('kept' | 'new')[];
  readonly seconds: number;
  readonly rounds: number;
}

const URIS = 1000;
const SIZE = 692;

/** Several workers beside a single process, on connections that are kept and on a new one for each request. */
export async function measureWorkers({ workers, connections, ...options }: WorkersOptions): Promise<Figure[]> {
  return onStage(async (stage) => {
    const paths = await stage.keep('hit', URIS, SIZE);
    const ours = await stage.serve('--workers', `${workers}`);
    const floor = await stage.with(startFloor(ours.url, paths));
    const single = await stage.serve();
    await walk(single.url, paths);
    const nginx = await stage.with(startNginx(stage.directory(), floor.url, paths));
    const servers = { ours, floor, 'a single process': single, 'nginx proxy_cache': nginx };
    const figures: Figure[] = [];
    for (const fresh of connections.map((which) => which === 'new')) {
      const results = await race(servers, paths, { ...options, fresh });
      const of = `${workers} workers, ${fresh ? 'a new connection each time' : 'connections are kept'}`;
      const figure = (what: string, key: keyof Measured) => ({ of, what, ...compared(results, (one) => one[key]) });
      figures.push(figure('answers/s', 'rate'), figure('p99, ms', 'p99'), figure('CPU, µs an answer', 'cpu'));
    }
    return figures;
  });
}
