import { pino } from 'pino';
import type { DependencyContainer } from 'tsyringe';
import type { ManagedCatalogue } from '../../adapters/index.js';
import { isRejection } from '../../domain/index.js';
import { assertCacheDirectory } from '../cache-directory.js';
import { CATALOGUE, createContainer } from '../container.js';
import { StartFailure } from '../failure.js';
import type { Options } from '../options.js';

/**
 * Lends the catalogue, connected, to a command, and closes it behind it. What else a server is made of, in this
 * process, comes with it.
 */
export async function withCatalogue<T>(
  options: Options,
  work: (catalogue: ManagedCatalogue, parts: DependencyContainer) => Promise<T>,
): Promise<T> {
  if (options.redis.kind === 'embedded') assertCacheDirectory(options.dir);
  const parts = await createContainer(options, pino({ enabled: false }));
  const catalogue = parts.resolve(CATALOGUE);
  try {
    await catalogue.connect().catch((error: Error) => {
      throw new StartFailure(`cannot connect to ${catalogue.description}: ${error.message}; is -r right?`);
    });
    return await work(catalogue, parts);
  } catch (error) {
    if (isRejection(error, 'catalogue-unavailable'))
      throw new StartFailure(`${catalogue.description}: ${error.message}`);
    if (isRejection(error, 'storage-unavailable'))
      throw new StartFailure(`the cache directory ${options.dir}: ${error.message}`);
    throw error;
  } finally {
    await catalogue.close();
  }
}
