import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OpenFile } from '../../src/adapters/open-file.js';
import { temporaryDirectory } from '../support/service.js';

describe('OpenFile', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    path = join(directory, 'picture');
    writeFileSync(path, 'a picture');
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(directory, { recursive: true });
  });

  it('is at hand when all of it was read at once', async () => {
    const file = await OpenFile.open(path);
    expect(file.isAtHand).toBe(false);
    await file.fill(Buffer.alloc(8), 0);
    expect(file.isAtHand).toBe(false);
    await file.fill(Buffer.alloc(9), 0);
    expect(file.isAtHand).toBe(true);
    await file.fill(Buffer.alloc(1), 8);
    expect(file.isAtHand).toBe(true);
    file.close();
  });

  it('gives the same bytes through a thread and on the event loop, and says so when there are not as many', async () => {
    const file = await OpenFile.open(path);
    for (const bytes of [await file.fill(Buffer.alloc(7), 2), file.fillNow(Buffer.alloc(7), 2)])
      expect(Buffer.from(bytes).toString()).toBe('picture');
    await expect(file.fill(Buffer.alloc(8), 2)).rejects.toThrow('the file ends after 9 bytes');
    expect(() => file.fillNow(Buffer.alloc(8), 2)).toThrow('the file ends after 9 bytes');
    file.close();
  });

  it('is trusted for a moment after each look that found it current', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const file = await OpenFile.open(path);
    vi.advanceTimersByTime(10);
    expect(file.isTrusted).toBe(true);
    rmSync(path);
    vi.advanceTimersByTime(9);
    expect([file.isTrusted, file.isCurrent]).toEqual([true, false]);
    vi.advanceTimersByTime(1);
    for (let look = 0; look < 2; look++) expect(file.isTrusted).toBe(false);
    file.close();
  });

  it('is not current any more when nobody can tell', async () => {
    const file = await OpenFile.open(path);
    expect(file.isCurrent).toBe(true);
    file.close();
    expect(file.isCurrent).toBe(false);
  });
});
