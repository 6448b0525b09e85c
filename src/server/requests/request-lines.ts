import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { LineBatch } from '../log/line-batch.js';
import type { Log } from '../log/log.js';
import { printable } from '../log/printable.js';
import { valueOf } from '../raw-headers.js';
import { requestIdOf } from './request-id.js';
import { type Asked, nameOf, type RequestEnd, type RequestObserver } from './watch.js';

/** Characters of what a reader sent that are logged; of a URI, bytes. */
const LONGEST = 256;

export interface RequestLinesOptions extends Pick<Log, 'compose'> {
  /** Whose levels the lines have. */
  readonly logger: Logger;
  /** Whether readers' addresses are logged. */
  readonly addresses: boolean;
}

/** What many lines have in common. */
const METHOD = Buffer.from('","method":"');
const ROUTE = Buffer.from('","route":"');
const URI = Buffer.from('","uri":');
const OUTCOME = Buffer.from(',"outcome":"');
const STATUS = Buffer.from('","status":');
const MS = Buffer.from(',"ms":');
const BYTES = Buffer.from(',"bytes":');
const END = Buffer.from(',"msg":"request"}\n');

/** One line for each request, as pino would write it at `info`: made by hand, since pino takes longer than a hit. */
export function requestLines({ logger, compose, addresses }: RequestLinesOptions): RequestObserver {
  const LEVEL = Buffer.from(`{"level":${logger.levels.values['info']},"time":`);
  const WHOSE = Buffer.from(`,"pid":${process.pid},"hostname":${quoted(hostname())},"id":"`);
  const put = (line: LineBatch, end: RequestEnd): void => {
    const { asked, route, outcome, status, ms, bytes } = end;
    line.text(LEVEL).integer(Date.now()).text(WHOSE).text(requestIdOf(asked.rawHeaders));
    // One that Node knows; of any other, there is none.
    if (asked.method !== undefined) line.text(METHOD).text(asked.method);
    line.text(ROUTE).text(nameOf(route));
    putWhat(line, end);
    line.text(OUTCOME).text(outcome).text(STATUS).integer(status).text(MS).decimal(ms).text(BYTES).integer(bytes);
    if (addresses) line.text(readerOf(asked));
    line.text(END);
  };
  return (end) => compose(put, end);
}

/** The URI of a picture as the site declared it, or the path that means none. */
function putWhat(line: LineBatch, { asked: { url }, route, outcome }: RequestEnd): void {
  if (route.kind === 'image' && outcome !== 'invalid-parameters') putUri(line.text(URI), route.hexUri);
  else line.text(url === undefined ? '"' : `","path":${quoted(url.slice(0, LONGEST))}`);
}

function putUri(line: LineBatch, hex: string): void {
  const isPlain = line.quotedHex(hex, LONGEST);
  if (!isPlain) line.text(quoted(Buffer.from(hex.slice(0, 2 * LONGEST), 'hex').toString()));
}

function readerOf({ socket, rawHeaders }: Asked): string {
  const forwarded = valueOf(rawHeaders, 'x-forwarded-for')
    ?.split(',')
    .map((address) => address.trim());
  const isWellFormed = forwarded !== undefined && forwarded.length <= 8 && forwarded.every(isAddress);
  const ip = socket.remoteAddress === undefined ? '' : `,"ip":"${socket.remoteAddress}"`;
  return isWellFormed ? `${ip},"forwardedFor":"${forwarded.join(', ')}"` : ip;
}

/** Without a zone, which may be of any length. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

function quoted(text: string): string {
  return printable(JSON.stringify(text));
}
