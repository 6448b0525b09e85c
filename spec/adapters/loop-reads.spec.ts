import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoopReads } from '../../src/adapters/loop-reads.js';
import { OpenFile } from '../../src/adapters/open-file.js';

const BYTES = Buffer.from('a picture');

describe('LoopReads', () => {
  let directory: string;
  beforeEach(() => {
    // Of this project, since temporary files may lie in memory.
    directory = mkdtempSync(join(import.meta.dirname, '../../node_modules/.loop-reads-'));
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(directory, { recursive: true });
  });

  /** A disk of which each read takes so many milliseconds, and brings so many bytes. */
  const readingOf = (milliseconds: number, bytes: number) => {
    let account = 4096;
    const reads = new LoopReads(() => account);
    const file = {
      isAtHand: true,
      fillNow: (memory: Uint8Array) => {
        vi.advanceTimersByTime(milliseconds);
        account += bytes;
        memory.set(BYTES);
        return memory;
      },
    };
    const read = (isAtHand = true) => reads.fill({ ...file, isAtHand }, Buffer.alloc(BYTES.length), 0);
    return { read };
  };

  it('reads what is at hand, and leaves other files alone', () => {
    const { read } = readingOf(0, 0);
    expect(read(false)).toBeUndefined();
    expect(read()).toEqual(BYTES);
  });

  it('waits for the disk for ten milliseconds at once, and then for no more than a hundredth of the time', () => {
    const { read } = readingOf(2, 4096);
    for (let time = 0; time < 6; time++) expect(read()).toEqual(BYTES);
    for (const left of [190, 198, 198]) {
      expect(read()).toBeUndefined();
      vi.advanceTimersByTime(left - 1);
      expect(read()).toBeUndefined();
      vi.advanceTimersByTime(1);
      expect(read()).toEqual(BYTES);
    }
  });

  it('reads nothing for a while after it has had to wait for longer', () => {
    const { read } = readingOf(20, 4096);
    for (let time = 0; time < 3; time++) {
      expect(read()).toEqual(BYTES);
      vi.advanceTimersByTime(999);
      expect(read()).toBeUndefined();
      vi.advanceTimersByTime(2000);
    }
  });

  it('goes on when others had the processor, when the disk was quick, and when it gave less than was read', () => {
    for (const { read } of [readingOf(20, 0), readingOf(0, 4096), readingOf(2, BYTES.length - 1)])
      for (let time = 0; time < 3; time++) expect(read()).toEqual(BYTES);
  });

  it('leaves a disk alone as well that fails after it was waited for', () => {
    const reads = new LoopReads(() => 0);
    const fails = (milliseconds: number) => ({
      isAtHand: true,
      fillNow: () => {
        vi.advanceTimersByTime(milliseconds);
        throw new Error('EIO');
      },
    });
    for (let time = 0; time < 2; time++) expect(() => reads.fill(fails(0), Buffer.alloc(9), 0)).toThrow('EIO');
    expect(() => reads.fill(fails(20), Buffer.alloc(9), 0)).toThrow('EIO');
    expect(reads.fill(fails(20), Buffer.alloc(9), 0)).toBeUndefined();
  });

  it('takes every late read for one that waited when nobody can tell', () => {
    const { read } = readingOf(20, Infinity);
    expect(read()).toEqual(BYTES);
    expect(read()).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(read()).toEqual(BYTES);
    expect(read()).toBeUndefined();
  });

  it.skipIf(!existsSync('/proc/thread-self/io'))('knows of a real disk whether it had to be waited for', async () => {
    const path = join(directory, 'picture');
    writeFileSync(path, randomBytes(100_000), { flush: true });
    const file = await OpenFile.open(path);
    const memory = Buffer.alloc(100_000);
    await file.fill(memory, 0);
    const reads = new LoopReads();
    const part = memory.subarray(0, 30_000);
    const late = { isAtHand: true, fillNow: () => (vi.advanceTimersByTime(20), file.fillNow(part, 0)) };
    const read = () => reads.fill(late, part, 0);
    for (let time = 0; time < 3; time++) expect(read()).toBe(part);
    execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
    expect(read()).toBe(part);
    expect(read()).toBeUndefined();
    file.close();
  });
});
