import { finalize, type MonoTypeOperatorFunction, type SchedulerLike, tap } from 'rxjs';
import {
  type Attempt,
  type FetchedImage,
  isRejection,
  type NotModified,
  type Origin,
  type Ports,
  type SourceUri,
} from '../domain/index.js';
import { HopTrace } from './hop-trace.js';

/** Takes down one attempt to fetch a picture, hop by hop. */
export class AttemptTrace {
  readonly #uri: SourceUri;
  readonly #scheduler: SchedulerLike;
  readonly #startedAt: number;
  readonly #hops: HopTrace[] = [];

  /** The attempt begins. */
  constructor(uri: SourceUri, scheduler: SchedulerLike) {
    this.#uri = uri;
    this.#scheduler = scheduler;
    this.#startedAt = scheduler.now();
  }

  /** The same origin, each exchange with which is taken down. */
  around(origin: Origin): Origin {
    return {
      exchange: (request, read) => {
        const hop = new HopTrace(request.url, this.#scheduler);
        this.#hops.push(hop);
        const observed = { ...request, onProgress: hop.progress };
        return origin
          .exchange(observed, (response) => {
            hop.answered(response);
            return read({ ...response, body: response.body.pipe(tap({ complete: hop.downloaded })) });
          })
          .pipe(finalize(hop.ended));
      },
    };
  }

  /**
   * Tells of the attempt when it has an outcome. Where nobody was asked, because of a rest or a queue, there was
   * none to tell of.
   */
  telling(tell: Ports['onAttempt'] = () => undefined): MonoTypeOperatorFunction<FetchedImage | NotModified> {
    const over = (how: Pick<Attempt, 'outcome' | 'reason' | 'bytes'>) => {
      if (this.#hops.length === 0) return;
      const duration = this.#scheduler.now() - this.#startedAt;
      tell({ uri: this.#uri, startedAt: this.#startedAt, duration, ...how, hops: this.#hops.map(({ hop }) => hop) });
    };
    return tap({
      next: (fetched) =>
        over(
          fetched.kind === 'fetched'
            ? { outcome: 'fetched', bytes: fetched.bytes.length }
            : { outcome: 'not-modified' },
        ),
      // Anything else is a bug, which is no outcome.
      error: (error) => isRejection(error) && over({ outcome: error.code, reason: error.message }),
    });
  }
}
