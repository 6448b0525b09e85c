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

/** When a rest began and when it ends, in milliseconds since the epoch. */
interface Span {
  readonly since: number;
  readonly until: number;
}

interface Failures extends Span {
  readonly count: number;
  /** One request is under way to see whether the host is well again. */
  readonly onProbation?: boolean;
}

/** The least recently used is forgotten beyond so many, or so many characters of them: made-up URIs cannot fill the memory. */
const REMEMBERED = { max: 10_000, maxSize: 4_000_000, sizeCalculation: (_: unknown, key: string) => key.length + 1 };

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
  readonly #requested = new LRUCache<string, Span>(REMEMBERED);

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
      { cause: 'uri', until: this.#endOf(this.#uris.get(href)) },
      { cause: 'host', until: this.#endOf(this.#hosts.get(host)) },
      { cause: 'retry-after', until: this.#endOf(this.#requested.get(host)) },
    ];
    return rests
      .filter(({ until }) => until > 0)
      .reduce<Rest | undefined>(
        (longest, rest) => (longest && longest.until >= rest.until ? longest : rest),
        undefined,
      );
  }

  /** How many URIs and hosts rest, by what their rest is for. */
  get restCounts(): Readonly<Record<Rest['cause'], number>> {
    const count = (spans: Iterable<Span>) => [...spans].filter((span) => this.#endOf(span) > 0).length;
    return {
      uri: count(this.#uris.values()),
      host: count(this.#hosts.values()),
      'retry-after': count(this.#requested.values()),
    };
  }

  /** The host is about to be asked. If it was resting, nobody else asks before it has answered or the pause is over. */
  asking({ host }: URL): void {
    const { failuresToOpen, firstPause } = this.#options;
    const { count = 0 } = this.#hosts.get(host) ?? {};
    if (count < failuresToOpen) return;
    this.#hosts.set(host, { count, ...this.#from(firstPause), onProbation: true });
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
    const { since, until } = this.#from(pause);
    this.#requested.set(url.host, { since, until: Math.max(until, this.#endOf(this.#requested.get(url.host))) });
  }

  #note(failures: LRUCache<string, Failures>, key: string, patience: number): void {
    const before = failures.get(key);
    // Failures of what was under way already are the same failure.
    if (this.#endOf(before) > 0 && !before?.onProbation) return;
    const count = (before?.count ?? 0) + 1;
    failures.set(key, { count, ...this.#from(this.#pause(count - patience)) });
  }

  #from(pause: number): Span {
    const since = this.#scheduler.now();
    return { since, until: since + pause };
  }

  /** When a rest ends; 0 when it is over, as is one that has not begun yet: then the clock was set back. */
  #endOf({ since, until }: Span = { since: 0, until: 0 }): number {
    const now = this.#scheduler.now();
    return since <= now && now < until ? until : 0;
  }

  /** Full jitter would let some come back at once; these pauses keep their order of magnitude. */
  #pause(doublings: number): number {
    if (doublings < 0) return 0;
    const { firstPause, longestPause, jitter } = this.#options;
    return Math.min(firstPause * 2 ** doublings, longestPause) * (1 - jitter * Math.random());
  }
}
