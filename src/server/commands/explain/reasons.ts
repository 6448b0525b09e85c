import { STATUS_CODES } from 'node:http';
import { isRememberedReason, type RejectionCode, type RememberedReason } from '../../../domain/index.js';
import { PIPELINE_DEFAULTS } from '../../../pipeline/index.js';
import type { SentAttempt } from '../../sent-attempt.js';

const LARGEST = `${PIPELINE_DEFAULTS.maxBytes / 2 ** 20} MiB`;

/** What is told about each rejection, after `because`. `origin` is who was asked, `status` what it answered. */
const REASONS: Readonly<Record<RejectionCode, (origin: string, status: string) => string>> = {
  'invalid-parameters': () => 'the link does not hold a URI in hexadecimal',
  undeclared: () => 'the site never declared it',
  blocked: () => 'it is blocked',
  'failed-before': () => 'it failed within the hour, and no copy is kept',
  'invalid-uri': () => 'its URI is not an absolute http or https URI without credentials, on a port of the web',
  'unexpected-status': (origin, status) => `${origin} answered ${status}`,
  'too-large': (origin) => `what ${origin} sends is larger than ${LARGEST}`,
  'invalid-type': (origin) => `what ${origin} sends is not a picture, or not called one`,
  'forbidden-address': (origin) => `${origin} leads to an address that is not public`,
  'dns-error': (origin) => `the name of ${origin} leads nowhere`,
  unreachable: (origin) => `${origin} cannot be connected to`,
  'tls-error': (origin) => `no secure connection can be made to ${origin}`,
  timeout: (origin) => `${origin} took too long`,
  truncated: (origin) => `${origin} broke off in the middle`,
  'redirect-loop': (origin) => `${origin} redirects too often`,
  'unsolicited-not-modified': (origin) => `${origin} says that it has not changed, though no copy is kept`,
  'bad-response': (origin) => `${origin} does not speak HTTP as it should`,
  resting: (origin) => `${origin} failed moments ago, and is left alone`,
  overloaded: () => 'too many pictures were being fetched',
  'too-many-pixels': () => 'it has too many pixels for an avatar',
  'resize-timeout': () => 'making its avatar took too long',
  undecodable: () => 'no decoder can read it',
  'catalogue-unavailable': () => 'the catalogue does not answer',
  'storage-unavailable': () => 'the disk does not work',
};

/** What is remembered in `img/err`, when nothing more is known. */
const REMEMBERED: Readonly<Record<RememberedReason, string>> = {
  'unexpected status code': 'its origin answered with an error',
  'exceeded max size': REASONS['too-large']('its origin', ''),
  'invalid content-type': REASONS['invalid-type']('its origin', ''),
};

export function rememberedReason(reason: string): string {
  return isRememberedReason(reason) ? REMEMBERED[reason] : `its fetch failed: ${reason}`;
}

/** Why an attempt failed; `undefined` when it did not. */
export function reasonOf({ outcome, hops }: Pick<SentAttempt, 'outcome' | 'hops'>): string | undefined {
  if (outcome === 'fetched' || outcome === 'not-modified') return undefined;
  const [first, last] = [hops[0], hops.at(-1)];
  const [declared, asked] = [first, last].map((hop) => hop && new URL(hop.url).host);
  const origin = asked === declared ? 'its origin' : `${asked}, where its origin leads,`;
  return REASONS[outcome](origin, statusText(last?.status));
}

export function statusText(status: number | undefined): string {
  if (status === undefined) return 'nothing';
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}
