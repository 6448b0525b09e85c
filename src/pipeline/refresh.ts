import { type Observable, of, pipe, tap } from 'rxjs';
import type { Due, Ports, ServedImage } from '../domain/index.js';
import {
  fetch,
  holdUnsaved,
  persist,
  recallUnsaved,
  rememberFailure,
  takeTurns,
  validate,
} from '../operators/index.js';
import { oncePerUri, type Refresh } from './once-per-uri.js';
import { unwatched } from './options.js';
import { selectStored, whenDue } from './selection.js';
import { settle, type PipelineArguments } from './settle.js';

/**
 * What one upstream call serves: asks the origin for a picture, keeps what it sent, remembers how it failed.
 *
 * Everything that spares origins is in here, so that wherever this is asked for, there has to be one of it. Emits
 * one `ServedImage` per request; errors with a `Rejection`. Unsubscribing stops what nobody else is waiting for; a
 * picture that has arrived is stored all the same, and whoever asks meanwhile waits for that.
 */
export function refresh(ports: Omit<Ports, 'resizer'>, ...told: PipelineArguments): Refresh {
  const { options, shared } = settle(told);
  const { decorateStage = unwatched } = options;
  const fetching = { ...options, turn: takeTurns(shared) };

  const download = (due: Due, keepRunning: () => void): Observable<ServedImage> =>
    of(due).pipe(
      recallUnsaved(
        shared.unsaved,
        pipe(decorateStage('fetch', fetch(ports, fetching)), decorateStage('validate', validate(ports))),
      ),
      tap(keepRunning),
      holdUnsaved(ports, shared.unsaved, decorateStage('persist', persist(ports))),
      rememberFailure(ports, due.request, shared.backOff),
    );

  // It is looked at again before its origin is asked: since whoever is here found it due, an earlier refresh
  // may have stored the picture, or found the origin failing.
  return oncePerUri(shared.refreshing, (request, keepRunning) =>
    of(request).pipe(
      selectStored(ports, decorateStage),
      whenDue((due) => download(due, keepRunning)),
    ),
  );
}
