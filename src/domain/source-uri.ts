import { hash } from 'node:crypto';

const HEX = /^[0-9a-f]+$/i;
const LISTS: ReadonlySet<string> = new Set(['latest', 'blocked'].map(hexOf));
const [ERRORS, UPDATES] = [hexOf('err/'), hexOf('updated/')];
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * The URI of an embedded picture, exactly as the site declared it.
 *
 * It is a sequence of bytes, not a string: the site's keys hold whatever its readers wrote, and that
 * need not be UTF-8. Two URIs are the same when their bytes are; `hex` is that identity as a string.
 */
export class SourceUri {
  /** Lower-case hexadecimal form of the bytes. */
  readonly hex: string;

  private constructor(hex: string) {
    this.hex = hex;
  }

  /** Reads the segment of a proxied link, in either case. `undefined` when it is empty, odd or not hexadecimal. */
  static fromHex(encoded: string): SourceUri | undefined {
    return encoded.length % 2 === 0 && HEX.test(encoded) ? new SourceUri(encoded.toLowerCase()) : undefined;
  }

  /** The URI of these bytes; a string stands for its UTF-8. */
  static of(uri: string | Uint8Array): SourceUri {
    const bytes = typeof uri === 'string' ? Buffer.from(uri, 'utf8') : Buffer.from(uri);
    return new SourceUri(bytes.toString('hex'));
  }

  get bytes(): Buffer {
    return Buffer.from(this.hex, 'hex');
  }

  /** SHA-1 of the bytes in hexadecimal: the name under which the picture is kept. */
  get digest(): string {
    return hash('sha1', this.bytes);
  }

  /**
   * What to ask the origin for, or `undefined` when no HTTP origin can be asked: another scheme, no
   * host, credentials, control characters, the port of another service. Bytes outside ASCII travel percent-encoded, one by one, so
   * that a URI which is not UTF-8 reaches its origin unharmed.
   */
  get url(): URL | undefined {
    const text = this.bytes.toString('latin1');
    return CONTROL.test(text) ? undefined : fetchableUrl(text);
  }

  /**
   * As a URL, also if no origin is asked for it any more: copies from other times may be kept.
   * `undefined` when it is none.
   */
  get parsed(): URL | undefined {
    return parsedUrl(this.bytes.toString('latin1'));
  }

  /**
   * Whether `img/<uri>` is a key with a meaning of its own (`img/latest`, `img/err/…`) in the site's
   * Redis schema. Such a URI can never name an image.
   */
  get isReserved(): boolean {
    const { hex } = this;
    return LISTS.has(hex) || hex.startsWith(ERRORS) || hex.startsWith(UPDATES);
  }

  /** For people: what is not UTF-8 is replaced. */
  toString(): string {
    return this.bytes.toString('utf8');
  }
}

/**
 * Ports of services that would take our request for commands of theirs: mail, shells, chat, databases. A
 * short form of the Fetch standard's port blocking, and the usual stores.
 */
const OTHER_SERVICES: ReadonlySet<string> = new Set(
  [21, 22, 23, 25, 53, 110, 143, 389, 465, 587, 636, 993, 995, 3306, 5432, 6379, 6667, 6697, 11211].map(String),
);

/**
 * Parses an absolute http(s) URL without credentials; relative references are resolved against `base`. A
 * character of `bytes` is a byte, as in the fields of a response, and travels percent-encoded if not ASCII.
 */
export function fetchableUrl(bytes: string, base?: URL): URL | undefined {
  const url = parsedUrl(bytes, base);
  if (!url) return undefined;
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  const isPlain = url.username === '' && url.password === '' && !OTHER_SERVICES.has(url.port);
  return isHttp && isPlain ? url : undefined;
}

function parsedUrl(bytes: string, base?: URL): URL | undefined {
  const reference = bytes.replace(/[\x80-\xff]/g, (byte) => '%' + byte.charCodeAt(0).toString(16).toUpperCase());
  return URL.canParse(reference, base?.href) ? new URL(reference, base) : undefined;
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
