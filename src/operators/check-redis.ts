import type { OperatorFunction } from 'rxjs';
import {
  type CatalogueEntry,
  type ImageRequest,
  isCompleteRecord,
  type Lookup,
  type Ports,
  Rejection,
  type StoredRecord,
} from '../domain/index.js';
import { mapOrMerge, whenKnown } from './map-or-merge.js';

/**
 * Asks the catalogue what is known of each URI: one round trip, no more.
 *
 * A record that lacks its type or its checksum counts as stale, so that the picture is fetched anew.
 * Errors with `undeclared`, `blocked`, or `catalogue-unavailable`. A remembered failure outranks
 * freshness, so that a failing origin is left alone. Unsubscribing drops the answer.
 */
export function checkRedis({ catalogue }: Pick<Ports, 'catalogue'>): OperatorFunction<ImageRequest, Lookup> {
  return mapOrMerge((request) => {
    if (request.uri.isReserved)
      throw new Rejection('undeclared', `${request.uri} is a key of the schema, not an image`);
    return whenKnown(catalogue.lookup(request.uri), (entry) => interpret(request, entry));
  });
}

const NOTHING: Partial<StoredRecord> = {};

function interpret(request: ImageRequest, entry: CatalogueEntry): Lookup {
  if (entry.status !== 'declared') throw new Rejection(entry.status, `${request.uri} is ${entry.status}`);
  const { stored: record = NOTHING, error, freshFor, unconfirmed } = entry;
  if (error !== undefined) return { state: 'failed', reason: error, request, record };
  if (freshFor <= 0 || !isCompleteRecord(record)) return { state: 'stale', request, record };
  const fresh = { state: 'fresh', request, record, ttl: Math.ceil(freshFor / 1000) } as const;
  return unconfirmed ? { ...fresh, detail: 'catalogue-unavailable' } : fresh;
}
