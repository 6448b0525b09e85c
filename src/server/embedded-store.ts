import { join } from 'node:path';
import { EmbeddedCatalogue } from '../adapters/embedded-catalogue.js';

/** The catalogue of those who have no Redis, in the cache directory. In a file of its own, to be loaded late, as only neighbours may be. */
export function embeddedStore(directory: string): EmbeddedCatalogue {
  return new EmbeddedCatalogue({ path: join(directory, 'catalogue.lmdb') });
}
