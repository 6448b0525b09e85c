import { LRUCache } from 'lru-cache';
import { asyncScheduler, catchError, from, of, type SchedulerLike, tap, throwError } from 'rxjs';
import { type Catalogue, type CatalogueEntry, isPending, isRejection, type Ports } from '../domain/index.js';

export interface GraceOptions {
  /** Milliseconds for which an answer of the catalogue counts when it cannot be asked again. */
  readonly redisGrace: number;
  readonly scheduler?: SchedulerLike;
}

type Declared = Extract<CatalogueEntry, { status: 'declared' }>;

interface Remembered {
  entry: Declared;
  at: number;
}

/** The least recently used is forgotten beyond this many. */
const REMEMBERED = 100_000;

/**
 * The catalogue, with its answers on stored pictures remembered for when it cannot be asked: then they
 * count as fresh for the rest of the grace, since nothing new could be recorded anyway.
 *
 * What it called blocked or undeclared the last time is never served. A picture that was blocked in its
 * last moments may be, for the length of the grace at most. Every failure to ask is reported.
 */
export function withGrace(
  { catalogue, report }: Pick<Ports, 'catalogue' | 'report'>,
  { redisGrace, scheduler = asyncScheduler }: GraceOptions,
): Catalogue {
  const remembered = new LRUCache<string, Remembered>({ max: REMEMBERED });

  const remember = (key: string, entry: CatalogueEntry): void => {
    const before = remembered.get(key);
    if (entry.status !== 'declared' || !entry.stored) remembered.delete(key);
    else if (before) Object.assign(before, { entry, at: scheduler.now() });
    else remembered.set(key, { entry, at: scheduler.now() });
  };

  const recall = (key: string): Declared | undefined => {
    const { entry, at = 0 } = remembered.get(key) ?? {};
    const age = scheduler.now() - at;
    if (!entry || age >= redisGrace) return undefined;
    return { ...entry, freshFor: Math.max(entry.freshFor, redisGrace) - age, unconfirmed: true };
  };

  return {
    lookup: (uri) => {
      const answer = catalogue.lookup(uri);
      if (!isPending(answer)) {
        remember(uri.hex, answer);
        return answer;
      }
      return from(answer).pipe(
        tap((entry) => remember(uri.hex, entry)),
        catchError((error: unknown) => {
          const entry = isRejection(error, 'catalogue-unavailable') && recall(uri.hex);
          if (!entry) return throwError(() => error);
          report(error);
          return of(entry);
        }),
      );
    },
    // What was just stored was not blocked at that moment, as if it had been looked up.
    store: (uri, record, modified) =>
      from(catalogue.store(uri, record, modified)).pipe(
        tap((stored) =>
          remember(uri.hex, stored ? { status: 'declared', stored: record, freshFor: 0 } : { status: 'blocked' }),
        ),
      ),
    recordError: (uri, reason) => catalogue.recordError(uri, reason),
  };
}
