import { median } from '../spec/soak/usage.js';
import { walk } from './support/client.js';
import { compared, type Figure, grouped, type Target } from './support/figure.js';
import { startBare, startFloor } from './support/floor.js';
import { memoryOf } from './support/memory.js';
import type { Server } from './support/process.js';
import { race } from './support/race.js';
import { onStage, type Stage } from './support/stage.js';

export interface ScaleOptions {
  /** URIs that are declared, beside those of pictures that are kept. */
  readonly declared: number;
  /** Pictures that are kept. */
  readonly kept: number;
  /** Of which so many are asked for, and which are all there is in the small case. */
  readonly asked: number;
  readonly starts: number;
  readonly seconds: number;
  readonly rounds: number;
}

const SIZE = 692;
const SMALL = 'small case';

/** A large catalogue and cache beside small ones, which hold no more than what is asked for. */
export function measureScale(options: ScaleOptions): Promise<Figure[]> {
  return onStage((large) => onStage((small) => measureOn(large, small, options)));
}

async function measureOn(large: Stage, small: Stage, options: ScaleOptions): Promise<Figure[]> {
  const { declared, kept, asked, starts, seconds, rounds } = options;
  const all = await large.keep('hit', kept, SIZE);
  await large.declare(Array.from({ length: declared }, (_, at) => `http://elsewhere.example/forum/${at}.png`));
  const some = await small.keep('hit', asked, SIZE);

  const start = {
    ours: await startTime(() => large.serve(), starts),
    floor: await startTime(startBare, starts),
    [SMALL]: await startTime(() => small.serve(), starts),
  };
  const ours = await large.serve();
  const servers = { ours, floor: await large.with(startFloor(ours.url, some)), [SMALL]: await small.serve() };
  await walk(servers[SMALL].url, some);
  const results = await race(servers, some, { seconds, rounds });
  const memory = compared(servers, ({ pid }) => memoryOf(pid, 'VmRSS'));
  await walk(ours.url, all);
  const memoryAfterAll = memoryOf(ours.pid, 'VmRSS');

  const of = `${grouped(declared + kept)} URIs, ${grouped(kept)} files`;
  const most = (limit: number): Target => ({ to: 'figure', is: '≤', limit });
  return [
    { of, what: 'start, ms', ...compared(start, (time) => time), target: most(1000) },
    { of, what: `answers/s, of ${grouped(asked)} pictures`, ...compared(results, ({ rate }) => rate) },
    {
      ...{ of, what: 'answers/s, of the small case', ours: results.ours.rate / results[SMALL].rate },
      target: { to: 'figure', is: '≥', limit: 0.9 },
    },
    { of, what: 'p99, ms', ...compared(results, ({ p99 }) => p99) },
    { of, what: 'memory after that, MB', ...memory, target: most(250) },
    { of, what: `memory after all ${grouped(kept)}, MB`, ours: memoryAfterAll, target: most(250) },
  ];
}

/** Milliseconds until a server listens. */
async function startTime(start: () => Promise<Server>, times: number): Promise<number> {
  const all: number[] = [];
  while (all.length < times) {
    const before = performance.now();
    const server = await start();
    all.push(performance.now() - before);
    await server.stop();
  }
  return median(all);
}
