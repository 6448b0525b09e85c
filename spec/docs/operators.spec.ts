import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentedOperators, specsOf } from '../support/doc-comments.js';
import { type Programs, programs } from '../support/programs.js';

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
  let examples: Programs;
  beforeAll(() => {
    examples = programs(OPERATORS.map(({ file, example }) => [file, example ?? '']));
  });
  afterAll(() => examples.remove());

  it('compile', () => expect(() => examples.compile()).not.toThrow());

  it.each(OPERATORS)('of $file prints what it says', ({ file, example = '' }) => {
    const said = /\/\/ (.*)$/.exec(example)?.[1];
    expect(examples.run(file).trim().split('\n').join(', ')).toBe(said);
  });
});
