import { describe, expect, it } from 'vitest';
import { librariesAmong, loadedWith } from '../support/loaded.js';

describe('what each process loads', () => {
  it('is nothing that few need where readers are answered: sharp takes 13 MB for each worker, the others their time', () => {
    const libraries = [...librariesAmong(loadedWith('dist/server/main.js', '--help'))];
    expect(libraries).toEqual(expect.arrayContaining(['ioredis', 'node-fetch', 'file-type']));
    for (const late of ['sharp', 'lmdb', 'pino-pretty', 'cli-progress', 'prom-client', '@opentelemetry/api'])
      expect(libraries).not.toContain(late);
  });

  it('is little else than sharp where avatars are made', () => {
    const libraries = [...librariesAmong(loadedWith('dist/adapters/sharp-resizer.js'))];
    expect(libraries).toContain('sharp');
    expect(libraries).not.toContain('rxjs');
  });
});
