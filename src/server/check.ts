import { pino } from 'pino';
import { RedisCatalogue } from '../adapters/index.js';
import { assertCacheDirectory } from './cache-directory.js';
import { CATALOGUE, createContainer, FILES } from './container.js';
import { StartFailure } from './failure.js';
import { findingsOf } from './findings.js';
import type { Options } from './options.js';

/** Looks whether the catalogue and the cache directory agree. Resolves to whether nothing was found. */
export async function check(options: Options): Promise<boolean> {
  assertCacheDirectory(options.dir);
  const container = createContainer(options, pino({ enabled: false }));
  const catalogue = container.resolve(CATALOGUE);
  let findings = 0;
  const counts = { keys: 0, files: 0 };
  try {
    if (catalogue instanceof RedisCatalogue) await catalogue.redis.connect();
    for await (const { kind, what } of findingsOf(catalogue, container.resolve(FILES), options.dir, counts)) {
      findings++;
      process.stdout.write(`${kind}: ${what}\n`);
    }
  } catch (error) {
    throw new StartFailure(`cannot check ${catalogue.description}: ${(error as Error).message}`);
  } finally {
    await catalogue.close();
  }
  process.stdout.write(`${counts.keys} keys and ${counts.files} files checked, ${findings} findings\n`);
  return findings === 0;
}
