import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** What stands in the documentation as code, to be compiled and run. */
export interface Programs {
  /** Throws when the compiler finds fault with any of them. */
  readonly compile: () => void;
  /** Runs one to its end and gives what it prints. Throws when it fails. */
  readonly run: (name: string) => string;
  readonly remove: () => void;
}

/** Writes them into the project, where its own name leads to it. */
export function programs(codes: readonly (readonly [name: string, code: string])[]): Programs {
  const directory = mkdtempSync(join(ROOT, '.examples-'));
  const pathOf = (name: string) => join(directory, `${name}.mts`);
  for (const [name, code] of codes) writeFileSync(pathOf(name), code);
  const tsconfig = join(directory, 'tsconfig.json');
  writeFileSync(tsconfig, JSON.stringify({ extends: '../tsconfig.json', include: ['*.mts'] }));
  const node = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout + stderr);
    return stdout;
  };
  return {
    compile: () => void node('node_modules/typescript/bin/tsc', '-p', tsconfig),
    run: (name) => node('--import', 'tsx', pathOf(name)),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
