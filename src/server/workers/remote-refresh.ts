import { filter, Observable, type Subscriber } from 'rxjs';
import type { ImageFiles, ServedImage, SourceUri } from '../../domain/index.js';
import { type Inflight, mapOrMerge } from '../../operators/index.js';
import { oncePerUri, type Refresh } from '../../pipeline/index.js';
import type { Tracing } from '../tracing/tracing.js';
import type { Channel } from './channel.js';
import type { Refreshed, SentImage, ToPrimary, ToWorker } from './messages.js';
import { failureSent } from './sent-failure.js';
import { imageSent } from './sent-image.js';

/**
 * Lets the primary bring pictures up to date: one question for all who want a picture at the same time.
 *
 * Errors as the refresh there does, and with `storage-unavailable` when a picture too large to be sent is not
 * found where it should lie. Unsubscribing tells the primary when nobody waits any more.
 */
export function remoteRefresh(
  channel: Channel<ToWorker, ToPrimary>,
  refreshing: Inflight<ServedImage>,
  files: Pick<ImageFiles, 'read'>,
  tracing?: Pick<Tracing, 'carry'>,
): Refresh {
  const ask = questions(channel, tracing);
  return oncePerUri(refreshing, (request) =>
    ask(request.uri).pipe(mapOrMerge((sent) => imageSent(sent, request, files))),
  );
}

/** Asks one question for each subscription. */
function questions(
  { messages, send }: Channel<ToWorker, ToPrimary>,
  tracing?: Pick<Tracing, 'carry'>,
): (uri: SourceUri) => Observable<SentImage> {
  // By number, so that an answer costs the same however many questions are open.
  const open = new Map<number, Subscriber<SentImage>>();
  let last = 0;

  messages.pipe(filter(isRefreshed)).subscribe((answer) => {
    const asker = open.get(answer.id);
    // Closed before it hears the answer, or it would tell that it leaves.
    if (!asker || !open.delete(answer.id)) return;
    if (answer.kind === 'failed') asker.error(failureSent(answer.failure));
    else {
      asker.next(answer.served);
      asker.complete();
    }
  });

  return ({ hex }) =>
    new Observable((asker) => {
      const id = ++last;
      open.set(id, asker);
      const trace = tracing?.carry();
      send({ kind: 'refresh', id, uri: hex, ...(trace ? { trace } : {}) });
      return () => {
        if (open.delete(id)) send({ kind: 'leave', id });
      };
    });
}

function isRefreshed(message: ToWorker): message is Refreshed {
  return message.kind === 'served' || message.kind === 'failed';
}
