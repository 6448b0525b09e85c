import { join } from 'node:path';
import { EmbeddedCatalogue } from '../adapters/embedded-catalogue.js';
import { StartFailure } from './failure.js';

/** The catalogue of those who have no Redis, in the cache directory. In a file of its own, to be loaded late, as only neighbours may be. */
export function embeddedStore(directory: string): EmbeddedCatalogue {
  const path = join(directory, 'catalogue.lmdb');
  try {
    return new EmbeddedCatalogue({ path });
  } catch (error) {
    const { message } = error as Error;
    throw new StartFailure(`cannot open the embedded store ${path}: ${message}; it has to be whole, and of this user`);
  }
}
