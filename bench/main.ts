import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HitCase, type HitResult, measureHits } from './hits.js';
import { tableOf } from './support/table.js';

const RESULTS = join(import.meta.dirname, 'results');
const KIB = 1024;

const QUICK: HitCase[] = [
  { size: 692, uris: 1 },
  { size: 692, uris: 10_000 },
  { size: 96 * KIB, uris: 1 },
];
const WHOLE: HitCase[] = [
  ...QUICK,
  { size: 96 * KIB, uris: 10_000 },
  { size: 96 * KIB, uris: 10_000, flags: ['--memory-cache', '2GiB'] },
  { size: KIB * KIB, uris: 1 },
  { size: KIB * KIB, uris: 500 },
];

const isQuick = process.argv.includes('--quick');
const how = isQuick ? { seconds: 1, rounds: 3 } : { seconds: 3, rounds: 5 };
const results = await measureHits({ ...how, cases: isQuick ? QUICK : WHOLE });
const table = tableOf(
  ['bytes', 'URIs', 'flags', 'answers/s', 'floor', 'ratio', 'p99 ms', 'floor', 'ratio', 'µs CPU', 'floor'],
  results.map(rowOf),
);
console.log(`\nCached hits, and a bare node:http server that gives the same heads and bytes from memory\n\n${table}`);
if (!isQuick) {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, 'hits.md'), table);
}

function rowOf({ size, uris, flags = [], floor, ours }: HitResult): string[] {
  return [
    ...[`${size}`, `${uris}`, flags.join(' ')],
    ...[ours.rate.toFixed(0), floor.rate.toFixed(0), (ours.rate / floor.rate).toFixed(2)],
    ...[ours.p99.toFixed(2), floor.p99.toFixed(2), (ours.p99 / floor.p99).toFixed(2)],
    ...[ours.cpu.toFixed(1), floor.cpu.toFixed(1)],
  ];
}
