import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { DiskBody } from '../../src/adapters/disk-body.js';
import { versionOf } from '../../src/adapters/file-version.js';
import { KeptOpen } from '../../src/adapters/kept-open.js';
import { PieceReads } from '../../src/adapters/piece-reads.js';

it.each([true, false])(
  'a file that is in memory as well stays open, though nobody reads it: %s',
  async (isInMemory) => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
    const directory = mkdtempSync(join(tmpdir(), 'img-linuxfr-kept-'));
    onTestFinished(() => {
      vi.useRealTimers();
      rmSync(directory, { recursive: true });
    });
    const path = join(directory, 'picture');
    writeFileSync(path, 'a picture');
    const version = versionOf(statSync(path));
    const body = new DiskBody(path, version, 9, new PieceReads());
    const kept = new KeptOpen(1, () => isInMemory);
    kept.keep('picture', { body, version, checksum: 'c0ffee', lastModified: new Date(0) });
    for await (const _ of body.read()) continue;
    vi.advanceTimersByTime(300_000);
    await delay(50);
    expect(kept.get('picture') !== undefined).toBe(isInMemory);
    kept.drop('picture');
  },
);
