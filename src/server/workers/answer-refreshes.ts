import { of, type Subscription } from 'rxjs';
import { ORIGINAL, SourceUri } from '../../domain/index.js';
import type { Refresh } from '../../pipeline/index.js';
import type { Tracing } from '../tracing/tracing.js';
import type { Channel } from './channel.js';
import type { ToPrimary, ToWorker } from './messages.js';
import { failureToSend } from './sent-failure.js';
import { imageToSend } from './sent-image.js';

type Asked = Extract<ToPrimary, { kind: 'refresh' }>;

/**
 * Brings up to date what a worker asks for, as long as it wants it. When the worker is gone, whatever it had asked
 * for is unsubscribed from, and so ends if no other worker wants it.
 */
export function answerRefreshes(
  { messages, send }: Channel<ToPrimary, ToWorker>,
  refresh: Refresh,
  tracing?: Pick<Tracing, 'within'>,
): void {
  const underway = new Map<number, Subscription>();

  const begin = ({ id, uri: hex }: Asked) => {
    const uri = SourceUri.of(Buffer.from(hex, 'hex'));
    const refreshing = of({ uri, variant: ORIGINAL })
      .pipe(refresh)
      .subscribe({
        next: (served) => send({ kind: 'served', id, served: imageToSend(served) }),
        error: (error: unknown) => send({ kind: 'failed', id, failure: failureToSend(error) }),
      });
    if (refreshing.closed) return;
    underway.set(id, refreshing);
    refreshing.add(() => underway.delete(id));
  };
  const beginTraced = (asked: Asked) => {
    if (tracing && asked.trace) tracing.within(asked.trace, () => begin(asked));
    else begin(asked);
  };

  messages.subscribe({
    next: (message) => {
      if (message.kind === 'refresh') beginTraced(message);
      else if (message.kind === 'leave') underway.get(message.id)?.unsubscribe();
    },
    complete: () => underway.forEach((refreshing) => refreshing.unsubscribe()),
  });
}
