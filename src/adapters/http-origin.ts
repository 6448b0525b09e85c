import type { Readable } from 'node:stream';
import nodeFetch, { type Response } from 'node-fetch';
import { catchError, defer, finalize, mergeMap, Observable, throwError } from 'rxjs';
import { type Origin, type OriginRequest, type OriginResponse, Rejection } from '../domain/index.js';
import { ACCEPT_ENCODING, decoded } from './content-coding.js';
import { guardedAgents, type GuardedAgentOptions } from './guarded-agent.js';
import { networkRejection } from './network-rejection.js';
import { watchedAgent } from './watched-agent.js';

/** How origins are connected to, and what they are told. */
export interface HttpOriginOptions extends GuardedAgentOptions {
  /** What origins are told that asks them. */
  readonly userAgent: string;
}

/** Nobody reads it: node-fetch has an error of its own. Without a reason, Node makes one with a stack for each exchange. */
const ABORT_REASON = 'the exchange is over';

/**
 * Origins over HTTP/1.1 with node-fetch. Nothing of a reader's request is ever sent.
 *
 * Errors with `forbidden-address` for what is not public, unless `addressRules` open its network: a server on this machine
 * is not. Errors with `dns-error`, `unreachable`, `tls-error`, `timeout`, `truncated`, `bad-response`, `invalid-type`
 * for a content coding that was not asked for, and `overloaded` when this process runs out of sockets or memory.
 * Unsubscribing closes the connection.
 */
export function httpOrigin(options: HttpOriginOptions): Origin {
  const agentFor = guardedAgents(options);
  return {
    exchange: ({ url, etag, onProgress = () => undefined }, read) =>
      defer(() => {
        const connection = new AbortController();
        const response = nodeFetch(url.href, {
          agent: watchedAgent(agentFor(url), onProgress),
          compress: false,
          headers: requestHeaders(options.userAgent, etag),
          redirect: 'manual',
          signal: connection.signal,
        });
        return defer(() => response).pipe(
          catchError((error: unknown) => throwError(() => networkRejection(error))),
          mergeMap((received) => read(asOriginResponse(received))),
          finalize(() => connection.abort(ABORT_REASON)),
        );
      }),
  };
}

function requestHeaders(userAgent: string, etag: OriginRequest['etag']): Record<string, string> {
  return {
    'User-Agent': userAgent,
    Accept: 'image/*,*/*;q=0.1',
    'Accept-Encoding': ACCEPT_ENCODING,
    ...(etag === undefined ? {} : { 'If-None-Match': etag }),
  };
}

function asOriginResponse(response: Response): OriginResponse {
  const { status, headers } = response;
  const coding = headers.get('content-encoding')?.trim().toLowerCase() || 'identity';
  const body = decoded(response.body as Readable, coding);
  // Of an encoded body only the encoded length is announced.
  const length = coding === 'identity' ? headers.get('content-length') : null;
  return {
    status,
    ...present('contentType', headers.get('content-type')),
    ...present('etag', headers.get('etag')),
    ...present('location', headers.get('location')),
    ...present('retryAfter', headers.get('retry-after')),
    ...present('contentLength', length === null ? null : Number(length)),
    body: body ? chunksOf(body) : notAskedFor(coding),
  };
}

function present<K extends string, V>(name: K, value: V | null): Partial<Record<K, V>> {
  return value === null ? {} : ({ [name]: value } as Record<K, V>);
}

function notAskedFor(coding: string): Observable<never> {
  return throwError(() => new Rejection('invalid-type', `in the content coding ${JSON.stringify(coding)}`));
}

function chunksOf(body: Readable): Observable<Uint8Array> {
  return new Observable((subscriber) => {
    body.on('data', (chunk: Uint8Array) => subscriber.next(chunk));
    body.once('end', () => subscriber.complete());
    body.once('error', (error) => subscriber.error(networkRejection(error)));
    return () => body.destroy();
  });
}
