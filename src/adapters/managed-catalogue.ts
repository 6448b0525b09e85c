import type { Catalogue, SourceUri } from '../domain/index.js';

/** One key of the schema, as a sanity check wants to see it. */
export interface CatalogueKey {
  /** The whole key, `img/…`. */
  readonly key: Buffer;
  readonly type: string;
  /** Seconds to live; -1 when the key stays. */
  readonly ttl: number;
  /** The fields, when the key is a hash. */
  readonly fields: ReadonlyMap<string, string>;
}

/** A catalogue that commands can work on, whatever keeps it. */
export interface ManagedCatalogue extends Catalogue {
  /** What to call it in a message: where it is. */
  readonly description: string;
  /** Why it cannot be read from or written to at the moment, in one line; `undefined` when it can. */
  trouble(): Promise<string | undefined>;
  /** Declares a URI as the site's backend does. Gives `false`, and changes nothing, when it was declared before. */
  declare(uri: SourceUri): Promise<boolean>;
  /** Every `img/*` key, as it comes. */
  keys(): AsyncIterable<CatalogueKey>;
  close(): Promise<void>;
}

/** `img/latest` names so many images at most. */
export const LATEST_LENGTH = 100;

/** For how long a stored picture is fresh and a failure stands, in seconds. */
export const HOUR = 3600;
