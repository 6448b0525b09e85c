import { LRUCache } from 'lru-cache';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { checkNumbers } from '../domain/check-numbers.js';

/** How long failing origins rest, if not said: half a minute to ten minutes, an hour at most if they ask for it. */
export const BACK_OFF_DEFAULTS = {
  firstPause: 30_000,
  longestPause: 600_000,
  jitter: 0.2,
  failuresToOpen: 10,
  longestRetryAfter: 3_600_000,
} as const;

/** How long failing origins rest; see `BACK_OFF_DEFAULTS`. */
export interface BackOffOptions {
  /** Milliseconds a URI rests after its first failure; each further one doubles the pause. */
  readonly firstPause?: number;
  /** The longest pause, in milliseconds. */
  readonly longestPause?: number;
  /**
   * The part of a pause, from 0 to 1, that chance may take away, so that what failed together is not
   * tried again together.
   */
  readonly jitter?: number;
  /** Failures in a row, over all its URIs, after which a whole host rests. */
  readonly failuresToOpen?: number;
  /** The longest rest a host may ask for with Retry-After, in milliseconds. */
  readonly longestRetryAfter?: number;
  /** The clock of the pauses; `asyncScheduler`, if not said. */
  readonly scheduler?: SchedulerLike;
}

/** What keeps a URL from being asked for. */
export interface Rest {
  /** It failed itself, its host did, or its host asked for it with Retry-After. */
  readonly cause: 'uri' | 'host' | 'retry-after';
  /** Milliseconds since the epoch. */
  readonly until: number;
}

interface Failures {
  readonly count: number;
  readonly until: number;
  /** One request is under way to see whether the host is well again. */
  readonly onProbation?: boolean;
}

/** The least recently used is forgotten beyond so many, or so many characters of them: made-up URIs cannot fill the memory. */
const REMEMBERED = { max: 10_000, maxSize: 4_000_000, sizeCalculation: (_: unknown, key: string) => key.length };

/**
 * What this process remembers of origins that do not answer, so that they are left alone for a while.
 *
 * A host is a circuit breaker: closed until it failed so many times in a row, then open for a pause,
 * then half-open: one request goes through, the others go on resting until it was answered.
 */
export class BackOff {
  readonly #options: Required<Omit<BackOffOptions, 'scheduler'>>;
  readonly #scheduler: SchedulerLike;
  readonly #uris = new LRUCache<string, Failures>(REMEMBERED);
  readonly #hosts = new LRUCache<string, Failures>(REMEMBERED);
  /** When a host that asked to be left alone may be asked again. */
  readonly #requested = new LRUCache<string, number>(REMEMBERED);

  constructor({
    firstPause = BACK_OFF_DEFAULTS.firstPause,
    longestPause = BACK_OFF_DEFAULTS.longestPause,
    jitter = BACK_OFF_DEFAULTS.jitter,
    failuresToOpen = BACK_OFF_DEFAULTS.failuresToOpen,
    longestRetryAfter = BACK_OFF_DEFAULTS.longestRetryAfter,
    scheduler = asyncScheduler,
  }: BackOffOptions = {}) {
    checkNumbers({ firstPause, longestPause, longestRetryAfter }, 0);
    checkNumbers({ jitter }, 0, 1);
    checkNumbers({ failuresToOpen }, 1);
    this.#options = { firstPause, longestPause, jitter, failuresToOpen, longestRetryAfter };
    this.#scheduler = scheduler;
  }

  /** Milliseconds for which neither the URI nor its host is to be asked; 0 when it may be. */
  remainingRest(url: URL): number {
    const rest = this.restFor(url);
    return rest ? rest.until - this.#scheduler.now() : 0;
  }

  /** The longest of its rests, when there is any. */
  restFor({ href, host }: URL): Rest | undefined {
    const rests: Rest[] = [
      { cause: 'uri', until: this.#uris.get(href)?.until ?? 0 },
      { cause: 'host', until: this.#hosts.get(host)?.until ?? 0 },
      { cause: 'retry-after', until: this.#requested.get(host) ?? 0 },
    ];
    return rests
      .filter((rest) => this.#stands(rest))
      .reduce<Rest | undefined>(
        (longest, rest) => (longest && longest.until >= rest.until ? longest : rest),
        undefined,
      );
  }

  /** How many URIs and hosts rest, by what their rest is for. */
  get restCounts(): Readonly<Record<Rest['cause'], number>> {
    const count = (cause: Rest['cause'], ends: number[]) =>
      ends.filter((until) => this.#stands({ cause, until })).length;
    const endsOf = (failures: LRUCache<string, Failures>) => [...failures.values()].map(({ until }) => until);
    return {
      uri: count('uri', endsOf(this.#uris)),
      host: count('host', endsOf(this.#hosts)),
      'retry-after': count('retry-after', [...this.#requested.values()]),
    };
  }

  /** The host is about to be asked. If it was resting, nobody else asks before it has answered or the pause is over. */
  asking({ host }: URL): void {
    const { failuresToOpen, firstPause } = this.#options;
    const { count = 0 } = this.#hosts.get(host) ?? {};
    if (count < failuresToOpen) return;
    this.#hosts.set(host, { count, until: this.#scheduler.now() + firstPause, onProbation: true });
  }

  /** Asking for the URI failed. */
  failed(url: URL): void {
    this.#note(this.#uris, url.href, 1);
  }

  /** Asking for the URI went well, or went wrong in a way that is remembered elsewhere. */
  answered(url: URL): void {
    this.#uris.delete(url.href);
  }

  /** The whole host failed, be it the one of the declared URI or one that it redirected to. */
  hostFailed(url: URL): void {
    this.#note(this.#hosts, url.host, this.#options.failuresToOpen);
  }

  /** The host answered, well or not: its failures before no longer count. What it asked for still does. */
  hostAnswered(url: URL): void {
    this.#hosts.delete(url.host);
  }

  /** The host asked to be left alone for so many milliseconds. */
  askedToWait(url: URL, milliseconds: number): void {
    const pause = Math.min(milliseconds, this.#options.longestRetryAfter);
    const until = this.#scheduler.now() + pause;
    const before = { cause: 'retry-after', until: this.#requested.get(url.host) ?? 0 } as const;
    this.#requested.set(url.host, this.#stands(before) ? Math.max(until, before.until) : until);
  }

  #note(failures: LRUCache<string, Failures>, key: string, patience: number): void {
    const { count = 0, until = 0, onProbation = false } = failures.get(key) ?? {};
    // Failures of what was under way already are the same failure.
    if (this.#stands({ cause: 'uri', until }) && !onProbation) return;
    failures.set(key, { count: count + 1, until: this.#scheduler.now() + this.#pause(count + 1 - patience) });
  }

  /** Whether a rest is not over. One that would last longer than any can began before the clock was set back. */
  #stands({ cause, until }: Rest): boolean {
    const { firstPause, longestPause, longestRetryAfter } = this.#options;
    const left = until - this.#scheduler.now();
    return left > 0 && left <= (cause === 'retry-after' ? longestRetryAfter : Math.max(firstPause, longestPause));
  }

  /** Full jitter would let some come back at once; these pauses keep their order of magnitude. */
  #pause(doublings: number): number {
    if (doublings < 0) return 0;
    const { firstPause, longestPause, jitter } = this.#options;
    return Math.min(firstPause * 2 ** doublings, longestPause) * (1 - jitter * Math.random());
  }
}
