import type { Facts } from './facts.js';
import type { Try } from './try-now.js';
import type { Verdict } from './verdict.js';

/** What is known of a picture, for programs. Times are ISO 8601; what is not known, or does not apply, is `null`. */
export function documentOf(facts: Facts, { isShown, sentence }: Verdict, tried: Try | undefined): object {
  const { uri, state, record, copy, word } = facts;
  const { declaredAt, isDeclared, isBlocked, stored, error, freshUntil } = record;
  return {
    uri: `${uri}`,
    hex: uri.hex,
    state,
    shown: isShown,
    verdict: sentence,
    declared: isDeclared,
    declaredAt: declaredAt ?? null,
    blocked: isBlocked,
    stored: {
      ...{ type: null, checksum: null, etag: null, since: null },
      ...{ bytes: null, dimensions: null, excess: null, reason: null },
      ...stored,
      ...copy,
    },
    freshUntil: freshUntil ?? null,
    error: error ?? null,
    server: { address: word.server, silence: 'silence' in word ? word.silence : null },
    lastAttempt: 'attempt' in word ? word.attempt : null,
    rest: 'rest' in word ? word.rest : null,
    try: tried ?? null,
  };
}
