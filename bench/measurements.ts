import { type ColdCase, measureCold } from './cold.js';
import { type HitCase, measureHits } from './hits.js';
import { measureOperators } from './operators.js';
import { measureScale } from './scale.js';
import { measureSlowReaders } from './slow-readers.js';
import { measureStorm, type StormCase } from './storm.js';
import type { Figure } from './support/figure.js';
import { measureWorkers } from './workers.js';

export interface Measurement {
  /** What it is, in one sentence. */
  readonly about: string;
  readonly run: (isQuick: boolean) => Promise<Figure[]>;
}

const KIB = 1024;

const HITS: readonly HitCase[] = [
  { name: '692 B, 1 URI', size: 692, uris: 1, atLeast: 0.75 },
  { name: '692 B, 10,000 URIs', size: 692, uris: 10_000, atLeast: 0.75 },
  { name: '96 KiB, 1 URI', size: 96 * KIB, uris: 1, atLeast: 0.75 },
  { name: '96 KiB, 10,000 URIs', size: 96 * KIB, uris: 10_000, atLeast: 0.75 },
  {
    name: '96 KiB, 10,000 URIs, --memory-cache 2GiB',
    ...{ size: 96 * KIB, uris: 10_000, flags: ['--memory-cache', '2GiB'], atLeast: 0.75 },
  },
  { name: '1 MiB, 1 URI', size: KIB * KIB, uris: 1, atLeast: 0.6 },
];

const COLD: readonly ColdCase[] = [
  { picture: 'photo', collection: 'avatars', uris: 30, most: 25 },
  { picture: 'small', collection: 'img', uris: 30, most: 5 },
  { picture: 'small', collection: 'img', uris: 30, after: 2000, most: 5 },
  { picture: 'huge', collection: 'avatars', uris: 5, most: 1000 },
];

const STORMS: readonly StormCase[] = [64, 8].flatMap((connections) => [
  { name: `one process, ${connections} connections`, flags: [], connections },
  { name: `--workers 2, ${connections} connections`, flags: ['--workers', '2'], connections },
]);

/** By the names under which they are asked for. `cold` comes first: it is slow when the others have removed their files. */
export const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  cold: measurement('Pictures that nobody has asked for before', measureCold, {
    quick: {
      cases: COLD.filter(({ picture, after }) => picture !== 'huge' && after === undefined).map((one) => ({
        ...one,
        uris: Math.ceil(one.uris / 3),
      })),
      memory: [{ atOnce: 4, most: 400 }],
    },
    whole: {
      cases: COLD,
      memory: [
        { atOnce: 1, most: 250 },
        { atOnce: 4, most: 400 },
      ],
    },
  }),
  hits: measurement('Kept pictures, asked for as fast as they are answered', measureHits, {
    quick: { seconds: 0.5, rounds: 1, cases: HITS.filter(({ uris, size }) => uris === 1 && size < KIB * KIB) },
    whole: { seconds: 1.5, rounds: 5, cases: HITS },
  }),
  storm: measurement('Kept pictures while avatars of 12 megapixels are made', measureStorm, {
    quick: { seconds: 0.5, rounds: 1, cases: STORMS.slice(0, 1) },
    whole: { seconds: 3, rounds: 5, cases: STORMS },
  }),
  operators: measurement('What each stage costs a hit', measureOperators, {
    quick: { uris: [1, 10_000], time: 50, rounds: 1 },
    whole: { uris: [1, 10_000], time: 200, rounds: 5 },
  }),
  workers: measurement('Two workers and a single process', measureWorkers, {
    quick: { workers: 2, connections: ['kept'], seconds: 0.5, rounds: 1 },
    whole: { workers: 2, connections: ['kept', 'new'], seconds: 1.5, rounds: 5 },
  }),
  'slow-readers': measurement('Readers who take large pictures slowly', measureSlowReaders, {
    quick: { readers: 500, seconds: 1 },
    whole: { readers: 2000, seconds: 5 },
  }),
  scale: measurement('A million pictures declared, a hundred thousand kept', measureScale, {
    quick: { declared: 45_000, kept: 5000, asked: 1000, starts: 1, seconds: 0.5, rounds: 1 },
    whole: { declared: 900_000, kept: 100_000, asked: 10_000, starts: 5, seconds: 1.5, rounds: 5 },
  }),
};

function measurement<Options>(
  about: string,
  measure: (options: Options) => Promise<Figure[]>,
  { quick, whole }: { readonly quick: Options; readonly whole: Options },
): Measurement {
  return { about, run: (isQuick) => measure(isQuick ? quick : whole) };
}
