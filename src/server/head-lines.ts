import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';

/** Fields as they are sent, `Name: value\r\n` each, of values that are known to be fit for a field. */
export type HeadLines = string;

/**
 * Writes a head of nothing but these fields, and of what Node adds to them. One of them has to say how long the body is,
 * if there is one.
 */
export function writeHead(response: ServerResponse, status: number, lines: HeadLines): ServerResponse {
  if (response instanceof OwnResponse) return response.writeLines(status, lines);
  return response.writeHead(status, fieldsOf(lines));
}

/** What Node adds to the fields of an answer after which the connection stays open. */
interface Addition {
  readonly lines: HeadLines;
  /** Whose Date it says, in seconds since the epoch. */
  readonly second: number;
}

/** Nothing else may be repeated for other answers. */
const ADDED = /^Date: ([^\r]*)\r\nConnection: keep-alive\r\nKeep-Alive: timeout=\d+\r\n\r\n$/;

/**
 * An answer of our own server.
 *
 * Node checks the name and the value of each field each time, and puts the head together from some fifty pieces: a
 * tenth of what it costs to answer with a picture from memory. Here Node writes one head a second, and the others end
 * as that one did, in all servers of this process: they have the same timeouts, and no `maxRequestsPerSocket`.
 */
export class OwnResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  static #addition: Addition | undefined;

  /** Not among Node's types: where a head lies that was written, until it is sent. */
  declare private _header: string | null;

  /** As `writeHead`. */
  writeLines(status: number, lines: HeadLines): this {
    if (!this.#isOrdinary()) return this.writeHead(status, fieldsOf(lines));
    const reason = STATUS_CODES[status] ?? '';
    const start = `HTTP/1.1 ${status} ${reason}\r\n${lines}`;
    const addition = OwnResponse.#addition;
    if (addition?.second !== Math.floor(Date.now() / 1000)) return this.#learnFrom(start, status, lines);
    this.statusCode = status;
    this.statusMessage = reason;
    this._header = start + addition.lines;
    return this;
  }

  /** Whether its connection stays open, and nobody has written its head or has fields of their own for it. */
  #isOrdinary(): boolean {
    return (
      this.shouldKeepAlive && this.req.httpVersion === '1.1' && !this.headersSent && this.getHeaderNames().length === 0
    );
  }

  /** A Node that keeps the head somewhere else teaches nothing, and writes every head itself. */
  #learnFrom(start: string, status: number, lines: HeadLines): this {
    this.writeHead(status, fieldsOf(lines));
    const added = this._header?.startsWith(start) ? this._header.slice(start.length) : '';
    const [, date] = ADDED.exec(added) ?? [];
    OwnResponse.#addition = date === undefined ? undefined : { lines: added, second: Date.parse(date) / 1000 };
    return this;
  }
}

const LINE = /([^:]*): (.*)\r\n/g;

/** Names and values in turn. */
function fieldsOf(lines: HeadLines): string[] {
  const fields: string[] = [];
  for (const [, name = '', value = ''] of lines.matchAll(LINE)) fields.push(name, value);
  return fields;
}
