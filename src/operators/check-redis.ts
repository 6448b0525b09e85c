import { from, map, mergeMap, type OperatorFunction } from 'rxjs';
import {
  type CatalogueEntry,
  type ImageRequest,
  isComplete,
  type Lookup,
  type Ports,
  Rejection,
  usable,
} from '../domain/index.js';

/**
 * Asks the catalogue what is known of each URI: one round trip, no more.
 *
 * A record that lacks its type or its checksum counts as stale, so that the picture is fetched anew.
 * Errors with `undeclared`, `blocked`, or `catalogue-unavailable`. A remembered failure outranks
 * freshness, so that a failing origin is left alone. Unsubscribing drops the answer.
 */
export function checkRedis({ catalogue }: Pick<Ports, 'catalogue'>): OperatorFunction<ImageRequest, Lookup> {
  return mergeMap((request) => {
    if (request.uri.isReserved)
      throw new Rejection('undeclared', `${request.uri} is a key of the schema, not an image`);
    return from(catalogue.lookup(request.uri)).pipe(map((entry) => interpret(request, entry)));
  });
}

function interpret(request: ImageRequest, entry: CatalogueEntry): Lookup {
  if (entry.status !== 'declared') throw new Rejection(entry.status, `${request.uri} is ${entry.status}`);
  const { stored = {}, error, freshFor, unconfirmed } = entry;
  const record = usable(stored);
  if (error !== undefined) return { state: 'failed', reason: error, request, record };
  if (freshFor <= 0 || !isComplete(record)) return { state: 'stale', request, record };
  const detail = unconfirmed ? ({ detail: 'catalogue-unavailable' } as const) : {};
  return { state: 'fresh', request, record, ttl: Math.ceil(freshFor / 1000), ...detail };
}
