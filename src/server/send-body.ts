import type { ServerResponse } from 'node:http';
import { type ImageBody, isInMemory, type LentBytes } from '../domain/index.js';
import { type HeadLines, writeHead } from './head-lines.js';

/**
 * Sends a head and the bytes from `first` to before `end`: at once when they are in memory or are lent. Otherwise piece by
 * piece, no faster than they are taken, until the last or until the reader has left. Rejects when they cannot
 * be read: with nothing sent if it is the first piece. Gives how many bytes the connection was handed.
 */
export function sendBody(
  response: ServerResponse,
  [status, lines]: [status: 200 | 206, lines: HeadLines],
  body: ImageBody,
  [first, end]: [first: number, end: number],
): number | Promise<number> {
  if (!isInMemory(body)) {
    const lent = response.socket ? body.lend?.(first, end) : undefined;
    if (!lent) return sendPieces(response, [status, lines], body.read(first, end), end - first);
    sendLent(response, [status, lines], lent);
  } else {
    const isWhole = first === 0 && end === body.length;
    writeHead(response, status, lines).end(isWhole ? body : body.subarray(first, end));
  }
  return end - first;
}

/**
 * Mostly the kernel takes all of it at once, and the next reader gets the same memory while it is still near the processor.
 * Not so when somebody stands between, as who compresses what is sent.
 */
function sendLent(
  response: ServerResponse,
  [status, lines]: [status: 200 | 206, lines: HeadLines],
  { bytes, giveBack }: LentBytes,
): void {
  try {
    writeHead(response, status, lines).end(bytes);
  } finally {
    if (response.writableFinished) giveBack();
    else response.once('close', giveBack);
  }
}

async function sendPieces(
  response: ServerResponse,
  [status, lines]: [status: 200 | 206, lines: HeadLines],
  pieces: AsyncIterable<Uint8Array>,
  length: number,
): Promise<number> {
  let sent = 0;
  if (!response.socket) await turn(response);
  // Thousands may leave at once with their connection, and none of them is to open a file for it.
  if (response.destroyed) return sent;
  if (length === 0) writeHead(response, status, lines).end();
  for await (const piece of pieces) {
    if (response.destroyed) return sent;
    if (!response.headersSent) writeHead(response, status, lines);
    sent += piece.length;
    await (sent < length ? handOver(response, piece) : handOverLast(response, piece));
  }
  if (sent < length) throw new Error(`the picture ended after ${sent} of ${length} bytes`);
  return sent;
}

/** Resolves when the answers to earlier requests of the connection are sent, or nobody is there any more. */
function turn(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('socket', () => resolve()).once('close', () => resolve());
  });
}

/** Resolves when the connection has taken the bytes, so that their memory can be used again, or nobody is there any more. */
function handOver(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('close', done);
      resolve();
    };
    response.once('close', done).write(piece, done);
  });
}

/** The same for the last, with which the answer ends: it is closed when the connection has taken it, too. */
function handOverLast(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', () => resolve()).end(piece);
  });
}
