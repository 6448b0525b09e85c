import { type IncomingMessage, type OutgoingHttpHeaders, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Connection, type Connections, newest } from './connections.js';
import { ALLOWED } from './handler.js';
import { BODIES, plainHeaders } from './plain-answer.js';
import { PLAIN_OUTCOMES } from './requests/outcome.js';
import type { Watch } from './requests/watch.js';
import { parseRoute, type Route } from './route.js';

interface ParserError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

interface Answer {
  readonly status: keyof typeof PLAIN_OUTCOMES;
  readonly headers?: OutgoingHttpHeaders;
  /** What was asked for, as far as it could be read. */
  readonly target?: string;
  readonly route: Route;
}

const UNREADABLE: Answer = { status: 400, route: { kind: 'unknown' } };
const TOO_LONG: Answer = { ...UNREADABLE, status: 431 };
const TOO_SLOW: Answer = { ...UNREADABLE, status: 408 };

/** How long the rest of a request line may take, in milliseconds, and how long it may be, in bytes. */
const PATIENCE = 5000;
const LONGEST_LINE = 1 << 20;

/** What has come of a request line may still become one. */
const BEGINNING = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?: [\x21-\x7e]*(?: [HTP/1.0]*\r?)?)?$/;
const TOKEN_AND_TARGET = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ (\S+) HTTP\/1\.[01]\r?$/;

/**
 * Answers what Node's parser gives up on: methods it does not know by our own rules, anything else with a 400, a 431
 * when its head is too long, or a 408 when it takes too long. Earlier requests on the connection are answered first, and
 * the connection ends.
 */
export function answerMalformedRequests(server: Server, connections: Connections, watch: Watch): void {
  const malformed = new WeakMap<Socket, MalformedRequest>();
  // A method that Node knows, but hands over with the whole connection.
  server.on('connect', ({ url = '', socket }: IncomingMessage) =>
    inTurn(connections.get(socket), () => send(socket, answerToPath(url), watch)),
  );
  server.on('clientError', (error: ParserError, stream) => {
    const socket = stream as Socket;
    const request = malformed.get(socket) ?? new MalformedRequest(socket, connections.get(socket), watch);
    malformed.set(socket, request);
    request.failed(error);
  });
}

/** The request of a connection that could not be parsed; there is none after it. */
class MalformedRequest {
  readonly #socket: Socket;
  readonly #connection: Connection | undefined;
  readonly #watch: Watch;
  readonly #line: Buffer[] = [];
  #received = 0;
  #examined = 0;
  #answer: Answer | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(socket: Socket, connection: Connection | undefined, watch: Watch) {
    this.#socket = socket;
    this.#connection = connection;
    this.#watch = watch;
  }

  /** Called for the chunk that could not be parsed, and again for each that follows it. */
  failed({ code = '', rawPacket = Buffer.alloc(0), bytesParsed = 0 }: ParserError): void {
    if (this.#answer || !this.#socket.writable) return;
    if (code === 'ECONNRESET') this.#socket.destroy();
    else if (code === 'ERR_HTTP_REQUEST_TIMEOUT') this.#takesTooLong();
    else if (this.#line.length > 0) this.#readLine(rawPacket);
    else if (code === 'HPE_INVALID_METHOD') this.#readLine(fromRequestLine(rawPacket, bytesParsed));
    else if (code === 'HPE_HEADER_OVERFLOW') this.#settle(TOO_LONG);
    else this.#settle(UNREADABLE);
  }

  #takesTooLong(): void {
    // It may be here, and not be read because too many requests before it are under way.
    if (this.#socket.isPaused()) return;
    // Browsers open connections that they may not need.
    const isSilent = this.#socket.bytesRead === 0;
    // What takes so long is a body that nobody wants: its request is answered for itself.
    const isAnswered = this.#connection?.pending.at(-1)?.req.complete === false;
    if (isSilent || isAnswered) inTurn(this.#connection, () => this.#socket.destroy());
    else this.#settle(TOO_SLOW);
  }

  #readLine(chunk: Buffer): void {
    this.#line.push(chunk);
    this.#received += chunk.length;
    // Otherwise only when it has doubled: a line that comes byte by byte is not to be read for each of them.
    if (chunk.includes('\n') || this.#received >= 2 * this.#examined) this.#examine();
  }

  #examine(): void {
    this.#examined = this.#received;
    const received = Buffer.concat(this.#line);
    const end = received.indexOf('\n');
    if (end >= 0) return this.#settle(answerTo(received.subarray(0, end).toString('latin1')));
    const isPromising = received.length <= LONGEST_LINE && BEGINNING.test(received.toString('latin1'));
    if (!isPromising) return this.#settle(UNREADABLE);
    this.#patience ??= setTimeout(() => this.#settle(TOO_SLOW), PATIENCE);
  }

  #settle(answer: Answer): void {
    clearTimeout(this.#patience);
    this.#answer = answer;
    inTurn(this.#connection, () => send(this.#socket, answer, this.#watch));
  }
}

/** When the earlier requests of the connection are answered. */
function inTurn(connection: Connection | undefined, act: () => void): void {
  const before = connection && newest(connection);
  if (before) before.once('close', () => inTurn(connection, act));
  else act();
}

/** The parser may have read earlier requests of the same packet: the bad one begins at the start of its line. */
function fromRequestLine(packet: Buffer, bytesParsed: number): Buffer {
  return packet.subarray(packet.subarray(0, bytesParsed).lastIndexOf('\n') + 1);
}

function answerTo(requestLine: string): Answer {
  const [, target] = TOKEN_AND_TARGET.exec(requestLine) ?? [];
  return target === undefined ? UNREADABLE : answerToPath(target);
}

/** Whatever the method is, it is none that a route allows. */
function answerToPath(target: string): Answer {
  const route = parseRoute(target);
  switch (route.kind) {
    case 'moved':
      return { status: 301, headers: { Location: route.location }, target, route };
    case 'unknown':
      return { status: 404, target, route };
    case 'status':
    case 'image':
      return { status: 405, headers: { Allow: ALLOWED }, target, route };
  }
}

function send(socket: Socket, answer: Answer, watch: Watch): void {
  if (!socket.writable) return;
  const { status, target, route } = answer;
  const ended = watch({ method: undefined, url: target, rawHeaders: [], socket }, route);
  socket.end(serialize(answer));
  ended(PLAIN_OUTCOMES[status], status, BODIES[status].length);
}

function serialize({ status, headers }: Answer): string {
  const fields = Object.entries({ ...plainHeaders(status, headers), Connection: 'close' });
  const head = fields.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('');
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${BODIES[status]}`;
}
