import type { Observable, OperatorFunction } from 'rxjs';
import type { Due, ImageRequest, Ports, StoredSelection, ServedImage } from '../domain/index.js';
import { chain, checkRedis, mapOrMerge, readStored } from '../operators/index.js';
import { type StageDecorator, unwatched } from './options.js';

/**
 * Finds out what we know of a picture and what we hold of it: `checkRedis`, then `readStored`. Errors as they do.
 * Unsubscribing drops the answers.
 */
export function selectStored(
  ports: Pick<Ports, 'catalogue' | 'files' | 'sniffer' | 'report'>,
  stage: StageDecorator = unwatched,
): OperatorFunction<ImageRequest, StoredSelection> {
  return chain(stage('checkRedis', checkRedis(ports)), stage('readStored', readStored(ports)));
}

/**
 * Serves what may be served as it is, at once, and lets `work` see to the rest. Errors as `work` does. Unsubscribing
 * unsubscribes from that.
 */
export function whenDue(work: (due: Due) => Observable<ServedImage>): OperatorFunction<StoredSelection, ServedImage> {
  return mapOrMerge((selection) => (selection.due ? work(selection) : selection.served));
}
