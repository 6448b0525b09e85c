import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * Bytes by which a heap is to grow from one major collection to the next. V8 itself collects once memory outside of
 * its heap has grown by as much: pictures are there.
 */
const ROOM = 64 * 1024 * 1024;

/** How much of itself a heap may grow by, whatever that comes to. At most what V8 allows, since it may soon be larger. */
const LEAST = 0.3;
const MOST = 3;

const SUPERVISION = 1000;

/**
 * Lets the heap grow by the same room, whatever its size. V8 goes by proportion, and by how much there is to do: a
 * heap of 20 MB was collected for each large picture that came by, for some ten milliseconds in which no hit was
 * answered; one that had served 50,000 pictures grew fourfold on a machine with much memory, so that most of it was
 * waiting to be collected.
 */
export function giveHeapRoom(): void {
  const look = () => {
    const growth = Math.min(Math.max(LEAST, ROOM / getHeapStatistics().used_heap_size), MOST);
    setFlagsFromString(`--heap-growing-percent=${Math.round(growth * 100)}`);
  };
  look();
  setInterval(look, SUPERVISION).unref();
}
