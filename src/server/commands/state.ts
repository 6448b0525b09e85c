import type { CatalogueRecord } from '../../adapters/index.js';
import { isCompleteRecord, type SourceUri, usableRecord } from '../../domain/index.js';

/** What a picture is to its readers, as far as the catalogue says. */
export type State =
  /** Its URI is a key of the schema. */
  | 'reserved'
  | 'undeclared'
  | 'blocked'
  /** Its URI is not one that an origin can be asked for. */
  | 'invalid'
  /** The last fetch failed, and that is remembered. */
  | 'failed'
  /** Nothing is kept of it. */
  | 'absent'
  | 'fresh'
  | 'stale';

export function stateOf(uri: SourceUri, { isDeclared, isBlocked, stored, error, freshUntil }: CatalogueRecord): State {
  if (uri.isReserved) return 'reserved';
  if (!isDeclared) return 'undeclared';
  if (isBlocked) return 'blocked';
  if (!uri.url) return 'invalid';
  if (error) return 'failed';
  if (!isCompleteRecord(usableRecord(stored))) return 'absent';
  return freshUntil ? 'fresh' : 'stale';
}
