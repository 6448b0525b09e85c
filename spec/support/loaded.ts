import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PRELOAD = join(ROOT, 'spec/support/loaded-modules.mjs');

/** The URLs of all modules that Node loads when it is started with these arguments, among the lines that it prints. */
export function loadedWith(...args: readonly string[]): string[] {
  const options = { cwd: ROOT, encoding: 'utf8' } as const;
  return execFileSync(process.execPath, ['--import', PRELOAD, ...args], options).split('\n');
}

/** The libraries among them. */
export function librariesAmong(urls: readonly string[]): Set<string> {
  return new Set(urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []));
}
