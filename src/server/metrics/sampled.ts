/** A metric with its values, as it travels between processes. (The types of prom-client describe another one.) */
export interface Sampled {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  /** What becomes of the values of several processes. */
  readonly aggregator: 'sum' | 'min' | 'average' | 'first' | 'omit';
  readonly values: readonly Sample[];
}

interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export type Scrape = readonly Sampled[];

const PREFIX = 'img_linuxfr_';

/** What one metric is called, without our prefix, and what it means. */
export interface Meaning {
  readonly name: string;
  readonly help: string;
}

export function fullName(name: string): string {
  return PREFIX + name;
}
