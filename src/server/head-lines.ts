import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';

/** Fields as they are sent, `Name: value\r\n` each, of values that are known to be fit for a field. */
export type HeadLines = string;

/** Sends a head of nothing but these fields, and what Node adds to them. */
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

/**
 * An answer of a server where nobody but the handler has a say in heads.
 *
 * Node checks the name and the value of each field each time, and puts the head together from some sixty pieces: a
 * fifth of what it costs to answer from memory. Here one head a second is written by Node, and the others end as that
 * one did.
 */
export class OwnResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  static #addition: Addition | undefined;

  /** Not among Node's types: where a head lies that was written, until it is sent. */
  declare private _header: string | null;

  /** As `writeHead`. */
  writeLines(status: number, lines: HeadLines): this {
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}`;
    const addition = OwnResponse.#addition;
    if (!this.shouldKeepAlive || this.req.httpVersion !== '1.1') return this.writeHead(status, fieldsOf(lines));
    if (addition?.second !== Math.floor(Date.now() / 1000)) return this.#learnFrom(head, status, lines);
    this.statusCode = status;
    this._header = head + addition.lines;
    return this;
  }

  /** A Node that keeps the head somewhere else teaches nothing, and writes every head itself. */
  #learnFrom(head: string, status: number, lines: HeadLines): this {
    this.writeHead(status, fieldsOf(lines));
    const added = this._header?.startsWith(head) ? this._header.slice(head.length) : '';
    const date = /^Date: (.*)\r$/m.exec(added)?.[1] ?? '';
    OwnResponse.#addition = { lines: added, second: Date.parse(date) / 1000 };
    return this;
  }
}

/** Names and values in turn. */
function fieldsOf(lines: HeadLines): string[] {
  return lines
    .split('\r\n')
    .slice(0, -1)
    .flatMap((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
}
