import { compared, type Figure } from './support/figure.js';
import { startFloor } from './support/floor.js';
import { startNginx } from './support/nginx.js';
import { type Measured, race } from './support/race.js';
import { openStage } from './support/stage.js';

export interface WorkersOptions {
  readonly workers: number;
  readonly seconds: number;
  readonly rounds: number;
}

const URIS = 1000;
const SIZE = 692;

/** Several workers beside a single process, on connections that are kept and on a new one for each request. */
export async function measureWorkers({ workers, ...options }: WorkersOptions): Promise<Figure[]> {
  const stage = await openStage();
  try {
    const paths = await stage.keep('hit', URIS, SIZE);
    const ours = await stage.serve('--workers', `${workers}`);
    const floor = await startFloor(ours.url, paths);
    const single = await stage.serve();
    const nginx = await startNginx(floor.url, paths);
    const servers = { ours, floor, 'a single process': single, 'nginx proxy_cache': nginx };
    const kept = await race(servers, paths, options);
    const fresh = await race(servers, paths, { ...options, fresh: true });
    await floor.stop();
    await nginx.stop();
    const figures = (of: string, results: typeof kept): Figure[] => {
      const figure = (what: string, key: keyof Measured) => ({ of, what, ...compared(results, (one) => one[key]) });
      return [figure('answers/s', 'rate'), figure('p99, ms', 'p99'), figure('CPU, µs an answer', 'cpu')];
    };
    return [
      ...figures(`${workers} workers, connections are kept`, kept),
      ...figures(`${workers} workers, a new connection each time`, fresh),
    ];
  } finally {
    await stage.close();
  }
}
