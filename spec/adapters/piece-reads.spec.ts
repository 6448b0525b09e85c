import type { FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../src/domain/index.js';
import { PIECE, PieceReads } from '../../src/adapters/piece-reads.js';

/** A file of so many pieces whose disk takes a millisecond for each; of another, reading fails. */
function diskOf(pieces: number) {
  const seen = { running: 0, most: 0 };
  const file = (fails: boolean): FileHandle =>
    ({
      read: async (bytes: Uint8Array, _offset: number, length: number, at: number) => {
        seen.most = Math.max(seen.most, ++seen.running);
        await delay(1);
        seen.running--;
        if (fails) throw new Error('broken');
        bytes.fill(at / PIECE);
        return { bytesRead: Math.min(length, pieces * PIECE - at) };
      },
    }) as unknown as FileHandle;
  return { seen, whole: file(false), broken: file(true) };
}

async function numbersOf(pieces: AsyncIterable<Uint8Array>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const [number = -1] of pieces) numbers.push(number);
  return numbers;
}

describe('PieceReads', () => {
  it('reads three pieces at once, whoever they are for, and all of them', async () => {
    const { seen, whole } = diskOf(4);
    const reads = new PieceReads();
    const readers = Array.from({ length: 20 }, () => numbersOf(reads.read(whole, 0, 4 * PIECE)));
    expect(await Promise.all(readers)).toEqual(Array(20).fill([0, 1, 2, 3]));
    expect(seen).toEqual({ running: 0, most: 3 });
  });

  it('gives the turn of a read that fails to the next', async () => {
    const { whole, broken } = diskOf(1);
    const reads = new PieceReads();
    const failing = Array.from({ length: 10 }, () =>
      numbersOf(reads.read(broken, 0, PIECE)).catch(({ code }: Rejection) => code),
    );
    const working = numbersOf(reads.read(whole, 0, PIECE));
    expect(await Promise.all(failing)).toEqual(Array(10).fill('storage-unavailable'));
    expect(await working).toEqual([0]);
  });

  it('says so when the file ends before', async () => {
    const { whole } = diskOf(1);
    const reading = numbersOf(new PieceReads().read(whole, 0, 2 * PIECE));
    await expect(reading).rejects.toMatchObject({ code: 'storage-unavailable' });
  });
});
