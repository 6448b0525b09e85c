import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Programs, programs } from '../support/programs.js';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/testing.md'), 'utf8');

/** Its complete programs. */
const BLOCKS = [...PAGE.matchAll(/^```ts\n([^]*?)^```$/gm)].map(
  ([, code = ''], at) => [`block-${at + 1}`, code] as const,
);

describe('docs/testing.md', () => {
  let blocks: Programs;
  beforeAll(() => {
    blocks = programs(BLOCKS);
  });
  afterAll(() => blocks.remove());

  it('has blocks that compile', () => {
    expect(BLOCKS).toHaveLength(2);
    expect(() => blocks.compile()).not.toThrow();
  });

  it.each([
    ['block-1', 3 + 5],
    ['block-2', 3],
  ])('has %s, whose tests pass', (name, tests) => {
    expect(blocks.run(name)).toContain(`pass ${tests}\n`);
  });

  it('is right about what makes its tests fail', () => {
    const [[, code] = ['', '']] = BLOCKS;
    const broken = programs([
      ['concat', code.replaceAll('mergeMap', 'concatMap')],
      ['switch', code.replaceAll('mergeMap', 'switchMap')],
    ]);
    try {
      for (const name of ['concat', 'switch']) expect(() => broken.run(name)).toThrow(/fail 1\n/);
    } finally {
      broken.remove();
    }
  });
});
