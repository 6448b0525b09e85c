import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Programs, programs } from '../support/programs.js';

/** The complete programs that stand in a page. */
function programsIn(page: string): [name: string, code: string][] {
  const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
  const name = page.replaceAll(/\W/g, '-');
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = ''], at) => [`${name}-${at + 1}`, code]);
}

const BLOCKS = programsIn('docs/testing.md');
const README = programsIn('README.md');

describe('docs/testing.md', () => {
  let blocks: Programs;
  beforeAll(() => {
    blocks = programs([...BLOCKS, ...README]);
  });
  afterAll(() => blocks.remove());

  it('has programs that compile, as README.md has', () => {
    expect([BLOCKS.length, README.length]).toEqual([2, 2]);
    expect(() => blocks.compile()).not.toThrow();
  });

  it.each([
    ['docs-testing-md-1', 3 + 5],
    ['docs-testing-md-2', 3],
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
