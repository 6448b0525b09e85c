import { describe, expect, it } from 'vitest';
import { networkRejection } from '../../src/adapters/network-rejection.js';

const ROWS: readonly (readonly [code: string, named: string])[] = [
  ['ERR_UNRESOLVED_NAME', 'dns-error'],
  ['ERR_FORBIDDEN_ADDRESS', 'forbidden-address'],
  ['ECONNREFUSED', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ETIMEDOUT', 'timeout'],
  ['ECONNRESET', 'truncated'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'truncated'],
  ['Z_DATA_ERROR', 'truncated'],
  ['EPROTO', 'tls-error'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-error'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-error'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-error'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-error'],
  ['HPE_INVALID_CONSTANT', 'bad-response'],
  ['EWHATEVER', 'unreachable'],
];

describe('networkRejection', () => {
  it.each(ROWS)('calls %s %s, and keeps the cause for the log', (code, named) => {
    const cause = Object.assign(new Error('what Node said'), { code });
    const rejection = networkRejection(cause);
    expect(rejection.code).toBe(named);
    expect(rejection.message).toContain('what Node said');
    expect(rejection.cause).toBe(cause);
  });

  it('tells what Node said, and not what everybody knows', () => {
    const message = 'request to http://origin.example/ failed, reason: connect ECONNREFUSED 192.0.2.1:80\n';
    expect(networkRejection(new Error(message)).message).toBe('connect ECONNREFUSED 192.0.2.1:80');
  });

  it('takes whatever is thrown, also what is no Error', () => {
    expect(networkRejection('no words').code).toBe('unreachable');
  });
});
