import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { membersOf, type Stage, stagesOf } from '../support/stages.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

interface Arrow {
  readonly from: string;
  readonly type: string;
  readonly to: string;
}

/** The full arrows of a part of the picture, from the first to the last. */
function arrowsOf(part: string): Arrow[] {
  const [, drawn = ''] = new RegExp(`subgraph ${part}\\[.*\\n([^]*?)\\n  end\\n`).exec(PAGE) ?? [];
  const nodes = /(\w+)(?:\["([^"]+)"\])?/;
  const arrow = new RegExp(`^ *${nodes.source} -->\\|"([^"]+)"\\| ${nodes.source}$`, 'gm');
  return [...drawn.matchAll(arrow)].map(([, from = '', fromName, type = '', to = '', toName]) => ({
    from: fromName ?? withoutPrefix(from),
    type: type.replace(' or ', ' | '),
    to: toName ?? withoutPrefix(to),
  }));
}

/** The second of two stages of one name has a prefix, since mermaid tells nodes by their names. */
function withoutPrefix(node: string): string {
  return node.replace(/^again_/, '');
}

/** What the arrows between these stages have to be. */
function arrowsBetween(stages: readonly Stage[]): Arrow[] {
  return stages.slice(1).map(({ name, takes }, at) => ({ from: stages[at]?.name ?? '', type: takes, to: name }));
}

describe('the picture of the flow', () => {
  it.each([
    ['reader', 'image-pipeline.ts', 'pipelineWithRefresh'],
    ['upstream', 'refresh.ts', 'refresh'],
  ])('has in its part %s the stages of %s, and the types between them', (part, file, name) => {
    const stages = stagesOf(file, name);
    const [first, last] = [stages[0], stages.at(-1)];
    const arrows = arrowsOf(part);
    expect(arrows.slice(1, -1)).toEqual(arrowsBetween(stages));
    expect([arrows[0]?.type, arrows[0]?.to]).toEqual([first?.takes, first?.name]);
    expect([arrows.at(-1)?.from, arrows.at(-1)?.type]).toEqual([last?.name, last?.gives]);
  });

  it.each([
    ['image-pipeline.ts', 'pipelineWithRefresh'],
    ['refresh.ts', 'refresh'],
  ])('is of stages of %s that give what the next one takes, unless that is a part of theirs', (file, name) => {
    const stages = stagesOf(file, name);
    for (const [at, { takes, within }] of stages.slice(1).entries()) {
      const before = stages[at];
      if (before && !within.includes(before.name)) expect([before.name, before.gives]).toEqual([before.name, takes]);
    }
  });

  it('has what the requests of a pipeline share, and nothing else', () => {
    const drawn = [...PAGE.matchAll(/^ {2}(\w+)\(\[.+\]\) --- /gm)].map(([, name]) => name);
    expect([...drawn].sort()).toEqual(membersOf('shared.ts', 'SharedState').sort());
  });

  it('has what is shared behind the ports', () => {
    const adapters = readdirSync(join(ROOT, 'src/adapters')).map((name) =>
      readFileSync(join(ROOT, 'src/adapters', name), 'utf8'),
    );
    const drawn = [...PAGE.matchAll(/^ {2}\w+\[\("(\w+): .+"\)\] --- /gm)].map(([, name]) => name);
    expect(drawn).toEqual(['KeptLookups', 'HotFiles', 'KeptOpen']);
    for (const name of drawn) expect(adapters.some((source) => source.includes(`export class ${name} `))).toBe(true);
  });
});

describe('the tables', () => {
  it('name the floors there are', () => {
    const named = [...PAGE.matchAll(/^\| `src\/(\w+)` /gm)].map(([, floor]) => floor);
    expect([...named].sort()).toEqual(readdirSync(join(ROOT, 'src')).sort());
  });

  it('name what the requests of a pipeline share', () => {
    const named = [...PAGE.matchAll(/^\| .*`SharedState`, ([^|]*)\|/gm)].flatMap(
      ([, cell = '']) => cell.match(/\w+(?=`)/g) ?? [],
    );
    expect([...named].sort()).toEqual(membersOf('shared.ts', 'SharedState').sort());
  });
});
