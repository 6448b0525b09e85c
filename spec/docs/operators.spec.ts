import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentedOperators, specsOf } from '../support/doc-comments.js';

const ROOT = join(import.meta.dirname, '../..');
const OPERATORS = documentedOperators();

describe('the doc comments of the operators for any stream', () => {
  it('are found', () => {
    expect(OPERATORS.map(({ file }) => file)).toEqual([
      'dedupe-inflight',
      'gate',
      'limit-bytes',
      'map-or-merge',
      'per-host',
      'stale-if-error',
      'stale-while-revalidate',
    ]);
  });

  it.each(OPERATORS)('draw for $file what its spec looks at', ({ file, diagram }) => {
    const isIn = (spec: string) =>
      diagram.every(({ name, marbles }) =>
        new RegExp(`\\b${name} = [^']*'\\s*${marbles.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}'`).test(spec),
      );
    expect(diagram.length).toBeGreaterThan(1);
    expect(specsOf(file).filter(isIn)).toHaveLength(1);
  });
});

describe('their examples', () => {
  /** In the project, where its own name leads to it. */
  let directory: string;
  const pathOf = (file: string) => join(directory, `${file}.mts`);
  beforeAll(() => {
    directory = mkdtempSync(join(ROOT, '.examples-'));
    for (const { file, example } of OPERATORS) writeFileSync(pathOf(file), example ?? '');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('compile', () => {
    const tsconfig = join(directory, 'tsconfig.json');
    writeFileSync(tsconfig, JSON.stringify({ extends: '../tsconfig.json', include: ['*.mts'] }));
    const run = () => execFileSync('npx', ['tsc', '-p', tsconfig], { cwd: ROOT, encoding: 'utf8' });
    expect(run).not.toThrow();
  });

  it.each(OPERATORS)('of $file prints what it says', ({ file, example = '' }) => {
    const said = /\/\/ (.*)$/.exec(example)?.[1];
    const printed = execFileSync(process.execPath, ['--import', 'tsx', pathOf(file)], { cwd: ROOT, encoding: 'utf8' });
    expect(printed.trim().split('\n').join(', ')).toBe(said);
  });
});
