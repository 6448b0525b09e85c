import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** V8 itself collects once memory outside of its heap has grown by as much, in bytes: pictures are there. */
const ROOM = 64 * 1024 * 1024;

/** The most is what V8 allows as well, since the heap may soon be larger. */
const LEAST = 0.3;
const MOST = 3;

const SUPERVISION = 1000;

/** By how much of itself a heap of so many bytes may grow from one major collection to the next. */
export function growthOf(heap: number): number {
  return Math.min(Math.max(LEAST, ROOM / heap), MOST);
}

/**
 * Lets the heap grow by the same room, whatever its size. V8 goes by proportion, and by how much there is to do: a
 * heap of 20 MB was collected for each large picture that came by, for some ten milliseconds in which no hit was
 * answered; one that had served 50,000 pictures grew fourfold on a machine with much memory, so that most of it was
 * waiting to be collected.
 */
export function giveHeapRoom(): void {
  const look = () => {
    const percent = Math.round(growthOf(getHeapStatistics().used_heap_size) * 100);
    setFlagsFromString(`--heap-growing-percent=${percent}`);
  };
  look();
  setInterval(look, SUPERVISION).unref();
}
