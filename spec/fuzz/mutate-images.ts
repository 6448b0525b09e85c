/**
 * Changes real pictures at random and sends each through validation and resizing. Prints one line of
 * JSON at the end. A crash ends this process; that is why it is one of its own.
 *
 * usage: mutate-images.ts COUNT SEED
 */
import { from, lastValueFrom } from 'rxjs';
import { magicSniffer, sharpResizer } from '../../src/adapters/index.js';
import { isRejection, isResizable } from '../../src/domain/index.js';
import { pictures } from '../support/pictures.js';

const [count = 1000, seed = 1] = process.argv.slice(2).map(Number);

/** Milliseconds that no mutated picture of 120 by 240 pixels may take. */
const DEADLINE = 10_000;

let state = seed;
/** mulberry32: the same pictures for the same seed. */
function random(below: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

function mutated(original: Buffer): Buffer {
  const bytes = Buffer.from(original);
  for (let change = 0; change <= random(8); change++) {
    // Heads decide more than pixels do.
    const at = random(random(2) === 0 ? Math.min(64, bytes.length) : bytes.length);
    const values = [random(256), 0, 255, bytes[at]! ^ (1 << random(8))];
    bytes[at] = values[random(values.length)]!;
  }
  if (random(8) === 0) return bytes.subarray(0, random(bytes.length));
  if (random(8) === 0) return Buffer.concat([bytes, bytes.subarray(random(bytes.length))]);
  return bytes;
}

const outcomes: Record<string, number> = {};
const note = (outcome: string) => (outcomes[outcome] = (outcomes[outcome] ?? 0) + 1);
const resizer = sharpResizer({ maxPixels: 1_000_000, maxFrames: 10 });
const originals = (await pictures()).map(({ bytes }) => bytes);
let slowest = 0;

for (let n = 0; n < count; n++) {
  const bytes = mutated(originals[n % originals.length]!);
  const start = performance.now();
  const alarm = setTimeout(() => {
    console.error(`hangs: seed ${seed}, picture ${n}`);
    process.exit(3);
  }, DEADLINE);
  const format = await lastValueFrom(from(magicSniffer.sniff(bytes)));
  try {
    if (isResizable(format)) await resizer.resize(bytes, format, 64);
    note(format === undefined ? 'refused' : isResizable(format) ? 'resized' : 'passed through');
  } catch (error) {
    note(isRejection(error) ? error.code : `unknown: ${String(error)}`);
  }
  clearTimeout(alarm);
  slowest = Math.max(slowest, performance.now() - start);
}
console.log(JSON.stringify({ count, outcomes, slowest }));
