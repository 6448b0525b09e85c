import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, 'mutate-images.ts');
const COUNT = 10_000;

interface Report {
  readonly count: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly slowest: number;
}

describe('20,000 mutated pictures', () => {
  it.concurrent.each([1, 2])(
    'neither crash nor hang validation and resizing: seed %i',
    { timeout: 300_000 },
    async (seed) => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--import',
        'tsx',
        SCRIPT,
        `${COUNT}`,
        `${seed}`,
      ]);
      const { count, outcomes } = JSON.parse(stdout) as Report;
      expect(count).toBe(COUNT);
      expect(Object.keys(outcomes).filter((outcome) => outcome.startsWith('unknown'))).toEqual([]);
      // Both ways were really taken.
      expect(outcomes['resized']).toBeGreaterThan(COUNT / 10);
      expect(outcomes['refused']).toBeGreaterThan(COUNT / 20);
      expect(outcomes['undecodable']).toBeGreaterThan(COUNT / 100);
    },
  );
});
