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
  /** When a host that asked to be left alone may be asked again. */
  readonly #requested = new Map<string, number>();

  constructor({ scheduler = asyncScheduler, ...options }: BackOffOptions) {
    this.#options = { ...options };
    this.#scheduler = scheduler;
  }

  /** Milliseconds for which neither the URI nor its host is to be asked; 0 when it may be. */
  restOf(url: URL): number {
    const failed = [this.#uris.get(url.href), this.#hosts.get(url.host)].map((failures) => failures?.until ?? 0);
    const until = Math.max(...failed, this.#requested.get(url.host) ?? 0);
    return Math.max(0, until - this.#scheduler.now());
  }

  /** Asking for the URI failed. */
  failed(url: URL): void {
    this.#note(this.#uris, url.href, 1);
  }

  /** The whole host failed, be it the one of the declared URI or one that it redirected to. */
  hostFailed(url: URL): void {
    this.#note(this.#hosts, url.host, this.#options.failuresToOpen);
  }

  /** The host answered, well or not: its failures before no longer count. What it asked for still does. */
  answered(url: URL): void {
    this.#uris.delete(url.href);
    this.#hosts.delete(url.host);
  }

  /** The host asked to be left alone for so many seconds. */
  askedToWait(url: URL, seconds: number): void {
    const pause = Math.min(seconds * 1000, this.#options.longestRetryAfter);
    const until = Math.max(this.#scheduler.now() + pause, this.#requested.get(url.host) ?? 0);
    remember(this.#requested, url.host, until);
  }

  #note(failures: Map<string, Failures>, key: string, patience: number): void {
    const before = failures.get(key) ?? { count: 0, until: 0 };
    // Failures of what was under way already are the same failure.
    if (before.until > this.#scheduler.now()) return;
    const count = before.count + 1;
    const { firstPause, longestPause } = this.#options;
    const pause = count < patience ? 0 : Math.min(firstPause * 2 ** (count - patience), longestPause);
    remember(failures, key, { count, until: this.#scheduler.now() + pause });
  }
}

function remember<V>(memory: Map<string, V>, key: string, value: V): void {
  memory.delete(key);
  memory.set(key, value);
  if (memory.size > REMEMBERED) {
    const [oldest] = memory.keys();
    if (oldest !== undefined) memory.delete(oldest);
  }
}
