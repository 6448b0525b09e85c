import type { Metrics } from './registry.js';
import { fullName, type Meaning } from './sampled.js';

/** What was observed, counted by upper bounds in plain numbers, so that observing costs next to nothing. */
export class Tally {
  readonly #bounds: readonly number[];
  /** By the first bound that is not exceeded; beyond the last one, and the sum of everything, come after those. */
  readonly #counts: Float64Array;

  /** @param bounds Ascending. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 2);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at++;
    (this.#counts[at] as number)++;
    (this.#counts[bounds.length + 1] as number) += value;
  }

  /** How many did not exceed each bound, and at last how many there were. */
  get cumulative(): [bound: number | '+Inf', count: number][] {
    let count = 0;
    return [...this.#bounds, '+Inf' as const].map((bound, at) => [bound, (count += this.#counts[at] as number)]);
  }

  get sum(): number {
    return this.#counts[this.#bounds.length + 1] as number;
  }
}

/** Durations in seconds, from half a millisecond to half a minute. */
export const DURATIONS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A tally for each value of a label. */
export type Tallies<L extends string> = Readonly<Record<L, Tally>>;

/** A histogram with one label, observed in tallies of our own: those of prom-client cost as much as a hit. */
export function histogram<L extends string>(
  metrics: Metrics,
  { name, help }: Meaning,
  label: string,
  values: readonly L[],
  bounds: readonly number[] = DURATIONS,
): Tallies<L> {
  const tallies = Object.fromEntries(values.map((value) => [value, new Tally(bounds)])) as Record<L, Tally>;
  const full = fullName(name);
  const samplesOf = (value: L) => {
    const { cumulative, sum } = tallies[value];
    const labels = { [label]: value };
    return [
      ...cumulative.map(([le, count]) => ({ metricName: `${full}_bucket`, labels: { ...labels, le }, value: count })),
      { metricName: `${full}_sum`, labels, value: sum },
      { metricName: `${full}_count`, labels, value: cumulative.at(-1)?.[1] ?? 0 },
    ];
  };
  metrics.add({
    name: full,
    get: () =>
      Promise.resolve({
        ...{ name: full, help, type: 'histogram', aggregator: 'sum' },
        values: values.flatMap(samplesOf),
      }),
  });
  return tallies;
}
