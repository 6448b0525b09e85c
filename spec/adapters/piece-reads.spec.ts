import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Rejection } from '../../src/domain/index.js';
import { PIECE, PieceReads, type PieceSource } from '../../src/adapters/piece-reads.js';

/** A file of so many pieces whose disk takes a millisecond for each; of another, reading fails. */
function diskOf(pieces: number) {
  const seen = { running: 0, most: 0, closed: 0 };
  const file = (fails: boolean): PieceSource => ({
    isAtHand: false,
    fillNow: () => {
      throw new Error('it is to be left to the threads');
    },
    fill: async (bytes, at) => {
      seen.most = Math.max(seen.most, ++seen.running);
      await delay(1);
      seen.running--;
      if (fails || at + bytes.length > pieces * PIECE) throw new Error('broken');
      return bytes.fill(at / PIECE);
    },
    close: () => void seen.closed++,
  });
  return { seen, whole: file(false), broken: file(true) };
}

async function numbersOf(pieces: AsyncIterable<Uint8Array>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const [number = -1] of pieces) numbers.push(number);
  return numbers;
}

describe('PieceReads', () => {
  it('reads three pieces at once, whoever they are for, and all of them', async () => {
    const { seen, whole } = diskOf(16);
    const reads = new PieceReads();
    const readers = Array.from({ length: 20 }, () => numbersOf(reads.read(() => whole, 0, 16 * PIECE)));
    expect(await Promise.all(readers)).toEqual(Array(20).fill([0, 4, 8, 12]));
    expect(seen).toEqual({ running: 0, most: 3, closed: 20 });
  });

  it('gives large pieces to the first 64 readers, and again when they have them no more', async () => {
    const reads = new PieceReads();
    const { seen, whole } = diskOf(8);
    const begun = await Promise.all(
      Array.from({ length: 66 }, async () => {
        const pieces = reads.read(() => whole, 0, 8 * PIECE);
        const first = await pieces.next();
        return { pieces, length: (first.value as Uint8Array).length / PIECE };
      }),
    );
    expect(begun.map(({ length }) => length)).toEqual([...Array<number>(64).fill(4), 1, 1]);
    expect(seen.closed).toBe(0);
    await begun[7]?.pieces.return(undefined);
    expect(seen.closed).toBe(1);
    expect(await numbersOf(reads.read(() => whole, 0, 8 * PIECE))).toEqual([0, 4]);
    expect(await numbersOf(reads.read(() => whole, 0, PIECE))).toEqual([0]);
  });

  it('gives the turn of a read that fails to the next', async () => {
    const { seen, whole, broken } = diskOf(1);
    const reads = new PieceReads();
    const failing = Array.from({ length: 10 }, () =>
      numbersOf(reads.read(() => broken, 0, PIECE)).catch(({ code }: Rejection) => code),
    );
    const working = numbersOf(reads.read(() => whole, 0, PIECE));
    expect(await Promise.all(failing)).toEqual(Array(10).fill('storage-unavailable'));
    expect(await working).toEqual([0]);
    expect(seen.closed).toBe(11);
  });

  it('asks no thread for what is at hand', async () => {
    const { broken } = diskOf(1);
    const file = { ...broken, isAtHand: true, fillNow: (bytes: Uint8Array, at: number) => bytes.fill(at / PIECE) };
    expect(await numbersOf(new PieceReads().read(() => file, 0, PIECE))).toEqual([0]);
  });

  describe('lends, without asking a thread,', () => {
    // A late read would be one that has waited for the disk.
    beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
    afterEach(() => void vi.useRealTimers());

    const atHand = (fillNow: PieceSource['fillNow']): PieceSource => ({ ...diskOf(1).broken, isAtHand: true, fillNow });
    const file = atHand((bytes, at) => bytes.fill(at / PIECE));

    it('a part of what is at hand, in memory that is lent again when it was given back', () => {
      const reads = new PieceReads();
      const lent = reads.lend(file, 2 * PIECE, 6 * PIECE);
      expect(lent?.bytes).toEqual(Buffer.alloc(4 * PIECE, 2));
      expect(reads.lend(file, 0, 4 * PIECE)?.bytes.buffer).not.toBe(lent?.bytes.buffer);
      lent?.giveBack();
      const again = reads.lend(file, PIECE, 2 * PIECE + 5);
      expect([again?.bytes.buffer, again?.bytes.length]).toEqual([lent?.bytes.buffer, PIECE + 5]);
    });

    it('nothing that is larger or not at hand', () => {
      const reads = new PieceReads();
      expect(reads.lend(file, 0, 4 * PIECE + 1)).toBeUndefined();
      expect(reads.lend(diskOf(1).whole, 0, PIECE)).toBeUndefined();
    });

    it('64 pieces at most, and none to those who come to nothing', () => {
      const reads = new PieceReads();
      const broken = atHand(() => {
        throw new Error('broken');
      });
      for (let time = 0; time < 70; time++) expect(reads.lend(broken, 0, 2 * PIECE)).toBeUndefined();
      for (let time = 0; time < 70; time++) expect(reads.lend(diskOf(1).whole, 0, 2 * PIECE)).toBeUndefined();
      const lent = Array.from({ length: 65 }, () => reads.lend(file, 0, 2 * PIECE));
      expect(lent.map((one) => one !== undefined)).toEqual([...Array<boolean>(64).fill(true), false]);
      expect(reads.lend(file, 0, PIECE)?.bytes).toHaveLength(PIECE);
    });
  });

  it('says so when the file ends before', async () => {
    const { whole } = diskOf(1);
    const reading = numbersOf(new PieceReads().read(() => whole, 0, 2 * PIECE));
    await expect(reading).rejects.toMatchObject({ code: 'storage-unavailable' });
  });
});
