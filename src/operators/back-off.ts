import { asyncScheduler, type SchedulerLike } from 'rxjs';

export interface BackOffOptions {
  /** Milliseconds a URI rests after its first failure; each further one doubles the pause. */
  readonly firstPause: number;
  /** The longest pause, in milliseconds. */
  readonly longestPause: number;
  /** Failures in a row, over all its URIs, after which a whole host rests. */
  readonly failuresToOpen: number;
  /** The longest rest a host may ask for with Retry-After, in milliseconds. */
  readonly longestRetryAfter: number;
  readonly scheduler?: SchedulerLike;
}

interface Failures {
  readonly count: number;
  readonly until: number;
}

/** Oldest entries are forgotten beyond this many, so that made-up URIs cannot fill the memory. */
const REMEMBERED = 10_000;

/** What this process remembers of origins that do not answer, so that they are left alone for a while. */
export class BackOff {
  readonly #options: BackOffOptions;
  readonly #scheduler: SchedulerLike;
  readonly #uris = new Map<string, Failures>();
  readonly #hosts = new Map<string, Failures>();

  constructor({ scheduler = asyncScheduler, ...options }: BackOffOptions) {
    this.#options = { ...options };
    this.#scheduler = scheduler;
  }

  /** Milliseconds for which neither the URI nor its host is to be asked; 0 when it may be. */
  restOf(url: URL): number {
    const until = Math.max(this.#uris.get(url.href)?.until ?? 0, this.#hosts.get(url.host)?.until ?? 0);
    return Math.max(0, until - this.#scheduler.now());
  }

  /** Asking for the URI failed, in a way that speaks against the whole host or not. */
  failed(url: URL, blames: 'host' | 'uri'): void {
    this.#note(this.#uris, url.href, 1);
    if (blames === 'host') this.#note(this.#hosts, url.host, this.#options.failuresToOpen);
  }

  /** The host answered, well or not: what it did before no longer counts. */
  answered(url: URL): void {
    this.#uris.delete(url.href);
    this.#hosts.delete(url.host);
  }

  /** The host asked to be left alone for so many seconds. */
  askedToWait(url: URL, seconds: number): void {
    const pause = Math.min(seconds * 1000, this.#options.longestRetryAfter);
    remember(this.#hosts, url.host, { count: 0, until: this.#scheduler.now() + pause });
  }

  #note(failures: Map<string, Failures>, key: string, patience: number): void {
    const count = (failures.get(key)?.count ?? 0) + 1;
    const { firstPause, longestPause } = this.#options;
    const pause = count < patience ? 0 : Math.min(firstPause * 2 ** (count - patience), longestPause);
    remember(failures, key, { count, until: this.#scheduler.now() + pause });
  }
}

function remember(failures: Map<string, Failures>, key: string, value: Failures): void {
  failures.delete(key);
  failures.set(key, value);
  if (failures.size > REMEMBERED) {
    const [oldest] = failures.keys();
    if (oldest !== undefined) failures.delete(oldest);
  }
}
