import { Rejection, type RejectionCode } from '../domain/index.js';
import { FORBIDDEN_ADDRESS } from './guarded-agent.js';
import { UNRESOLVED_NAME } from './name-resolver.js';

const CODES: Readonly<Record<string, RejectionCode>> = {
  // Ours, not the origin's: no file descriptors, no memory.
  EMFILE: 'overloaded',
  ENFILE: 'overloaded',
  ENOBUFS: 'overloaded',
  ENOMEM: 'overloaded',
  [FORBIDDEN_ADDRESS]: 'forbidden-address',
  [UNRESOLVED_NAME]: 'dns-error',
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'truncated',
  ERR_STREAM_PREMATURE_CLOSE: 'truncated',
  EPIPE: 'truncated',
  EPROTO: 'tls-error',
  CERT_HAS_EXPIRED: 'tls-error',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-error',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-error',
};

const FAMILIES: readonly (readonly [prefix: string, code: RejectionCode])[] = [
  ['HPE_', 'bad-response'],
  ['ERR_TLS_', 'tls-error'],
  ['ERR_SSL_', 'tls-error'],
  ['CERT_', 'tls-error'],
  ['UNABLE_TO_', 'tls-error'],
  ['Z_', 'truncated'],
  ['ERR_', 'truncated'],
];

/** What node-fetch puts before what Node says, and who asked knows. */
const PREFACE = /^request to \S* failed, reason: /;

/** Names what went wrong on the way to an origin. Unless we ran out of something, it is the origin's trouble. */
export function networkRejection(error: unknown): Rejection {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const family = FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1];
  return new Rejection(CODES[code] ?? family ?? 'unreachable', message.replace(PREFACE, '').trim(), { cause: error });
}
