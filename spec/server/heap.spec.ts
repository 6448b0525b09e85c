import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flagsFor } from '../../src/server/heap.js';

const HEAP = join(import.meta.dirname, '../../dist/server/heap.js');
const MIB = 1 << 20;

/**
 * Holds so much, and goes on replacing it until there were some major collections. Says how large the heap became
 * before the last of them. Its clock is fast: what is looked at every few seconds is looked at all the time.
 */
const program = (held: number) => `
  import { PerformanceObserver, constants } from 'node:perf_hooks';
  import { setImmediate } from 'node:timers/promises';
  import { tuneHeap } from ${JSON.stringify(HEAP)};

  const { setInterval } = globalThis;
  globalThis.setInterval = (look, milliseconds) => setInterval(look, milliseconds / 100);
  tuneHeap();

  const peaks = [0];
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) peaks.push(0);
  }).observe({ entryTypes: ['gc'] });

  const piece = () => new Array(1024).fill(0);
  const pieces = Array.from({ length: ${held} / (8 * 1024) }, piece);
  for (let turn = 0; peaks.length < 8; turn++) {
    for (let n = 0; n < 500; n++) pieces[(500 * turn + n) % pieces.length] = piece();
    peaks.push(Math.max(peaks.pop(), process.memoryUsage().heapTotal));
    await setImmediate();
  }
  console.log(peaks.at(-2));
`;

function heapThatHolds(held: number): number {
  const args = ['--input-type=module', '-e', program(held)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 }));
}

/** Requests of which the last thousand are alive: all that have come since the last collection of the young, some 250. */
const REQUESTS = `
  class Request {
    constructor(about) {
      this.about = about;
    }
  }
  const request = (n) => {
    const about = { n };
    about.list = [n];
    about.more = [1, 2, 3];
    return new Request(about);
  };
  const turn = [];
  for (let n = 0; n < 6000; n++) {
    turn[n % 1000] = request(n);
    for (let garbage = 0; garbage < 8; garbage++) new Array(1000).fill(0);
  }
`;

/** How often V8 decides to allocate with the old what has been found alive: as code tells it that is not optimized, when the young have all the room that they get. */
function bornOld(before: string): number {
  const room = ['--min-semi-space-size=16', '--max-semi-space-size=16'];
  const told = ['--no-opt', ...room, '--trace-pretenuring-statistics', '--input-type=module', '-e'];
  const output = execFileSync(process.execPath, [...told, before + REQUESTS], { encoding: 'utf8', timeout: 30_000 });
  return output.match(/=> tenure/g)?.length ?? 0;
}

describe('tuneHeap', () => {
  it('has V8 allocate with the young what is alive for no longer than a long turn of the event loop', () => {
    expect(bornOld('')).toBeGreaterThan(0);
    expect(bornOld(`import { tuneHeap } from ${JSON.stringify(HEAP)}; tuneHeap();`)).toBe(0);
  });

  it('lets a large heap grow by little from one major collection to the next', () => {
    expect(heapThatHolds(256 * MIB) / (256 * MIB)).toBeLessThan(2);
  });

  it.each([
    [30, 8, 300],
    [60, 16, 300],
    [100, 32, 200],
    [120, 64, 50],
  ])('has room in a heap of %i MiB, of which %i are used, for %i percent of that', (taken, used, percent) => {
    expect(flagsFor(taken * MIB, used * MIB)).toEqual(['--no-optimize-for-size', `--heap-growing-percent=${percent}`]);
  });

  it('leaves a large one to V8, told to keep it small', () => {
    expect(flagsFor(121 * MIB, 20 * MIB)).toEqual(['--optimize-for-size', '--heap-growing-percent=0']);
  });
});
