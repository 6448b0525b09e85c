import { getHeapStatistics, setFlagsFromString } from 'node:v8';

const MIB = 1024 * 1024;

/**
 * Bytes to which a heap may grow before its next major collection, and by which it may in any case: but never by more
 * than three times itself.
 */
const SMALL = 96 * MIB;
const ROOM = 32 * MIB;
const MOST = 3;

const LARGE = 120 * MIB;

const SUPERVISION = 1000;

/** What V8 is told about a heap that takes so many bytes, of which so many are used. */
export function flagsFor(taken: number, used: number): string[] {
  if (taken > LARGE) return ['--optimize-for-size', '--heap-growing-percent=0'];
  const room = Math.max(SMALL - used, ROOM);
  const percent = Math.round(Math.min(room / used, MOST) * 100);
  return ['--no-optimize-for-size', `--heap-growing-percent=${percent}`];
}

/**
 * V8 learns from collections of the young what mostly stays alive, and allocates it with the old. Of requests that come in turns of
 * tens, all those of a long turn are found alive; but it ends, and what was learned from the first turns fills the old space with
 * the garbage of all others.
 */
const NO_PRETENURING = '--no-allocation-site-pretenuring';

/**
 * Gives a small heap room to grow in, and a large one little. V8 goes by proportion, and by how much there is to do: a
 * heap of 20 MB was collected for each large picture that came by, for some ten milliseconds in which no hit was
 * answered; one that had served 50,000 pictures grew fourfold on a machine with much memory, so that most of it was
 * waiting to be collected. What keeps a large one small costs a hit a tenth. Nothing is learned from long turns; see
 * `NO_PRETENURING`.
 */
export function tuneHeap(): void {
  setFlagsFromString(NO_PRETENURING);
  const look = () => {
    const { total_heap_size: taken, used_heap_size: used } = getHeapStatistics();
    for (const flag of flagsFor(taken, used)) setFlagsFromString(flag);
  };
  look();
  setInterval(look, SUPERVISION).unref();
}
