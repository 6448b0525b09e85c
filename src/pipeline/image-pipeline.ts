import { of, type OperatorFunction, pipe } from 'rxjs';
import type { EncodedRequest, Ports, ServedImage } from '../domain/index.js';
import { chain, decode, resize, serveStale } from '../operators/index.js';
import type { Refresh } from './once-per-uri.js';
import { unwatched } from './options.js';
import { refresh } from './refresh.js';
import { selectStored, whenDue } from './selection.js';
import { settle, type PipelineArguments } from './settle.js';

/**
 * The way of every request, from a link to the bytes that answer it.
 *
 * Make one and pipe every request through it: what the requests share (fetches and resizes under way,
 * gates, the memory of failing origins) belongs to the pipeline. Emits one `ServedImage` per request;
 * errors with a `Rejection`. Unsubscribing stops whatever nobody else is waiting for, but for
 * what has to come to its end: storing a picture that has arrived, making an avatar.
 */
export function imagePipeline(ports: Ports, ...told: PipelineArguments): OperatorFunction<EncodedRequest, ServedImage> {
  const { options, shared } = settle(told);
  return pipelineWithRefresh(ports, refresh(ports, options, shared), options, shared);
}

/**
 * The same for those who ask no origin themselves, because pictures are brought up to date elsewhere.
 *
 * @param refreshed Shared by all requests for a picture, as `oncePerUri` does.
 */
export function pipelineWithRefresh(
  ports: Omit<Ports, 'origin'>,
  refreshed: Refresh,
  ...told: PipelineArguments
): OperatorFunction<EncodedRequest, ServedImage> {
  const { options, shared } = settle(told);
  const { decorateStage = unwatched } = options;
  return chain(
    decorateStage('decode', decode()),
    selectStored(ports, decorateStage),
    whenDue((due) => of(due.request).pipe(decorateStage('refresh', pipe(refreshed, serveStale(ports, due, options))))),
    decorateStage('resize', resize(ports, { ...options, ...shared })),
  );
}
