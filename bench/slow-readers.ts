import { setTimeout as delay } from 'node:timers/promises';
import { compared, type Figure, grouped } from './support/figure.js';
import { startFloor } from './support/floor.js';
import { load } from './support/load.js';
import { memoryOf } from './support/memory.js';
import type { Server } from './support/process.js';
import { allowConnections, startSlowReaders } from './support/slow-readers.js';
import { onStage } from './support/stage.js';

export interface SlowReadersOptions {
  readonly readers: number;
  /** Seconds for which hits are asked for beside them. */
  readonly seconds: number;
}

const MIB = 1024 * 1024;
const PICTURES = 8;
const CONNECTIONS = 8;

/** Milliseconds that all of them are given to get their first bytes. */
const PATIENCE = 10_000;

/** Readers who take large pictures slowly, and hits beside them. The floor has the large pictures in memory. */
export async function measureSlowReaders({ readers, seconds }: SlowReadersOptions): Promise<Figure[]> {
  return onStage(async (stage) => {
    allowConnections(readers);
    const large = await stage.keep('large', PICTURES, 5 * MIB);
    const hits = await stage.keep('hit', 1000, 692);
    const ours = await stage.serve();
    const floor = await stage.with(startFloor(ours.url, [...large, ...hits]));
    const measure = async (server: Server) => {
      const crowd = startSlowReaders(server.url, large, readers);
      const giveUp = performance.now() + PATIENCE;
      while (crowd.begun() < readers && performance.now() < giveUp) await delay(50);
      const { rate, p99 } = await load(server.url, hits, { seconds, connections: CONNECTIONS });
      const result = { rate, p99, begun: crowd.begun(), taking: crowd.taking(), memory: memoryOf(server.pid, 'VmHWM') };
      crowd.leave();
      return result;
    };
    const results = { ours: await measure(ours), floor: await measure(floor) };
    const of = `${grouped(readers)} slow readers of 5 MiB`;
    const figure = (what: string, key: keyof typeof results.ours): Figure => ({
      ...{ of, what, ...compared(results, (one) => one[key]) },
    });
    return [
      { ...figure('of whom so many got something', 'begun'), target: { to: 'figure', is: '≥', limit: readers } },
      figure('of whom so many took to the end', 'taking'),
      { ...figure('peak memory, MB', 'memory'), target: { to: 'figure', is: '≤', limit: 300 } },
      ...[figure('hits/s beside them', 'rate'), figure('p99 of these, ms', 'p99')],
    ];
  });
}
