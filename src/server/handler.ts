import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { of, type OperatorFunction } from 'rxjs';
import { type EncodedRequest, isRejection, ORIGINAL, type ServedImage, type Variant } from '../domain/index.js';
import { ANSWERS, UNKNOWN_ERROR } from './answers.js';
import { atEndOfTurn } from './end-of-turn.js';
import { sendPlain } from './plain-answer.js';
import { isCopy, outcomeOf, PLAIN_OUTCOMES } from './requests/outcome.js';
import type { Ended, Watch } from './requests/watch.js';
import { occurrences, says } from './raw-headers.js';
import { parseRoute, type Route } from './route.js';
import { sendImage } from './send-image.js';

export interface HandlerOptions {
  readonly pipeline: OperatorFunction<EncodedRequest, ServedImage>;
  readonly log: Pick<Logger, 'debug'>;
  /** Told of trouble of ours. */
  readonly report: (trouble: unknown) => void;
  /** Where avatars that cannot be served are redirected to. */
  readonly defaultAvatar: string;
  /** Pixels; 0 passes avatars through unchanged. */
  readonly avatarHeight: number;
  /** What we call ourselves when we ask origins. */
  readonly userAgent: string;
  /** Told of each request, and how it ended. */
  readonly watch: Watch;
}

type ImageRoute = Extract<Route, { kind: 'image' }>;

/** Seconds after which a client may try again when we are busy or in trouble. */
const RETRY_AFTER = 1;

/** The status, by custom, of a request whose reader left before there was one. */
const NOBODY_THERE = 499;

export const ALLOWED = 'GET, HEAD';

/**
 * Answers requests by path, then method, then meaning. A picture that we ask ourselves for, because its URI
 * leads back to us, is a loop (508, RFC 5842 §7.2): waiting for it would be waiting for ourselves.
 */
export function requestHandler(options: HandlerOptions): RequestListener {
  return (request, response) => {
    const route = parseRoute(request.url ?? '/');
    const ended = options.watch(request, route);
    if (!isWellFormed(request)) answer(response, ended, 400, { Connection: 'close' });
    else if (route.kind === 'moved') answer(response, ended, 301, { Location: route.location });
    else if (route.kind === 'unknown') answer(response, ended, 404);
    else if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, ended, 405, { Allow: ALLOWED });
    else if (route.kind === 'status') answer(response, ended, 200);
    else if (says(request.rawHeaders, 'user-agent', options.userAgent)) answer(response, ended, 508);
    else serveImage(options, route, request, response, ended);
  };
}

function answer(
  response: ServerResponse,
  ended: Ended,
  status: keyof typeof PLAIN_OUTCOMES,
  extra?: OutgoingHttpHeaders,
): void {
  ended(PLAIN_OUTCOMES[status], status, sendPlain(response, status, extra));
}

/** One Host, without which HTTP/1.0 may be, and a version that has headers (RFC 9112 §3.2); Node sees to everything else. */
function isWellFormed({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const hosts = occurrences(rawHeaders, 'host');
  return hosts === 1 ? httpVersion.startsWith('1.') : hosts === 0 && httpVersion === '1.0';
}

function serveImage(
  options: HandlerOptions,
  route: ImageRoute,
  request: IncomingMessage,
  response: ServerResponse,
  ended: Ended,
): void {
  const variant: Variant =
    route.collection === 'avatars' && options.avatarHeight > 0
      ? { kind: 'avatar', height: options.avatarHeight }
      : ORIGINAL;
  const fail = (error: unknown) => sendFailure(options, route, response, ended, error);
  const answering = of({ hexUri: route.hexUri, variant })
    .pipe(options.pipeline)
    .subscribe({
      next: (served) => atEndOfTurn(() => send(served, request, response, ended, fail)),
      error: fail,
    });
  if (answering.closed) return;
  response.once('close', () => {
    if (answering.closed) return;
    answering.unsubscribe();
    ended('aborted', NOBODY_THERE, 0);
  });
}

/** What is thrown here would end the process. Between the picture and its turn to be sent, its reader may have left. */
function send(
  served: ServedImage,
  request: IncomingMessage,
  response: ServerResponse,
  ended: Ended,
  fail: (error: unknown) => void,
): void {
  // An answer hears of it later than its connection.
  if (response.destroyed || response.socket?.destroyed) return ended('aborted', NOBODY_THERE, 0);
  try {
    const sent = sendImage(request, response, served);
    if (typeof sent === 'number') sentAll(served, response, ended, sent);
    else void sent.then((bytes) => sentAll(served, response, ended, bytes)).catch(fail);
  } catch (error) {
    fail(error);
  }
}

function sentAll({ cacheStatus, image }: ServedImage, response: ServerResponse, ended: Ended, bytes: number): void {
  // An answer that was sent is destroyed as well by the time that the end of its last piece has been heard of.
  const outcome = response.destroyed && !response.writableFinished ? 'aborted' : outcomeOf(cacheStatus);
  ended(outcome, response.statusCode, bytes, isCopy(outcome) ? image.lastModified : undefined);
}

function sendFailure(
  { log, report, defaultAvatar }: HandlerOptions,
  route: ImageRoute,
  response: ServerResponse,
  ended: Ended,
  error: unknown,
): void {
  const { status, ours } = isRejection(error) ? ANSWERS[error.code] : UNKNOWN_ERROR;
  const outcome = isRejection(error) ? error.code : 'error';
  if (ours) report(error);
  else log.debug({ code: (error as { code?: unknown }).code, reason: (error as Error).message }, 'no picture');
  // Nobody takes what was sent so far for the whole when the connection breaks.
  if (response.headersSent) {
    response.destroy();
    ended(outcome, response.statusCode, 0);
  } else if (route.collection === 'avatars' && status !== 400) {
    ended(outcome, 302, sendPlain(response, 302, { Location: defaultAvatar }));
  } else {
    ended(outcome, status, sendPlain(response, status, status === 503 ? { 'Retry-After': RETRY_AFTER } : {}));
  }
}
