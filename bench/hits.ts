import { compared, type Figure, type Target } from './support/figure.js';
import { startFloor } from './support/floor.js';
import { startNginx } from './support/nginx.js';
import { type Measured, race } from './support/race.js';
import { onStage } from './support/stage.js';

export interface HitsOptions {
  /** Seconds of each load. */
  readonly seconds: number;
  readonly rounds: number;
  readonly cases: readonly HitCase[];
}

export interface HitCase {
  readonly name: string;
  /** Bytes of each picture, no two the same. */
  readonly size: number;
  readonly uris: number;
  readonly flags?: readonly string[];
  /** The least that the rate may be of the floor's; without it, the case has no targets. */
  readonly atLeast?: number;
}

const P99: Target = { to: 'ratio', is: '≤', limit: 2 };

/** Kept pictures asked for as fast as they are answered; the floor and nginx give the same heads and bytes. */
export async function measureHits({ cases, ...options }: HitsOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const hitCase of cases) figures.push(...(await measureCase(hitCase, options)));
  return figures;
}

async function measureCase(hitCase: HitCase, options: Omit<HitsOptions, 'cases'>): Promise<Figure[]> {
  const { name, size, uris, flags = [], atLeast } = hitCase;
  return onStage(async (stage) => {
    const paths = await stage.keep('hit', uris, size);
    const ours = await stage.serve(...flags);
    // Also the first look at every file, which takes its checksum.
    const floor = await stage.with(startFloor(ours.url, paths));
    const nginx = await stage.with(startNginx(stage.directory(), floor.url, paths));
    const results = await race({ ours, floor, 'nginx proxy_cache': nginx }, paths, options);
    const figure = (what: string, key: keyof Measured, target?: Target): Figure => ({
      ...{ of: name, what, ...compared(results, (measured) => measured[key]) },
      ...(target && atLeast !== undefined ? { target } : {}),
    });
    const rate: Target = { to: 'ratio', is: '≥', limit: atLeast ?? 0 };
    return [
      ...[figure('answers/s', 'rate', rate), figure('p99, ms', 'p99', P99)],
      ...[figure('p99 as wrk corrects it, ms', 'corrected'), figure('CPU, µs an answer', 'cpu')],
    ];
  });
}
