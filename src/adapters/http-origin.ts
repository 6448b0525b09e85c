import type { Readable } from 'node:stream';
import nodeFetch, { type Response } from 'node-fetch';
import { catchError, defer, finalize, mergeMap, Observable, throwError } from 'rxjs';
import type { Origin, OriginRequest, OriginResponse } from '../domain/index.js';
import { guardedAgents, type GuardedAgentOptions } from './guarded-agent.js';
import { networkRejection } from './network-rejection.js';

export interface HttpOriginOptions extends GuardedAgentOptions {
  readonly userAgent: string;
}

/** Origins over HTTP/1.1 with node-fetch. Nothing of a reader's request is ever sent. */
export function httpOrigin(options: HttpOriginOptions): Origin {
  const agent = guardedAgents(options);
  return {
    exchange: ({ url, etag }, read) =>
      defer(() => {
        const connection = new AbortController();
        const response = nodeFetch(url.href, {
          agent,
          headers: requestHeaders(options.userAgent, etag),
          redirect: 'manual',
          signal: connection.signal,
        });
        return defer(() => response).pipe(
          catchError((error: unknown) => throwError(() => networkRejection(error))),
          mergeMap((received) => read(asOriginResponse(received))),
          finalize(() => connection.abort()),
        );
      }),
  };
}

function requestHeaders(userAgent: string, etag: OriginRequest['etag']): Record<string, string> {
  return {
    'User-Agent': userAgent,
    Accept: 'image/*,*/*;q=0.1',
    ...(etag === undefined ? {} : { 'If-None-Match': etag }),
  };
}

function asOriginResponse(response: Response): OriginResponse {
  const { status, headers } = response;
  const length = headers.get('content-length');
  return {
    status,
    ...present('contentType', headers.get('content-type')),
    ...present('etag', headers.get('etag')),
    ...present('location', headers.get('location')),
    ...present('retryAfter', headers.get('retry-after')),
    ...present('contentLength', length === null ? null : Number(length)),
    body: chunksOf(response.body as Readable),
  };
}

function present<K extends string, V>(name: K, value: V | null): Partial<Record<K, V>> {
  return value === null ? {} : ({ [name]: value } as Record<K, V>);
}

function chunksOf(body: Readable): Observable<Uint8Array> {
  return new Observable((subscriber) => {
    body.on('data', (chunk: Uint8Array) => subscriber.next(chunk));
    body.once('end', () => subscriber.complete());
    body.once('error', (error) => subscriber.error(networkRejection(error)));
    return () => body.destroy();
  });
}
