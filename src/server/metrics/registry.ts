import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { fullName, type Meaning, type Sampled, type Scrape } from './sampled.js';

/** The metrics of this process. All of them are read when somebody wants to know. */
export class Metrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** @param least Of several processes, the least counts, and not the sum. */
  gauge({ name, help }: Meaning, read: () => number | Promise<number>, least = false): void {
    new Gauge({
      ...this.#named({ name, help }),
      aggregator: least ? 'min' : 'sum',
      async collect() {
        this.set(await read());
      },
    });
  }

  /** One value for each label, the labels always the same few. */
  gauges<L extends string>(meaning: Meaning, label: string, read: () => Readonly<Record<L, number>>): void {
    new Gauge({
      ...this.#named(meaning),
      labelNames: [label],
      collect() {
        for (const [value, number] of Object.entries<number>(read())) this.set({ [label]: value }, number);
      },
    });
  }

  /** Counts that are kept elsewhere, each with its labels. */
  counter<L extends string>(meaning: Meaning, labelNames: readonly L[], read: () => Iterable<Count<L>>): void {
    new Counter<L>({
      ...this.#named(meaning),
      labelNames: [...labelNames],
      collect() {
        this.reset();
        for (const [labels, count] of read()) this.inc(labels, count);
      },
    });
  }

  /** Any other metric, which is given its whole name. */
  add(metric: { readonly name: string; readonly get: () => Promise<Sampled> }): void {
    this.#registry.registerMetric(metric as unknown as Gauge);
  }

  scrape(): Promise<Scrape> {
    return scrapeOf(this.#registry);
  }

  #named({ name, help }: Meaning) {
    return { name: fullName(name), help, registers: [this.#registry] };
  }
}

type Count<L extends string> = readonly [labels: Record<L, string>, count: number];

/** For `addedUp`, which loads it. */
export function addUp(scrapes: readonly Scrape[]): Promise<Scrape> {
  return scrapeOf(registryOf(scrapes));
}

/** The same, as Prometheus reads it. */
export function exposition(scrapes: readonly Scrape[]): { readonly type: string; readonly text: Promise<string> } {
  return { type: Registry.PROMETHEUS_CONTENT_TYPE, text: registryOf(scrapes).metrics() };
}

function registryOf(scrapes: readonly Scrape[]): Registry {
  return AggregatorRegistry.aggregate(scrapes as object[]);
}

async function scrapeOf(registry: Registry): Promise<Scrape> {
  return (await registry.getMetricsAsJSON()) as unknown as Scrape;
}
