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
  /** Which attempt to have them announced is the latest, unless something has come between. */
  #arming: symbol | undefined;
  #triedAt = -Infinity;

  /** @param messages A connection that is used for nothing else; it is opened when somebody first wants to know. */
  constructor(commands: Redis, messages: Redis) {
    this.#commands = commands;
    this.#messages = messages;
    messages.on('ready', () => void this.#arm());
    messages.on('close', () => this.#disarm());
    // The name may lead to another server by now.
    commands.on('close', () => this.#disarm());
    commands.on('ready', () => {
      if (messages.status === 'ready') this.#renewConnection();
    });
  }

  /** Whether changes are being announced, or nobody has wanted to know so far. */
  get areExpected(): boolean {
    return this.since < Infinity || this.#messages.status === 'wait';
  }

  listen({ changed, flushed }: AnnouncementListener): void {
    this.#messages.on('messageBuffer', (_channel: Buffer, keys: unknown) => {
      if (Array.isArray(keys)) (keys as Buffer[]).forEach(changed);
      else flushed();
    });
  }

  /** What was asked since then, and not announced to have changed, is as it was when Redis last showed that. `Infinity` when nothing is announced. */
  get since(): number {
    return this.#pulse && !this.#pulse.isOver ? this.#pulse.begunAt : Infinity;
  }

  /** Whether Redis has shown that it has announced all that was changed until a moment ago (25 ms). */
  isShown(now: number): boolean {
    if (this.#pulse && !this.#pulse.isOver) return this.#pulse.isProven(now);
    this.#begin(now);
    return false;
  }

  /** The same for who has come at `now` and waits for it, with others: one round trip for all of them, or 10 ms and a turn of the event loop. */
  async shown(now: number): Promise<boolean> {
    return (await this.#pulse?.proof(now)) ?? false;
  }

  /** When what was asked at `askedAt`, and not announced to have changed, was last known to be so. */
  confirmedAt(askedAt: number): number {
    return this.#pulse && askedAt >= this.#pulse.begunAt ? Math.max(askedAt, this.#pulse.provenAt) : askedAt;
  }

  close(): void {
    this.#disarm();
    this.#messages.disconnect();
  }

  #begin(now: number): void {
    if (this.#messages.status === 'wait') this.#messages.connect().catch(() => undefined);
    else if (this.#messages.status === 'ready' && now - this.#triedAt > RETRY) this.#renewConnection();
  }

  #disarm(): void {
    this.#arming = undefined;
    this.#pulse?.end();
  }

  #renewConnection(): void {
    this.#disarm();
    this.#triedAt = performance.now();
    this.#messages.disconnect(true);
  }

  /** A server that does not announce, or does not let us ask for it, is asked each time. */
  async #arm(): Promise<void> {
    const [messages, commands] = [this.#messages, this.#commands];
    const arming = (this.#arming = Symbol());
    this.#triedAt = performance.now();
    try {
      const id = await messages.client('ID');
      await messages.client('TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'PREFIX', 'img/');
      const [mine, theirs] = await Promise.all([messages, commands].map(runId));
      // To subscribe on the next connection would keep that from ever asking for announcements.
      if (this.#arming !== arming || mine === undefined || mine !== theirs) return;
      await messages.subscribe(CHANNEL);
      if (this.#arming !== arming) return;
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
