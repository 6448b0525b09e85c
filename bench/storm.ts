import { median } from '../spec/soak/usage.js';
import { startStorm } from './support/avatar-storm.js';
import { compared, type Figure } from './support/figure.js';
import { startFloor } from './support/floor.js';
import { memoryOf } from './support/memory.js';
import { type Origin, startOrigin } from './support/origin.js';
import { photo } from './support/pictures.js';
import { loadEach, type Measured, mediansOf, type Round, warmUp } from './support/race.js';
import { onStage, type Stage } from './support/stage.js';

export interface StormOptions {
  readonly seconds: number;
  readonly rounds: number;
  readonly cases: readonly StormCase[];
}

export interface StormCase {
  readonly name: string;
  readonly flags: readonly string[];
  /** As many as elsewhere, or few, which show every delay, since they hardly wait for each other. */
  readonly connections: number;
}

const URIS = 1000;
const SIZE = 692;

/**
 * Kept pictures while avatars of 12 megapixels are made all the time, and while none is. The floor is a server
 * beside which the same avatars are made.
 */
export async function measureStorm({ cases, ...options }: StormOptions): Promise<Figure[]> {
  const origin = await startOrigin({ photo: await photo(4000, 3000, 40) });
  const figures: Figure[] = [];
  for (const one of cases) figures.push(...(await onStage((stage) => measureCase(one, origin, stage, options))));
  await origin.close();
  return figures;
}

async function measureCase(
  { name, flags, connections }: StormCase,
  origin: Origin,
  stage: Stage,
  { seconds, rounds }: Omit<StormOptions, 'cases'>,
): Promise<Figure[]> {
  const paths = await stage.keep('hit', URIS, SIZE);
  const ours = await stage.serve(...flags);
  const floor = await stage.with(startFloor(ours.url, paths));
  const servers = { ours, floor };
  const options = { seconds, rounds, connections };
  await warmUp(servers, paths, options);
  const idle: Round<keyof typeof servers>[] = [];
  const busy: Round<keyof typeof servers>[] = [];
  const avatars: number[] = [];
  while (busy.length < rounds) {
    idle.push(await loadEach(servers, paths, options));
    const storm = await startStorm(stage, ours, origin, 'photo');
    const [madeBefore, before] = [storm.made(), performance.now()];
    busy.push(await loadEach(servers, paths, options));
    avatars.push(((storm.made() - madeBefore) * 1000) / (performance.now() - before));
    await storm.end();
  }
  const duringStorm = `${name}: hits during a storm of avatars`;
  return [
    ...latencies(`${name}: hits, nothing else going on`, mediansOf(idle)),
    ...latencies(duringStorm, mediansOf(busy)),
    ...slowdowns(duringStorm, mediansOf(idle), mediansOf(busy)),
    { of: `${name}: the storm`, what: 'avatars/s', ours: median(avatars) },
    { of: `${name}: the storm`, what: 'peak memory, MB', ours: memoryOf(ours.pid, 'VmHWM') },
  ];
}

function latencies(of: string, measured: Round<'ours' | 'floor'>): Figure[] {
  const figure = (what: string, key: keyof Measured) => ({ of, what, ...compared(measured, (one) => one[key]) });
  return [figure('p50, ms', 'p50'), figure('p99, ms', 'p99'), figure('p99 as wrk corrects it, ms', 'corrected')];
}

function slowdowns(of: string, idle: Round<'ours' | 'floor'>, busy: Round<'ours' | 'floor'>): Figure[] {
  const figure = (what: string, key: keyof Measured) => ({
    ...{ of, what, ours: busy.ours[key] / idle.ours[key], floor: busy.floor[key] / idle.floor[key] },
  });
  return [
    { ...figure('p99, of the idle one', 'p99'), target: { to: 'figure', is: '≤', limit: 3 } },
    figure('p99 as wrk corrects it, of the idle one', 'corrected'),
  ];
}
