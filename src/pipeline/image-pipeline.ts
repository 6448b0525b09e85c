import { type Observable, of, type OperatorFunction, pipe } from 'rxjs';
import type { Due, EncodedRequest, ImageRequest, Ports, Selection, ServedImage } from '../domain/index.js';
import {
  chain,
  checkRedis,
  decode,
  dedupeInflight,
  fetch,
  holdUnsaved,
  mapOrMerge,
  persist,
  readStored,
  recallOr,
  rememberFailure,
  resize,
  serveStale,
  takeTurns,
  validate,
} from '../operators/index.js';
import { collapse } from './collapse.js';
import { DEFAULTS, type PipelineOptions } from './options.js';
import { type Shared, sharedWithin } from './shared.js';

/**
 * The way of every request, from a link to the bytes that answer it.
 *
 * Make one and pipe every request through it: what the requests share (fetches and resizes under way,
 * gates, the memory of failing origins) belongs to the pipeline. Emits one `ServedImage` per request;
 * errors with a `Rejection`. Unsubscribing stops whatever nobody else is waiting for.
 */
export function imagePipeline(
  ports: Ports,
  overrides: Partial<PipelineOptions> = {},
  shared: Shared = sharedWithin({ ...DEFAULTS, ...overrides }),
): OperatorFunction<EncodedRequest, ServedImage> {
  const options = { ...DEFAULTS, ...overrides };
  const fetching = { ...options, turn: takeTurns(shared) };
  const resizing = { ...options, ...shared, resizeGate: shared.resizes };

  const select: OperatorFunction<ImageRequest, Selection> = chain(checkRedis(ports), readStored(ports));

  const download = (due: Due): Observable<ServedImage> =>
    of(due).pipe(
      recallOr(shared.unsaved, pipe(fetch(ports, fetching), validate(ports))),
      holdUnsaved(ports, shared.unsaved, persist(ports)),
      rememberFailure(due.request, ports, shared.backOff),
    );

  // The leader looks again before it asks the origin: between its first look and now, an earlier leader
  // may have stored the picture, or found the origin failing.
  const refresh = dedupeInflight<Due, ServedImage>({
    inflight: shared.refreshing,
    key: ({ request }) => request.uri.hex,
    work: ({ request }) => of(request).pipe(select, whenDue(download)),
    adopt: collapse,
  });

  return chain(
    decode(),
    select,
    whenDue((due) => of(due).pipe(refresh, serveStale(ports, due, options))),
    resize(ports, resizing),
  );
}

/** Serves what may be served as it is, and lets `refresh` see to the rest. */
function whenDue(refresh: (due: Due) => Observable<ServedImage>): OperatorFunction<Selection, ServedImage> {
  return mapOrMerge((selection) => (selection.due ? refresh(selection) : selection.served));
}
