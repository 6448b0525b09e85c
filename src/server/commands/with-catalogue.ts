import { pino } from 'pino';
import type { DependencyContainer } from 'tsyringe';
import { type ManagedCatalogue, RedisCatalogue } from '../../adapters/index.js';
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
  const parts = createContainer(options, pino({ enabled: false }));
  const catalogue = parts.resolve(CATALOGUE);
  try {
    await connect(catalogue);
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

async function connect(catalogue: ManagedCatalogue): Promise<void> {
  if (!(catalogue instanceof RedisCatalogue)) return;
  let cause: Error | undefined;
  catalogue.redis.once('error', (error: Error) => (cause = error));
  // It rejects with no more than that the connection is closed.
  await catalogue.redis.connect().catch((error: Error) => {
    throw new StartFailure(`cannot connect to ${catalogue.description}: ${(cause ?? error).message}; is -r right?`);
  });
}
