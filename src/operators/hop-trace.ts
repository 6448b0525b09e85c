import type { SchedulerLike } from 'rxjs';
import type { Hop, OriginResponse, ExchangeProgress, Timings } from '../domain/index.js';

/** Takes down one exchange; its methods are there to be handed on as they are. */
export class HopTrace {
  readonly #url: URL;
  readonly #scheduler: SchedulerLike;
  readonly #startedAt: number;
  readonly #timings: Partial<Record<keyof Timings, number>> = {};
  #phaseStartedAt: number;
  #endedAt: number | undefined;
  #address: string | undefined;
  #status: number | undefined;

  /** The exchange begins. */
  constructor(url: URL, scheduler: SchedulerLike) {
    this.#url = url;
    this.#scheduler = scheduler;
    this.#startedAt = this.#phaseStartedAt = scheduler.now();
  }

  readonly progress = (progress: ExchangeProgress): void => {
    if (progress.kind === 'resolved') this.#finish('dns');
    else if (progress.kind === 'connected') this.#finish('connect');
    else this.#address = progress.address;
  };

  readonly answered = ({ status }: OriginResponse): void => {
    this.#status = status;
    this.#finish('firstByte');
  };

  readonly downloaded = (): void => this.#finish('body');

  readonly ended = (): void => {
    this.#endedAt = this.#scheduler.now();
  };

  get hop(): Hop {
    const [address, status] = [this.#address, this.#status];
    return {
      url: this.#url,
      ...(address === undefined ? {} : { address }),
      ...(status === undefined ? {} : { status }),
      duration: (this.#endedAt ?? this.#scheduler.now()) - this.#startedAt,
      timings: { ...this.#timings },
    };
  }

  #finish(phase: keyof Timings): void {
    const now = this.#scheduler.now();
    this.#timings[phase] = now - this.#phaseStartedAt;
    this.#phaseStartedAt = now;
  }
}
