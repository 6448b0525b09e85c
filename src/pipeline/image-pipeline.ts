import { of, type OperatorFunction, pipe } from 'rxjs';
import type { EncodedRequest, Ports, ServedImage } from '../domain/index.js';
import { chain, decode, resize, serveStale } from '../operators/index.js';
import type { Refresh } from './once-per-uri.js';
import { unwatched } from './options.js';
import { refresh } from './refresh.js';
import { select, whenDue } from './selection.js';
import { settle, type Told } from './settle.js';

/**
 * The way of every request, from a link to the bytes that answer it.
 *
 * Make one and pipe every request through it: what the requests share (fetches and resizes under way,
 * gates, the memory of failing origins) belongs to the pipeline. Emits one `ServedImage` per request;
 * errors with a `Rejection`. Unsubscribing stops whatever nobody else is waiting for.
 */
export function imagePipeline(ports: Ports, ...told: Told): OperatorFunction<EncodedRequest, ServedImage> {
  const { options, shared } = settle(told);
  return pipelineAround(refresh(ports, options, shared), ports, options, shared);
}

/**
 * The same for those who ask no origin themselves, because pictures are brought up to date elsewhere.
 *
 * @param refreshed Shared by all requests for a picture, as `oncePerUri` does.
 */
export function pipelineAround(
  refreshed: Refresh,
  ports: Omit<Ports, 'origin'>,
  ...told: Told
): OperatorFunction<EncodedRequest, ServedImage> {
  const { options, shared } = settle(told);
  const { stage = unwatched } = options;
  return chain(
    stage('decode', decode()),
    select(ports, stage),
    whenDue((due) => of(due.request).pipe(stage('refresh', pipe(refreshed, serveStale(ports, due, options))))),
    stage('resize', resize(ports, { ...options, ...shared, resizeGate: shared.resizes })),
  );
}
