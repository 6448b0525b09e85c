import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { of, type OperatorFunction } from 'rxjs';
import { type EncodedRequest, isRejection, ORIGINAL, type ServedImage, type Variant } from '../domain/index.js';
import { ANSWERS, UNKNOWN_ERROR } from './answers.js';
import { sendPlain } from './plain-answer.js';
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
}

type ImageRoute = Extract<Route, { kind: 'image' }>;

/** Seconds after which a client may try again when we are busy or in trouble. */
const RETRY_AFTER = 1;

export const ALLOWED = 'GET, HEAD';

/**
 * Answers requests by path, then method, then meaning. A picture that we ask ourselves for, because its URI
 * leads back to us, is a loop (508, RFC 5842 §7.2): waiting for it would be waiting for ourselves.
 */
export function requestHandler(options: HandlerOptions): RequestListener {
  return (request, response) => {
    const route = parseRoute(request.url ?? '/');
    if (!isWellFormed(request)) sendPlain(response, 400, { Connection: 'close' });
    else if (route.kind === 'moved') sendPlain(response, 301, { Location: route.location });
    else if (route.kind === 'unknown') sendPlain(response, 404);
    else if (request.method !== 'GET' && request.method !== 'HEAD') sendPlain(response, 405, { Allow: ALLOWED });
    else if (route.kind === 'status') sendPlain(response, 200);
    else if (says(request.rawHeaders, 'user-agent', options.userAgent)) sendPlain(response, 508);
    else serveImage(options, route, request, response);
  };
}

/** One Host, and a version that has headers (RFC 9112 §3.2); Node sees to everything else. */
function isWellFormed({ rawHeaders, httpVersionMajor }: IncomingMessage): boolean {
  return httpVersionMajor === 1 && occurrences(rawHeaders, 'host') <= 1;
}

function serveImage(
  options: HandlerOptions,
  route: ImageRoute,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const variant: Variant =
    route.collection === 'avatars' && options.avatarHeight > 0
      ? { kind: 'avatar', height: options.avatarHeight }
      : ORIGINAL;
  const fail = (error: unknown) => sendFailure(options, route, response, error);
  const answering = of({ encodedUri: route.encodedUri, variant })
    .pipe(options.pipeline)
    .subscribe({ next: (served) => attempt(() => sendImage(request, response, served), fail), error: fail });
  if (!answering.closed) response.once('close', () => answering.unsubscribe());
}

/** What a subscriber throws would end the process. */
function attempt(work: () => void | Promise<void>, fail: (error: unknown) => void): void {
  try {
    work()?.catch(fail);
  } catch (error) {
    fail(error);
  }
}

function sendFailure(
  { log, report, defaultAvatar }: HandlerOptions,
  route: ImageRoute,
  response: ServerResponse,
  error: unknown,
): void {
  const { status, ours } = isRejection(error) ? ANSWERS[error.code] : UNKNOWN_ERROR;
  if (ours) report(error);
  else log.debug({ code: (error as { code?: unknown }).code, reason: (error as Error).message }, 'no picture');
  // Nobody takes what was sent so far for the whole when the connection breaks.
  if (response.headersSent) response.destroy();
  else if (route.collection === 'avatars' && status !== 400) sendPlain(response, 302, { Location: defaultAvatar });
  else sendPlain(response, status, status === 503 ? { 'Retry-After': RETRY_AFTER } : {});
}
