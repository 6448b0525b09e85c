import { describe, expect, it } from 'vitest';
import { librariesAmong, loadedWith } from '../support/loaded.js';

describe('what each process loads', () => {
  it('is no sharp where readers are answered: 13 MB for each worker', () => {
    const libraries = [...librariesAmong(loadedWith('dist/server/main.js', '--help'))];
    expect(libraries).toEqual(expect.arrayContaining(['ioredis', 'node-fetch', 'file-type']));
    expect(libraries).not.toContain('sharp');
  });

  it('is little else than sharp where avatars are made', () => {
    const libraries = [...librariesAmong(loadedWith('dist/adapters/sharp-resizer.js'))];
    expect(libraries).toContain('sharp');
    expect(libraries).not.toContain('rxjs');
  });
});
