import { LRUCache } from 'lru-cache';
import { type Attempt, SourceUri } from '../domain/index.js';
import type { BackOff } from '../operators/index.js';
import type { OpsAnswer } from './ops-server.js';
import { type LastAttempt, sentAttempt, sentRest } from './sent-attempt.js';

/**
 * The last attempts of so many pictures are remembered, or of fewer where origins lead to long URLs; the one longest
 * ago is forgotten.
 */
const REMEMBERED = { max: 10_000, maxSize: 16 * 2 ** 20, sizeCalculation: charactersOf };

/** What became of the last attempt to fetch each picture, as far as it was made by this process. */
export class Attempts {
  readonly #last = new LRUCache<string, Attempt>(REMEMBERED);

  /** To be handed on as it is. */
  readonly note = (attempt: Attempt): void => void this.#last.set(attempt.uri.hex, attempt);

  lastOf({ hex }: SourceUri): Attempt | undefined {
    return this.#last.peek(hex);
  }
}

function charactersOf({ uri, reason = '', hops }: Attempt): number {
  return hops.reduce((sum, { url }) => sum + url.href.length, uri.hex.length + reason.length);
}

/** Answers what this process knows of a picture, given its URI in hexadecimal, and the catalogue does not. */
export function lastAttempt(attempts: Attempts, backOff: BackOff): (hex: string) => OpsAnswer {
  return (hex) => {
    const uri = SourceUri.fromHex(hex);
    if (!uri) return { status: 400, body: 'the path is /attempts/ and a URI in hexadecimal\n' };
    const attempt = attempts.lastOf(uri);
    const rest = uri.url && backOff.restFor(uri.url);
    const known: LastAttempt = { attempt: attempt ? sentAttempt(attempt) : null, rest: rest ? sentRest(rest) : null };
    return { status: 200, type: 'application/json', body: `${JSON.stringify(known)}\n` };
  };
}
