import { createHash } from 'node:crypto';

/** SHA-1 in hexadecimal, the form in which Redis keeps the checksum of a stored picture. */
export function checksumOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}
