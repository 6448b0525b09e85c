import { filter, firstValueFrom, takeUntil, timer } from 'rxjs';
import { addedUp } from '../metrics/added-up.js';
import type { Sampled, Scrape } from '../metrics/sampled.js';
import type { Channel } from './channel.js';
import type { ToPrimary, ToWorker } from './messages.js';

/** Milliseconds for which a worker is waited for. */
const PATIENCE = 1000;

/**
 * What the workers have counted. For one that does not answer in time, its last answer counts; and what those had
 * counted at their last answer that are gone by now counts for ever, since what a counter once said it has to go on
 * saying, or more.
 */
export class WorkerScrapes {
  readonly #last = new Map<Channel<ToPrimary, ToWorker>, Scrape>();
  #gone: Promise<Scrape> = Promise.resolve([]);
  #questions = 0;

  attend(channel: Channel<ToPrimary, ToWorker>): void {
    this.#last.set(channel, []);
    channel.messages.subscribe({
      next: (message) => message.kind === 'scraped' && this.#last.set(channel, message.scrape),
      complete: () => this.#bury(channel),
    });
  }

  async scrape(): Promise<readonly Scrape[]> {
    const id = ++this.#questions;
    await Promise.all([...this.#last.keys()].map((channel) => ask(channel, id)));
    // As they are at one moment: a worker that is gone by then is in one of them.
    const [gone, last] = [this.#gone, [...this.#last.values()]];
    return [await gone, ...last];
  }

  #bury(channel: Channel<ToPrimary, ToWorker>): void {
    const counts = (this.#last.get(channel) ?? []).filter(isCount);
    this.#last.delete(channel);
    this.#gone = this.#gone.then((gone) => addedUp([gone, counts]));
  }
}

/** Sends the question, and resolves when it is answered, or will hardly be. */
function ask({ messages, send }: Channel<ToPrimary, ToWorker>, id: number): Promise<unknown> {
  const answer = messages.pipe(
    filter((message) => message.kind === 'scraped' && message.id === id),
    takeUntil(timer(PATIENCE)),
  );
  const answered = firstValueFrom(answer, { defaultValue: undefined });
  send({ kind: 'scrape', id });
  return answered;
}

function isCount({ type }: Sampled): boolean {
  return type === 'counter' || type === 'histogram';
}
