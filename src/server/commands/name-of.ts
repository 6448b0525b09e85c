import type { SourceUri } from '../../domain/index.js';

/** How to call a URI in a report: one that is no UTF-8 also by its bytes. */
export function nameOf(uri: SourceUri): string {
  const text = uri.toString();
  return Buffer.from(text).equals(uri.bytes) ? text : `${text} (hexadecimal ${uri.hex})`;
}
