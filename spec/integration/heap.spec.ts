import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const HEAP = join(import.meta.dirname, '../../dist/server/heap.js');

/** Fills a heap with 200 MB that are in use, and goes on replacing them. Says how large it has become, in MB. */
const PROGRAM = `
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';

const kept = [];
const fill = (at) => (kept[at] = Array.from({ length: 2500 }, (_, i) => ({ at, i, half: i / 2 })));
for (let at = 0; at < 1000; at++) fill(at);
if (process.argv[1]) (await import(process.argv[1])).giveHeapRoom();
gc();
let peak = 0;
for (let i = 0; i < 4000; i++) {
  fill((i * 7919) % 1000);
  if (i % 5 !== 0) continue;
  peak = Math.max(peak, getHeapStatistics().total_heap_size);
  await delay(1);
}
console.log(Math.round(peak / 1e6));
`;

describe('giveHeapRoom', () => {
  it('keeps a large heap from growing to a multiple of what is in use', { timeout: 60_000 }, async () => {
    const [withRoom, without] = [await peakOf(HEAP), await peakOf()];
    expect(withRoom).toBeLessThan(500);
    expect(without).toBeGreaterThan(600);
  });
});

async function peakOf(...args: string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '-e',
    PROGRAM,
    ...args,
  ]);
  return Number(stdout);
}
