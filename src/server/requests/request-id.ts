import { randomBytes } from 'node:crypto';
import { valueOf, type RawHeaders } from '../raw-headers.js';

/** What a front may call a request: nothing that means anything to whoever reads it later. */
const WELL_FORMED = /^[A-Za-z0-9._-]{1,64}$/;

/** A random name of this process and a number: a random name for each request would cost each of them. */
const PROCESS = randomBytes(6).toString('base64url');
let count = 0;

/** What the front calls the request (`X-Request-Id`), or a name of our own. */
export function requestIdOf(headers: RawHeaders): string {
  const given = valueOf(headers, 'x-request-id');
  return given !== undefined && WELL_FORMED.test(given) ? given : `${PROCESS}.${(++count).toString(36)}`;
}
