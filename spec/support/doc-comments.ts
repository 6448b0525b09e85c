import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** An operator whose doc comment has a marble diagram: one for any stream. */
export interface Documented {
  /** The name of its file, without `.ts`. */
  readonly file: string;
  /** Each line of the diagram: what is called so there, and its marbles. */
  readonly diagram: readonly { readonly name: string; readonly marbles: string }[];
  /** The code of its example. */
  readonly example: string | undefined;
}

/** The operators for any stream, from their sources. */
export function documentedOperators(): Documented[] {
  return readdirSync(join(ROOT, 'src/operators'))
    .map((name) => ({ file: name.replace(/\.ts$/, ''), comment: commentsOf(join(ROOT, 'src/operators', name)) }))
    .filter(({ comment }) => fenced(comment, '') !== undefined)
    .map(({ file, comment }) => ({
      file,
      diagram: (fenced(comment, '') ?? '').split('\n').map(asLine),
      example: fenced(comment, 'ts'),
    }));
}

/** The specs of an operator, each from its `it` on. */
export function specsOf(file: string): string[] {
  return readFileSync(join(ROOT, `spec/operators/${file}.spec.ts`), 'utf8').split(/\n {2}it\(/);
}

function commentsOf(path: string): string {
  return [...readFileSync(path, 'utf8').matchAll(/^\/\*\*\n((?: \*.*\n)+)/gm)]
    .map(([, comment = '']) => comment.replace(/^ \* ?/gm, ''))
    .join('\n');
}

/** The first block that is fenced with this language. */
function fenced(comment: string, language: string): string | undefined {
  return new RegExp(`^\`\`\`${language}\n([^]*?)\n\`\`\`$`, 'm').exec(comment)?.[1];
}

function asLine(line: string) {
  const [, name = '', marbles = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
  return { name, marbles };
}
