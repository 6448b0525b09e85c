import { setTimeout as delay } from 'node:timers/promises';

/** Doubts that are held at once. */
const MOST = 10_000;

/** Gathers what looks wrong, and gives it back a while after it did, when it can be looked at again. */
export async function* afterwards<T>(
  doubts: AsyncIterable<readonly T[]>,
  patience: number,
): AsyncIterable<readonly T[]> {
  let held: T[] = [];
  for await (const some of doubts) {
    held.push(...some);
    if (held.length < MOST) continue;
    await delay(patience);
    yield held;
    held = [];
  }
  if (held.length === 0) return;
  await delay(patience);
  yield held;
}
