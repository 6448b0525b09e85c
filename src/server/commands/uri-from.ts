import { SourceUri } from '../../domain/index.js';
import { parseRoute } from '../route.js';

const ABSOLUTE = /^[a-z][a-z\d+.-]*:\/\//i;

/**
 * The picture that somebody means: by its URI, by a link to it here (whole, or only its path), or by the hexadecimal
 * of such a link.
 */
export function uriFrom(text: string): SourceUri {
  const word = text.trim();
  return SourceUri.fromHex(word) ?? linked(word) ?? SourceUri.of(word);
}

/** Those that are meant by several words, each once. */
export function urisFrom(words: readonly string[]): SourceUri[] {
  return [...new Map(words.map(uriFrom).map((uri) => [uri.hex, uri])).values()];
}

function linked(word: string): SourceUri | undefined {
  const route = parseRoute(word.replace(/^\/\//, 'http://'));
  const uri = route.kind === 'image' ? SourceUri.fromHex(route.hexUri) : undefined;
  // Other sites may have such paths as well: there, what is in them is no URI.
  return word.startsWith('/') || ABSOLUTE.test(`${uri}`) ? uri : undefined;
}
