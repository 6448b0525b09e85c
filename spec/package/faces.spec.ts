import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { librariesAmong, loadedWith } from '../support/loaded.js';

const ROOT = join(import.meta.dirname, '../..');

/** What importing a face of the package loads: the libraries, and our own floors. */
function loadedBy(face: string): { libraries: Set<string>; floors: Set<string> } {
  const urls = loadedWith('--input-type=module', '-e', `await import('img-linuxfr/${face}')`);
  const floors = urls.flatMap((url) => /^(?!.*\/node_modules\/).*\/dist\/(\w+)\//.exec(url)?.[1] ?? []);
  return { libraries: librariesAmong(urls), floors: new Set(floors) };
}

describe('the faces of the package', () => {
  it.each([
    ['domain', ['domain'], ['rxjs']],
    ['operators', ['domain', 'operators'], ['lru-cache', 'rxjs']],
    ['pipeline', ['domain', 'operators', 'pipeline'], ['lru-cache', 'rxjs']],
    ['testing', ['domain', 'testing'], ['rxjs']],
    ['server', ['domain', 'server'], ['rxjs']],
  ])('load no more than they need: %s', (face, floors, libraries) => {
    const loaded = loadedBy(face);
    expect([...loaded.floors].sort()).toEqual(floors);
    expect([...loaded.libraries].filter((name) => name !== 'tslib').sort()).toEqual(libraries);
  });

  it('load the libraries of the outside world with the adapters, and no server', () => {
    const { floors, libraries } = loadedBy('adapters');
    expect([...floors].sort()).toEqual(['adapters', 'domain']);
    expect([...libraries]).toEqual(expect.arrayContaining(['ioredis', 'sharp', 'node-fetch', 'file-type']));
    expect([...libraries]).not.toContain('tsyringe');
  });

  it('leave in a bundle only what is used', async () => {
    const bundled = async (contents: string) => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: ROOT },
        bundle: true,
        format: 'esm',
        write: false,
        platform: 'node',
        packages: 'bundle',
        external: ['rxjs', 'lru-cache'],
        // What others bundle is `dist`, not where our own tsconfig leads.
        tsconfigRaw: {},
      });
      return outputFiles[0]?.text ?? '';
    };
    const one = await bundled("export { limitBytes } from 'img-linuxfr/operators';");
    expect(one).toContain('too-large');
    expect(one).not.toContain('class BackOff');
    expect(one).not.toContain('mapOrMerge');
    expect(await bundled("import 'img-linuxfr/operators'; import 'img-linuxfr/adapters';")).not.toContain('class');
  });
});
