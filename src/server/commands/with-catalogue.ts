import { pino } from 'pino';
import { type ManagedCatalogue, RedisCatalogue } from '../../adapters/index.js';
import { isRejection } from '../../domain/index.js';
import { assertCacheDirectory } from '../cache-directory.js';
import { CATALOGUE, createContainer } from '../container.js';
import { StartFailure } from '../failure.js';
import type { Options } from '../options.js';

/** Lends the catalogue, connected, to a command, and closes it behind it. */
export async function withCatalogue<T>(
  options: Options,
  work: (catalogue: ManagedCatalogue) => Promise<T>,
): Promise<T> {
  if (options.redis.kind === 'embedded') assertCacheDirectory(options.dir);
  const catalogue = createContainer(options, pino({ enabled: false })).resolve(CATALOGUE);
  try {
    await connect(catalogue);
    return await work(catalogue);
  } catch (error) {
    if (isRejection(error, 'catalogue-unavailable'))
      throw new StartFailure(`${catalogue.description}: ${error.message}`);
    throw error;
  } finally {
    await catalogue.close();
  }
}

async function connect(catalogue: ManagedCatalogue): Promise<void> {
  if (!(catalogue instanceof RedisCatalogue)) return;
  await catalogue.redis.connect().catch((error: Error) => {
    throw new StartFailure(`cannot connect to ${catalogue.description}: ${error.message}; is -r right?`);
  });
}
