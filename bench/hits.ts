import { startFloor } from './support/floor.js';
import { type Load, load } from './support/load.js';
import { cpuOf } from './support/cpu.js';
import { openStage } from './support/stage.js';
import { median } from '../spec/soak/usage.js';

export interface HitsOptions {
  /** Seconds of each load. */
  readonly seconds: number;
  /** Loads of each server, one of ours after one of the floor. */
  readonly rounds: number;
  readonly cases: readonly HitCase[];
}

export interface HitCase {
  /** Bytes of each picture, no two the same. */
  readonly size: number;
  readonly uris: number;
  readonly flags?: readonly string[];
}

interface Measured extends Load {
  /** Microseconds of processor time that the server took for one answer. */
  readonly cpu: number;
}

/** Medians over all rounds. */
export interface HitResult extends HitCase {
  readonly floor: Measured;
  readonly ours: Measured;
}

/** Kept pictures asked for as fast as they are answered, and the floor for the same heads and bytes. */
export async function measureHits({ seconds, rounds, cases }: HitsOptions): Promise<HitResult[]> {
  const results: HitResult[] = [];
  for (const hitCase of cases) results.push(await measureCase(hitCase, seconds, rounds));
  return results;
}

async function measureCase(hitCase: HitCase, seconds: number, rounds: number): Promise<HitResult> {
  const stage = await openStage();
  try {
    const paths = await stage.keep('hit', hitCase.uris, hitCase.size);
    const service = await stage.serve(...(hitCase.flags ?? []));
    // Also the first look at every file, which takes its checksum.
    const floor = await startFloor(service.url, paths);
    const servers = { floor, ours: { url: service.url, pid: service.process.pid ?? 0 } };
    const measured: { floor: Measured[]; ours: Measured[] } = { floor: [], ours: [] };
    for (const { url } of Object.values(servers)) await load(url, paths, { seconds });
    for (let round = 0; round < rounds; round++) {
      for (const name of ['floor', 'ours'] as const) {
        const { url, pid } = servers[name];
        const before = cpuOf(pid);
        const result = await load(url, paths, { seconds });
        measured[name].push({ ...result, cpu: (cpuOf(pid) - before) / (result.rate * seconds) });
      }
    }
    await floor.stop();
    return { ...hitCase, floor: medians(measured.floor), ours: medians(measured.ours) };
  } finally {
    await stage.close();
  }
}

function medians(all: readonly Measured[]): Measured {
  const of = (key: keyof Measured) => median(all.map((measured) => measured[key]));
  return { rate: of('rate'), p50: of('p50'), p99: of('p99'), cpu: of('cpu') };
}
