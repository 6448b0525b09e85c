import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  expand,
  filter,
  map,
  mergeMap,
  type Observable,
  of,
  type OperatorFunction,
  type SchedulerLike,
  take,
  throwError,
  timeInterval,
  type TimeInterval,
} from 'rxjs';
import { checkNumbers } from '../domain/check-numbers.js';
import {
  type Due,
  type FetchedImage,
  isRejection,
  type NotModified,
  type OriginResponse,
  parseImageType,
  type Ports,
  Rejection,
} from '../domain/index.js';
import { fetchableUrl } from '../domain/source-uri.js';
import { within } from './after.js';
import { AttemptTrace } from './attempt-trace.js';
import { collectBytes } from './collect-bytes.js';
import { limitBytes } from './limit-bytes.js';
import { parseRetryAfter } from './retry-after.js';
import type { Turn } from './take-turns.js';

/** What `fetch` does that was not told otherwise: 5 MiB, 9 redirects, 30 s. */
export const FETCH_DEFAULTS = { maxBytes: 5 * 1024 * 1024, maxRedirects: 9, fetchTimeout: 30_000 } as const;

/** How far `fetch` goes for a picture; see `FETCH_DEFAULTS`. */
export interface FetchOptions {
  /** The largest picture that is accepted, in decoded bytes. */
  readonly maxBytes?: number;
  /** Redirects that are followed. */
  readonly maxRedirects?: number;
  /** Milliseconds of asking, to the last byte, redirects included and waiting for turns not; `Infinity` for as long as it takes. */
  readonly fetchTimeout?: number;
  /** When each exchange may begin; at once, if not said. */
  readonly turn?: Turn;
  /** The clock of `fetchTimeout`; `asyncScheduler`, if not said. */
  readonly scheduler?: SchedulerLike;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What a fetch comes to. */
type Outcome = FetchedImage | NotModified;

/** Where is asked next, after how many redirects, and what is left of the time. */
interface Target {
  readonly url: URL;
  readonly redirects: number;
  readonly timeLeft: number;
}

/** What a response comes to. That it is refused is no error yet: its host has answered. */
type Answer = { readonly outcome: Outcome } | { readonly location: URL } | { readonly refusal: Rejection };

/**
 * Asks the origin for each picture, conditionally when a copy with an etag is held.
 *
 * Emits the picture, or that the copy is still current. Errors with `invalid-uri`, `unexpected-status`
 * (anything but 200 and 304), `unsolicited-not-modified`, `invalid-type`, `too-large`, `redirect-loop`,
 * `forbidden-address`, `timeout`, or what the origin port and the turn error with; the rejection tells the
 * URL that was being asked for. The body of a redirect is never read. Tells `onAttempt` how it went, whatever the
 * outcome, before the outcome. Unsubscribing closes the connection, and then there is nothing to tell.
 */
export function fetch(
  ports: Pick<Ports, 'origin' | 'onAttempt'>,
  {
    maxBytes = FETCH_DEFAULTS.maxBytes,
    maxRedirects = FETCH_DEFAULTS.maxRedirects,
    fetchTimeout = FETCH_DEFAULTS.fetchTimeout,
    turn = (_url, exchange) => defer(exchange),
    scheduler = asyncScheduler,
  }: FetchOptions = {},
): OperatorFunction<Due, FetchedImage | NotModified> {
  checkNumbers({ maxBytes, maxRedirects, fetchTimeout }, 0);
  const fetchOne = (due: Due): Observable<Outcome> => {
    const declared = originOf(due);
    const trace = new AttemptTrace(due.request.uri, scheduler);
    const origin = trace.around(ports.origin);
    let asked = declared;

    const ask = ({ url, redirects, timeLeft }: Target): Observable<Target | Outcome> => {
      asked = url;
      return turn(url, () => exchange(url, timeLeft)).pipe(
        map(({ value: answer, interval }) => {
          if ('outcome' in answer) return answer.outcome;
          if ('refusal' in answer) throw answer.refusal;
          if (redirects >= maxRedirects) throw new Rejection('redirect-loop', `more than ${maxRedirects} redirects`);
          return { url: answer.location, redirects: redirects + 1, timeLeft: timeLeft - interval };
        }),
      );
    };

    const exchange = (url: URL, timeLeft: number): Observable<TimeInterval<Answer>> => {
      const request = due.held?.etag ? { url, etag: due.held.etag } : { url };
      return origin
        .exchange(request, (response) => read(url, response))
        .pipe(
          within(timeLeft, scheduler, () => tooSlow(fetchTimeout)),
          // Nothing more comes of it, whether the origin port ends it or not.
          take(1),
          timeInterval(scheduler),
        );
    };

    const read = (url: URL, response: OriginResponse): Observable<Answer> =>
      defer(() => answerOf(url, response)).pipe(
        catchError((error: unknown) => (isRejection(error) ? of({ refusal: error }) : throwError(() => error))),
      );

    const answerOf = (url: URL, response: OriginResponse): Observable<Answer> => {
      if (REDIRECTS.has(response.status)) return of({ location: target(url, response) });
      if (response.status === 304) return of({ outcome: notModified(due, response) });
      if (response.status === 200) return download(due, response, maxBytes).pipe(map((outcome) => ({ outcome })));
      throw unexpectedStatus(response, scheduler.now());
    };

    return of<Target | Outcome>({ url: declared, redirects: 0, timeLeft: fetchTimeout }).pipe(
      // One at a time: a redirect waits for its turn when the exchange before has given its own back.
      expand((step) => ('url' in step ? ask(step) : EMPTY), 1),
      filter((step) => 'kind' in step),
      catchError((error: unknown) => throwError(() => (isRejection(error) ? error.withUrl(asked) : error))),
      trace.telling(ports.onAttempt),
    );
  };

  return mergeMap(fetchOne);
}

function download(due: Due, response: OriginResponse, maxBytes: number): Observable<FetchedImage> {
  const type = parseImageType(response.contentType);
  if (!type) throw new Rejection('invalid-type', `the origin calls it ${JSON.stringify(response.contentType ?? null)}`);
  if ((response.contentLength ?? 0) > maxBytes) {
    throw new Rejection('too-large', `the origin announces ${response.contentLength} bytes`);
  }
  return response.body.pipe(
    limitBytes(maxBytes),
    collectBytes({ announced: response.contentLength, most: maxBytes }),
    map((bytes) => ({ kind: 'fetched', due, type, bytes, ...etagOf(response) })),
  );
}

function notModified(due: Due, response: OriginResponse): NotModified {
  const { held } = due;
  if (!held?.etag) throw new Rejection('unsolicited-not-modified', 'the origin answered 304 to no condition');
  return { kind: 'not-modified', due, held, ...etagOf(response) };
}

function etagOf({ etag }: OriginResponse): { etag?: string } {
  return etag === undefined ? {} : { etag };
}

function originOf({ request: { uri } }: Due): URL {
  if (!uri.url) throw new Rejection('invalid-uri', `${uri} is not an absolute http or https URI`);
  return uri.url;
}

function target(url: URL, { status, location }: OriginResponse): URL {
  if (location === undefined) {
    throw new Rejection('unexpected-status', `${status} without a Location`, { originStatus: status });
  }
  const next = fetchableUrl(location, url);
  if (!next) throw new Rejection('forbidden-address', `redirected to ${JSON.stringify(location)}`);
  return next;
}

function unexpectedStatus({ status, retryAfter }: OriginResponse, now: number): Rejection {
  const seconds = status === 429 || status === 503 ? parseRetryAfter(retryAfter, now) : undefined;
  const asked = seconds === undefined ? {} : { retryAfter: seconds };
  return new Rejection('unexpected-status', `the origin answered ${status}`, { originStatus: status, ...asked });
}

function tooSlow(timeout: number): Rejection {
  return new Rejection('timeout', `not finished within ${timeout} ms`);
}
