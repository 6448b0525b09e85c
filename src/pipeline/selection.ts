import type { Observable, OperatorFunction } from 'rxjs';
import type { Due, ImageRequest, Ports, Selection, ServedImage } from '../domain/index.js';
import { chain, checkRedis, mapOrMerge, readStored } from '../operators/index.js';
import { type Stage, unwatched } from './options.js';

/**
 * Finds out what we know of a picture and what we hold of it: `checkRedis`, then `readStored`. Errors as they do.
 * Unsubscribing drops the answers.
 */
export function select(
  ports: Pick<Ports, 'catalogue' | 'files' | 'sniffer' | 'report'>,
  stage: Stage = unwatched,
): OperatorFunction<ImageRequest, Selection> {
  return chain(stage('checkRedis', checkRedis(ports)), stage('readStored', readStored(ports)));
}

/**
 * Serves what may be served as it is, at once, and lets `work` see to the rest. Errors as `work` does. Unsubscribing
 * unsubscribes from that.
 */
export function whenDue(work: (due: Due) => Observable<ServedImage>): OperatorFunction<Selection, ServedImage> {
  return mapOrMerge((selection) => (selection.due ? work(selection) : selection.served));
}
