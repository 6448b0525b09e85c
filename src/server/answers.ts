import type { RejectionCode } from '../domain/index.js';

/** How a request without a picture is answered, and whether operators should hear of it. */
interface Answer {
  readonly status: 400 | 404 | 500 | 503;
  /** A trouble of ours, to be logged as an error; everything else is somebody else's. */
  readonly ours: boolean;
}

const BAD_REQUEST: Answer = { status: 400, ours: false };
const NOT_FOUND: Answer = { status: 404, ours: false };
const BUSY: Answer = { status: 503, ours: false };
const TROUBLE: Answer = { status: 503, ours: true };

/** The HTTP answer to each rejection. Avatars turn everything but a 400 into a redirect. */
export const ANSWERS: Readonly<Record<RejectionCode, Answer>> = {
  'invalid-parameters': BAD_REQUEST,
  undeclared: NOT_FOUND,
  blocked: NOT_FOUND,
  'failed-before': NOT_FOUND,
  'invalid-uri': NOT_FOUND,
  'unexpected-status': NOT_FOUND,
  'too-large': NOT_FOUND,
  'invalid-type': NOT_FOUND,
  'forbidden-address': NOT_FOUND,
  'dns-error': NOT_FOUND,
  unreachable: NOT_FOUND,
  'tls-error': NOT_FOUND,
  timeout: NOT_FOUND,
  truncated: NOT_FOUND,
  'redirect-loop': NOT_FOUND,
  'unsolicited-not-modified': NOT_FOUND,
  'bad-response': NOT_FOUND,
  resting: NOT_FOUND,
  overloaded: BUSY,
  'too-many-pixels': NOT_FOUND,
  'resize-timeout': BUSY,
  undecodable: NOT_FOUND,
  'catalogue-unavailable': TROUBLE,
  'storage-unavailable': TROUBLE,
};

/** The answer to an error that is no rejection: a bug. */
export const UNKNOWN_ERROR: Answer = { status: 500, ours: true };
