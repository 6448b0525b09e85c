import { assertCacheDirectory } from '../cache-directory.js';
import { type Finding, findingsOf } from './check/findings.js';
import { command } from './command.js';
import { print } from './print.js';
import { withCatalogue } from './with-catalogue.js';

/** Looks whether the catalogue and the cache directory agree. */
export const check = command({
  usage: 'check',
  about: 'check that the catalogue and the cache directory agree; also -c',
  run: async (options) => {
    assertCacheDirectory(options.dir);
    const findings: Finding[] = [];
    const counts = { keys: 0, files: 0 };
    await withCatalogue(options, async (catalogue, files) => {
      for await (const finding of findingsOf(catalogue, files, options.dir, counts)) findings.push(finding);
    });
    print(options, { ...counts, findings }, [
      ...findings.map(({ kind, what }) => `${kind}: ${what}`),
      `${counts.keys} keys and ${counts.files} files checked, ${findings.length} findings`,
    ]);
    return findings.length === 0 ? 0 : 1;
  },
});
