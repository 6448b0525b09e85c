import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PRELOAD = join(ROOT, 'spec/support/loaded-modules.mjs');

/** The libraries that a module of ours loads. */
function librariesOf(module: string, ...args: readonly string[]): Set<string> {
  const node = ['--import', PRELOAD, join(ROOT, 'dist', module), ...args];
  const lines = execFileSync(process.execPath, node, { encoding: 'utf8' }).split('\n');
  return new Set(lines.flatMap((line) => /^file:.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(line)?.[1] ?? []));
}

describe('what each process loads', () => {
  it('is no sharp where readers are answered: 13 MB for each worker', () => {
    const libraries = librariesOf('server/main.js', '--help');
    expect([...libraries]).toEqual(expect.arrayContaining(['ioredis', 'node-fetch', 'file-type']));
    expect([...libraries]).not.toContain('sharp');
  });

  it('is little else than sharp where avatars are made', () => {
    const libraries = librariesOf('adapters/sharp-resizer.js');
    expect([...libraries]).toContain('sharp');
    expect([...libraries]).not.toContain('rxjs');
  });
});
