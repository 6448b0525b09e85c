import type { Redis } from 'ioredis';
import { RedisPulse } from './redis-pulse.js';

/** Milliseconds after which a server that would not announce is asked to once more, on another connection. */
const RETRY = 5000;

const CHANNEL = '__redis__:invalidate';

export interface AnnouncementListener {
  /** A key was changed, is over or was evicted. */
  readonly changed: (key: Buffer) => void;
  /** Everything was removed. */
  readonly flushed: () => void;
}

/**
 * Tells what changes in Redis (client-side caching, `CLIENT TRACKING` in its broadcasting mode, redirected
 * to the very connection that asks for it), for as long as that connection shows that it brings all of it.
 * Times are those of `performance.now()`.
 */
export class RedisAnnouncements {
  readonly #commands: Redis;
  readonly #messages: Redis;
  /** Since changes were last announced; it is over when they are not any more. */
  #pulse: RedisPulse | undefined;
  #triedAt = -Infinity;

  /** @param messages A connection that is used for nothing else; it is opened when somebody first wants to know. */
  constructor(commands: Redis, messages: Redis) {
    this.#commands = commands;
    this.#messages = messages;
    messages.on('ready', () => void this.#arm());
    messages.on('close', () => this.#pulse?.end());
    // The name may lead to another server by now.
    commands.on('close', () => this.#pulse?.end());
    commands.on('ready', () => messages.status === 'ready' && messages.disconnect(true));
  }

  /** Whether changes are being announced, or nobody has wanted to know so far. */
  get areExpected(): boolean {
    const isHeard = this.#pulse !== undefined && !this.#pulse.isOver;
    return isHeard || this.#messages.status === 'wait';
  }

  listen({ changed, flushed }: AnnouncementListener): void {
    this.#messages.on('messageBuffer', (_channel: Buffer, keys: unknown) => {
      if (Array.isArray(keys)) (keys as Buffer[]).forEach(changed);
      else flushed();
    });
  }

  /**
   * What was asked since then, and not announced to have changed, is as it was, but for the last moment
   * (25 ms). `Infinity` when nothing can be said.
   */
  currentSince(now: number): number {
    const pulse = this.#pulse;
    if (pulse && !pulse.isOver) return pulse.isProven(now) ? pulse.begunAt : Infinity;
    this.#begin(now);
    return Infinity;
  }

  /** The same for who has come at `now` and waits for Redis to show it, with others: one round trip for all of them, 10 ms at most. */
  async shownSince(now: number): Promise<number> {
    const pulse = this.#pulse;
    return pulse && (await pulse.proof(now)) ? pulse.begunAt : Infinity;
  }

  /** When what was asked at `askedAt`, and not announced to have changed, was last known to be so. */
  confirmedAt(askedAt: number): number {
    return this.#pulse && askedAt >= this.#pulse.begunAt ? Math.max(askedAt, this.#pulse.provenAt) : askedAt;
  }

  close(): void {
    this.#pulse?.end();
    this.#messages.disconnect();
  }

  #begin(now: number): void {
    if (this.#messages.status === 'wait') this.#messages.connect().catch(() => undefined);
    else if (this.#messages.status === 'ready' && now - this.#triedAt > RETRY) this.#renewConnection();
  }

  #renewConnection(): void {
    this.#pulse?.end();
    this.#triedAt = performance.now();
    this.#messages.disconnect(true);
  }

  /** A server that does not announce, or does not let us ask for it, is asked each time. */
  async #arm(): Promise<void> {
    const [messages, commands] = [this.#messages, this.#commands];
    this.#triedAt = performance.now();
    try {
      const id = await messages.client('ID');
      await messages.client('TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'PREFIX', 'img/');
      const [mine, theirs] = await Promise.all([messages, commands].map(runId));
      if (mine === undefined || mine !== theirs) return;
      await messages.subscribe(CHANNEL);
      this.#pulse = new RedisPulse(
        () => messages.ping(),
        () => this.#renewConnection(),
      );
    } catch {
      // It is tried again with the next connection.
    }
  }
}

async function runId(redis: Redis): Promise<string | undefined> {
  return /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1];
}
