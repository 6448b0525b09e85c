import type { Redis } from 'ioredis';

/**
 * Milliseconds for which what is known counts after Redis has shown that nothing else was to be announced;
 * how often it is asked to show that; and after how long without anybody who wants to know it is not asked.
 */
const LEASE = 35;
const HEARTBEAT = 10;
const REST = 1000;

const CHANNEL = '__redis__:invalidate';

export interface AnnouncementListener {
  /** A key was changed, is over or was evicted. */
  changed(key: Buffer): void;
  /** Anything may have changed. */
  lost(): void;
}

/**
 * Tells what changes in Redis (client-side caching, `CLIENT TRACKING` in its broadcasting mode, redirected
 * to the very connection that asks for it).
 *
 * A connection can be dead without anybody noticing. So it counts only for a moment after each answer to a
 * PING: as answers come in order, everything that was changed before the PING has been announced by then.
 */
export class RedisAnnouncements {
  readonly #commands: Redis;
  readonly #messages: Redis;
  readonly #listener: AnnouncementListener;
  #isArmed = false;
  #currentUntil = 0;
  #wantedAt = -Infinity;
  #heartbeat: NodeJS.Timeout | undefined;
  #pinging = false;

  /** @param messages A connection that is used for nothing else; it is opened when somebody first wants to know. */
  constructor(commands: Redis, messages: Redis, listener: AnnouncementListener) {
    this.#commands = commands;
    this.#messages = messages;
    this.#listener = listener;
    messages.on('ready', () => void this.#arm());
    messages.on('close', () => this.#disarm());
    messages.on('messageBuffer', (_channel: Buffer, keys: unknown) => this.#heard(keys));
    // The name may lead to another server by now.
    commands.on('close', () => this.#disarm());
    commands.on('ready', () => messages.status === 'ready' && messages.disconnect(true));
  }

  /** Whether everything that was changed more than a moment (35 ms) before `now` has been announced. */
  isCurrent(now: number): boolean {
    this.#wantedAt = now;
    this.#heartbeat ??= this.#begin();
    return now < this.#currentUntil;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#messages.disconnect();
  }

  #begin(): NodeJS.Timeout {
    if (this.#messages.status === 'wait') this.#messages.connect().catch(() => undefined);
    return setInterval(() => this.#beat(), HEARTBEAT).unref();
  }

  #beat(): void {
    const now = performance.now();
    if (now - this.#wantedAt > REST) {
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
    } else if (this.#isArmed && !this.#pinging) void this.#ping(now);
  }

  async #ping(now: number): Promise<void> {
    this.#pinging = true;
    try {
      await this.#messages.ping();
      if (this.#isArmed) this.#currentUntil = now + LEASE;
    } catch {
      this.#messages.disconnect(true);
    } finally {
      this.#pinging = false;
    }
  }

  async #arm(): Promise<void> {
    const [messages, commands] = [this.#messages, this.#commands];
    try {
      const id = await messages.client('ID');
      await messages.client('TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'PREFIX', 'img/');
      const [mine, theirs] = await Promise.all([messages, commands].map(runId));
      await messages.subscribe(CHANNEL);
      this.#listener.lost();
      this.#isArmed = mine !== undefined && mine === theirs;
    } catch {
      // A server that does not announce, or does not let us ask for it, is asked each time.
      this.#disarm();
    }
  }

  #disarm(): void {
    this.#isArmed = false;
    this.#currentUntil = 0;
    this.#listener.lost();
  }

  #heard(keys: unknown): void {
    if (Array.isArray(keys)) for (const key of keys as Buffer[]) this.#listener.changed(key);
    else this.#listener.lost();
  }
}

async function runId(redis: Redis): Promise<string | undefined> {
  return /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1];
}
