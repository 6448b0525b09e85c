/** The values of `img/err/<uri>`, as the site's backend knows them. */
export const REMEMBERED_REASONS = ['unexpected status code', 'exceeded max size', 'invalid content-type'] as const;
/** Why the last fetch of a picture failed, as the catalogue remembers it. */
export type RememberedReason = (typeof REMEMBERED_REASONS)[number];

/** Whether a remembered reason is one of ours: others may have written it. */
export function isRememberedReason(reason: string): reason is RememberedReason {
  return REMEMBERED_REASONS.some((known) => known === reason);
}

/**
 * How long the origin is left alone after a failure: as `img/err` says, in every process and across
 * restarts; with growing pauses in this process only, since the schema has no key for it; or not at all,
 * because the failure was not the origin's. `blames` tells whether it speaks against the whole host.
 */
export type RejectionMemory =
  | { readonly in: 'catalogue'; readonly reason: RememberedReason }
  | { readonly in: 'process'; readonly blames: 'host' | 'uri' }
  | { readonly in: 'nowhere' };

const HOST_IN_PROCESS = { in: 'process', blames: 'host' } as const;
const URI_IN_PROCESS = { in: 'process', blames: 'uri' } as const;
const NOWHERE = { in: 'nowhere' } as const;

/** Why a request ends without a fresh picture. Every code has one meaning and one memory. */
export const REJECTIONS = {
  /** The link does not hold a hexadecimal URI. */
  'invalid-parameters': NOWHERE,
  /** The site never declared the URI. */
  undeclared: NOWHERE,
  /** Moderators took the picture away. */
  blocked: NOWHERE,
  /** An earlier failure still stands and we hold no copy. */
  'failed-before': NOWHERE,
  /** The declared URI is not one an HTTP origin can be asked for. */
  'invalid-uri': NOWHERE,
  'unexpected-status': { in: 'catalogue', reason: 'unexpected status code' },
  'too-large': { in: 'catalogue', reason: 'exceeded max size' },
  'invalid-type': { in: 'catalogue', reason: 'invalid content-type' },
  /** The origin, or a redirect of it, leads to an address or scheme we do not connect to. */
  'forbidden-address': URI_IN_PROCESS,
  'dns-error': HOST_IN_PROCESS,
  unreachable: HOST_IN_PROCESS,
  'tls-error': HOST_IN_PROCESS,
  timeout: HOST_IN_PROCESS,
  /** The connection broke, before a response or before the announced end of its body; or the body could not be decoded. */
  truncated: URI_IN_PROCESS,
  'redirect-loop': URI_IN_PROCESS,
  /** A 304 to a request without a condition: there is no copy that it could mean. */
  'unsolicited-not-modified': URI_IN_PROCESS,
  /** What the origin sent is not HTTP. */
  'bad-response': HOST_IN_PROCESS,
  /** The origin failed moments ago and is being left alone. */
  resting: NOWHERE,
  /** Too many fetches or resizes wait already. */
  overloaded: NOWHERE,
  'too-many-pixels': NOWHERE,
  'resize-timeout': NOWHERE,
  /** The bytes have the right magic but no decoder can read them. */
  undecodable: NOWHERE,
  'catalogue-unavailable': NOWHERE,
  'storage-unavailable': NOWHERE,
} as const satisfies Record<string, RejectionMemory>;

/** What programs tell rejections by; see `REJECTIONS`. */
export type RejectionCode = keyof typeof REJECTIONS;

/** What is known of a rejection besides its code. */
export interface RejectionOptions extends ErrorOptions {
  /** Seconds for which the origin asked to be left alone (Retry-After, RFC 9110 §10.2.3). */
  readonly retryAfter?: number;
  /** The origin's status, for `unexpected-status`. */
  readonly originStatus?: number;
  /** What was being asked for when it went wrong: after a redirect not what was declared. */
  readonly url?: URL;
}

/** The one error of the pipeline. `code` is what programs look at; the message is for people. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  /** Why there is no picture; each has one meaning, see `REJECTIONS`. */
  readonly code: RejectionCode;
  /** Seconds for which the origin asked to be left alone, if it did. */
  readonly retryAfter: number | undefined;
  /** The status of the origin, for `unexpected-status`. */
  readonly originStatus: number | undefined;
  /** What was being asked for, if an origin was: after a redirect not what was declared. */
  readonly url: URL | undefined;

  constructor(code: RejectionCode, message: string, options: RejectionOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.originStatus = options.originStatus;
    this.url = options.url;
  }

  /** The same, with the URL that was being asked for. */
  withUrl(url: URL): Rejection {
    const { code, message, cause, retryAfter, originStatus } = this;
    const known = {
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(originStatus === undefined ? {} : { originStatus }),
    };
    return new Rejection(code, message, { cause, url, ...known });
  }

  /** Where it is remembered, and against whom; by its code alone. */
  get memory(): RejectionMemory {
    return REJECTIONS[this.code];
  }
}

/** Whether an error is a rejection, with one of the codes if any are named. */
export function isRejection<C extends RejectionCode>(error: unknown, ...codes: C[]): error is Rejection & { code: C } {
  return error instanceof Rejection && (codes.length === 0 || codes.some((code) => code === error.code));
}
