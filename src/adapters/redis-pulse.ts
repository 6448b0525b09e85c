import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/**
 * Milliseconds for which a connection is known to be alive after it was asked; how often it is asked; after how long without
 * anybody who wants to know it is not; and how long an answer is waited for.
 */
const LEASE = 25;
const BEAT = 10;
const REST = 1000;
const PATIENCE = 10;

/** PINGs without an answer, beyond which the clock sends no more. */
const MOST_OPEN = 3;

/** A PING, and whether its answer came in time. */
interface Ping {
  readonly at: number;
  readonly isAnswered: Promise<boolean>;
}

/**
 * Shows that a connection to Redis brings all that is sent on it. It can be dead without anybody noticing, so that it
 * counts only for a moment after each PING that was answered: as what Redis sends comes in order, all that it sent
 * before it got the PING is there by then. (What was changed in the same turn of Redis is announced right behind the answer,
 * and written with it.) Times are those of `performance.now()`.
 */
export class RedisPulse {
  readonly begunAt = performance.now();
  readonly #send: () => Promise<unknown>;
  readonly #lost: () => void;
  #provenAt = -Infinity;
  #wantedAt = -Infinity;
  #ping: Ping | undefined;
  #open = 0;
  #beating: NodeJS.Timeout | undefined;
  #isSilent = false;
  #isOver = false;

  /** @param lost Called when a PING is refused, unless it is over by then. */
  constructor(ping: () => Promise<unknown>, lost: () => void) {
    this.#send = ping;
    this.#lost = lost;
  }

  /** Whether nobody looks after it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** All that was sent before is there, as far as is known. */
  get provenAt(): number {
    return this.#provenAt;
  }

  /** Whether all that was sent until a moment ago (25 ms) is there. */
  isProven(now: number): boolean {
    if (this.#isOver) return false;
    this.#wantedAt = now;
    this.#beating ??= setInterval(() => this.#beat(), BEAT).unref();
    return now < this.#provenAt + LEASE;
  }

  /**
   * The same for who has come at `now` and waits for it. Whether it is silent is known after 10 ms and a turn of the event loop,
   * and then nobody waits until it is heard again.
   */
  async proof(now: number): Promise<boolean> {
    if (this.#isOver || this.#isSilent) return false;
    const ping = this.#ping && now < this.#ping.at + LEASE ? this.#ping : this.#ask(now);
    return (await ping.isAnswered) && !this.#isOver;
  }

  end(): void {
    this.#isOver = true;
    clearInterval(this.#beating);
  }

  #beat(): void {
    const now = performance.now();
    if (now - this.#wantedAt > REST) {
      clearInterval(this.#beating);
      this.#beating = undefined;
    } else if (this.#open < MOST_OPEN) {
      this.#ask(now);
    }
  }

  #ask(at: number): Ping {
    this.#ping = { at, isAnswered: Promise.race([this.#answer(at), this.#patience(at)]) };
    return this.#ping;
  }

  async #answer(at: number): Promise<boolean> {
    this.#open++;
    try {
      await this.#send();
    } catch {
      if (!this.#isOver) this.#lost();
      return false;
    } finally {
      this.#open--;
    }
    this.#provenAt = at;
    this.#isSilent = false;
    return true;
  }

  /** A turn of the event loop more: when it was late itself, the answer may have come without having been looked at. */
  async #patience(at: number): Promise<boolean> {
    await delay(PATIENCE, undefined, { ref: false });
    // One that does not keep the process alive would not come before something else wakes the event loop.
    await nextTurn();
    this.#isSilent = this.#provenAt < at;
    return !this.#isSilent;
  }
}
