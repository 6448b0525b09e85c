import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';

/** Enough to keep libuv's threads and a disk with a queue busy. */
const AT_ONCE = 16;

/** The results of work, some of which is done at once; in the order in which it is done. */
export async function atOnce<T, R>(items: readonly T[], work: (item: T) => Promise<readonly R[]>): Promise<R[]> {
  return (await lastValueFrom(from(items).pipe(mergeMap(work, AT_ONCE), toArray()))).flat();
}
