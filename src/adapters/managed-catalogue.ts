import type { Catalogue, SourceUri } from '../domain/index.js';
import type { CatalogueModeration } from './catalogue-moderation.js';
import type { CatalogueUpkeep } from './catalogue-upkeep.js';

/** A catalogue that commands can work on, whatever keeps it. */
export interface ManagedCatalogue extends Catalogue {
  /** What to call it in a message: where it is. */
  readonly description: string;
  /**
   * Connects before there is anything to ask for; the first call of another method would do that as well. Resolves
   * when it is connected. Rejects with why it cannot be at the moment, which is tried again until it can.
   *
   * @param connected Told when it is connected, and each time that it is again.
   */
  connect(connected?: () => void): Promise<void>;
  /** Why it cannot be read from or written to at the moment, in one line; `undefined` when it can. */
  trouble(): Promise<string | undefined>;
  /** Declares a URI as the site's backend does. Gives `false`, and changes nothing, when it was declared before. */
  declare(uri: SourceUri): Promise<boolean>;
  readonly moderation: CatalogueModeration;
  readonly upkeep: CatalogueUpkeep;
  /** Lets go of the store: no other method may be called any more. */
  close(): Promise<void>;
}

/** `img/latest` names so many images at most. */
export const LATEST_LENGTH = 100;

/** For how long a stored picture is fresh and a failure stands, in seconds. */
export const HOUR = 3600;
