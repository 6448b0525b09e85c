import { median } from '../../spec/soak/usage.js';
import { cpuOf } from './cpu.js';
import { type Load, load, type LoadOptions } from './load.js';
import type { Server } from './process.js';

export interface RaceOptions extends LoadOptions {
  /** Loads of each server that count. */
  readonly rounds: number;
}

export interface Measured extends Omit<Load, 'answers'> {
  /** Microseconds of processor time that the server took for one answer. */
  readonly cpu: number;
}

type Servers<Name extends string> = Readonly<Record<Name, Server>>;
/** What became of each server. */
export type Round<Name extends string> = Readonly<Record<Name, Measured>>;

/**
 * Answers to one load without which a server is not warm; with many paths, so many for each: what it learns of a picture, it
 * learns with the first of them.
 */
const WARM = 10_000;
const WARM_EACH = 2;
/** Loads, each twice as long as the one before, after which so many are no longer waited for. */
const PATIENCE = 4;

/** Loads several servers for some rounds, when they are warm. Gives the medians. */
export async function race<Name extends string>(
  servers: Servers<Name>,
  paths: readonly string[],
  options: RaceOptions,
): Promise<Round<Name>> {
  await warmUp(servers, paths, options);
  const all: Round<Name>[] = [];
  while (all.length < options.rounds) all.push(await loadEach(servers, paths, options));
  return mediansOf(all);
}

/**
 * For as long as it is measured, at least: what Node compiles, it compiles while it is used, and what a server learned of each
 * picture when it was first asked for, the collector moves in the seconds after that.
 */
export async function warmUp(servers: Servers<string>, paths: readonly string[], options: RaceOptions): Promise<void> {
  const enough = Math.max(WARM, WARM_EACH * paths.length);
  for (const { url } of Object.values(servers)) {
    let answers = 0;
    for (let loads = 0; loads < options.rounds || (loads < PATIENCE && answers < enough); loads++) {
      const isLong = answers < enough && loads < PATIENCE;
      ({ answers } = await load(url, paths, { ...options, seconds: options.seconds * (isLong ? 2 ** loads : 1) }));
    }
  }
}

/** One load of each server, one after another: what else the machine does in the long run hits all of them. */
export async function loadEach<Name extends string>(
  servers: Servers<Name>,
  paths: readonly string[],
  options: LoadOptions,
): Promise<Round<Name>> {
  const measured: [string, Measured][] = [];
  for (const [name, { url, pid }] of Object.entries<Server>(servers)) {
    const before = cpuOf(pid);
    const { answers, ...result } = await load(url, paths, options);
    measured.push([name, { ...result, cpu: (cpuOf(pid) - before) / answers }]);
  }
  return Object.fromEntries(measured) as Round<Name>;
}

export function mediansOf<Name extends string>(rounds: readonly Round<Name>[]): Round<Name> {
  const names = Object.keys(rounds[0] ?? {}) as Name[];
  const medians = names.map((name) => {
    const of = (key: keyof Measured) => median(rounds.map((round) => round[name][key]));
    const latencies = { p50: of('p50'), p99: of('p99'), corrected: of('corrected') };
    return [name, { rate: of('rate'), ...latencies, cpu: of('cpu') }] as const;
  });
  return Object.fromEntries(medians) as Round<Name>;
}
