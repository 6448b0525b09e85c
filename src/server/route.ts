/** What the path of a request means. */
export type Route =
  | { readonly kind: 'status' }
  | { readonly kind: 'image'; readonly collection: 'img' | 'avatars'; readonly hexUri: string }
  | { readonly kind: 'moved'; readonly location: string }
  | { readonly kind: 'unknown' };

/** What almost all links look like, with nothing in them that has to be decoded or cleaned. */
const LINK = /^\/(img|avatars)\/([0-9a-fA-F]+)(?:\/[\w-][\w.-]*)?$/;

/** An empty segment that is not the last, or one of dots. */
const UNCLEAN = /\/(?:\/|\.\.?(?:\/|$))/;

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/** Reads a request target (RFC 9112 §3.2). Percent-encodings count as what they stand for. */
export function parseRoute(target: string): Route {
  const [, collection, hexUri] = LINK.exec(target) ?? [];
  if (collection !== undefined && hexUri !== undefined) {
    return { kind: 'image', collection: collection as 'img' | 'avatars', hexUri };
  }
  return parseAnyRoute(target);
}

/** What hardly any request needs: other paths and notations. */
function parseAnyRoute(target: string): Route {
  const relative = target.startsWith('/') ? target : target.replace(ABSOLUTE_FORM, '');
  const [rawPath = '', query] = split(relative, '?');
  const path = rawPath.includes('%') ? percentDecode(rawPath) : rawPath;
  if (!path.startsWith('/')) return { kind: 'unknown' };
  if (UNCLEAN.test(path)) {
    const clean = cleanPath(path);
    return { kind: 'moved', location: percentEncode(clean) + (query === undefined ? '' : `?${query}`) };
  }
  return routeOf(path);
}

function routeOf(path: string): Route {
  if (path === '/status') return { kind: 'status' };
  const [collection, hexUri, name, ...rest] = path.slice(1).split('/');
  const isImage = (collection === 'img' || collection === 'avatars') && !!hexUri && name !== '' && rest.length === 0;
  return isImage ? { kind: 'image', collection, hexUri } : { kind: 'unknown' };
}

/** Without empty, `.` and `..` segments; a final slash stays (RFC 3986 §5.2.4). */
function cleanPath(path: string): string {
  const clean: string[] = [];
  const segments = path.split('/').slice(1);
  for (const segment of segments) {
    if (segment === '..') clean.pop();
    else if (segment !== '' && segment !== '.') clean.push(segment);
  }
  const isDirectory = segments.at(-1) === '' && clean.length > 0;
  return `/${clean.join('/')}${isDirectory ? '/' : ''}`;
}

/** Byte for byte, so that what is not UTF-8 stays what it was; a stray `%` stands for itself. */
function percentDecode(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function percentEncode(path: string): string {
  return path.replace(
    /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function split(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
