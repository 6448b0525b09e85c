import { measure } from 'mitata';
import { identity, NEVER, type Observable, of, type OperatorFunction } from 'rxjs';
import {
  checksumOf,
  type EncodedRequest,
  ORIGINAL,
  type Ports,
  type ServedImage,
  SourceUri,
  type StoredFile,
} from '../src/domain/index.js';
import { checkRedis, decode, readStored, resize } from '../src/operators/index.js';
import { imagePipeline, sharedState } from '../src/pipeline/index.js';
import { whenDue } from '../src/pipeline/selection.js';
import { formatCacheStatus } from '../src/server/cache-status.js';
import { contentOf, headOf } from '../src/server/image-head.js';
import { median } from '../spec/soak/usage.js';
import { world } from '../spec/support/world.js';
import { type Figure, grouped } from './support/figure.js';

export interface OperatorsOptions {
  /** Pictures that are asked for in turn, in each case. */
  readonly uris: readonly number[];
  /** Milliseconds of each measurement. */
  readonly time: number;
  readonly rounds: number;
}

const SIZE = 692;

/** Does the work of one stage, for one value after another. */
type Step = () => unknown;

/** What each stage costs a hit, when everything is at hand. The floor is a subscription to a value. */
export async function measureOperators({ uris, ...options }: OperatorsOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of uris) {
    const { floor = NaN, ...costs } = await timesOf(stagesOf(count), options);
    const of = count === 1 ? '1 URI' : `${grouped(count)} URIs`;
    figures.push(...Object.entries(costs).map(([name, ours]) => ({ of, what: `${name}, ns a request`, ours, floor })));
  }
  return figures;
}

function stagesOf(count: number): Record<string, Step> {
  const links = Array.from({ length: count }, (_, at) => linkOf(at));
  const ports = portsOf(links);
  const shared = sharedState();
  const resizing = { ...shared, resizeGate: shared.resizeGate };
  const nothingDue = whenDue(() => NEVER);

  const requests = outcomes(links, decode());
  const lookups = outcomes(requests, checkRedis(ports));
  const selections = outcomes(lookups, readStored(ports));
  const served = outcomes(selections, nothingDue);
  return {
    floor: subscribing(links, identity),
    decode: subscribing(links, decode()),
    checkRedis: subscribing(requests, checkRedis(ports)),
    readStored: subscribing(lookups, readStored(ports)),
    whenDue: subscribing(selections, nothingDue),
    resize: subscribing(served, resize(ports, resizing)),
    'the whole pipeline': subscribing(links, imagePipeline(ports)),
    'head and Cache-Status': inTurn(served, headWithStatus),
  };
}

function subscribing<T, R>(values: readonly T[], operator: (source: Observable<T>) => Observable<R>): Step {
  let last: R | undefined;
  return inTurn(values, (value) => {
    of(value)
      .pipe(operator)
      .subscribe((outcome) => (last = outcome));
    return last;
  });
}

function inTurn<T>(values: readonly T[], work: (value: T) => unknown): Step {
  let at = 0;
  return () => {
    at = (at + 1) % values.length;
    return work(values[at] as T);
  };
}

/** Nanoseconds of each stage. In rounds, the first of which does not count: what runs first alone is compiled for itself. */
async function timesOf(
  stages: Record<string, Step>,
  { time, rounds }: Omit<OperatorsOptions, 'uris'>,
): Promise<Record<string, number>> {
  const times = new Map(Object.keys(stages).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, stage] of Object.entries(stages)) {
      const { p50 } = await measure(stage, { min_cpu_time: time * 1e6 });
      if (round > 0) times.get(name)?.push(p50);
    }
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
}

function linkOf(at: number): EncodedRequest {
  return { hexUri: SourceUri.of(`http://origin.example/${at}.png`).hex, variant: ORIGINAL };
}

/** Everything is kept, fresh and at hand. */
function portsOf(links: readonly EncodedRequest[]): Ports {
  const files = new Map(links.map(({ hexUri }) => [hexUri, fileOf(hexUri)]));
  const entries = new Map([...files].map(([hex, { checksum }]) => [hex, entryOf(checksum)]));
  return world({
    lookup: ({ hex }) => entries.get(hex) ?? { status: 'undeclared' },
    read: ({ hex }) => files.get(hex),
    connect: () => NEVER,
  });
}

function entryOf(checksum: string) {
  return { status: 'declared', freshFor: 3_600_000, stored: { type: 'image/png', checksum } } as const;
}

function fileOf(name: string): StoredFile {
  const body = Buffer.alloc(SIZE, name);
  return { body, checksum: checksumOf(body), lastModified: new Date() };
}

function headWithStatus({ image, cacheStatus }: ServedImage): string {
  return `${contentOf(headOf(image))}Cache-Status: ${formatCacheStatus(cacheStatus)}\r\n`;
}

function outcomes<T, R>(values: readonly T[], operator: OperatorFunction<T, R>): R[] {
  const all: R[] = [];
  for (const value of values)
    of(value)
      .pipe(operator)
      .subscribe((outcome) => all.push(outcome));
  return all;
}
