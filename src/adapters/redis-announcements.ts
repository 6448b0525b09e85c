import type { Redis } from 'ioredis';

/**
 * Milliseconds for which what is known counts after Redis has shown that nothing else was to be announced;
 * how often it is asked to show that; and after how long without anybody who wants to know it is not asked.
 */
const LEASE = 35;
const HEARTBEAT = 10;
const REST = 1000;

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
 * to the very connection that asks for it).
 *
 * A connection can be dead without anybody noticing. So it counts only for a moment after each answer to a
 * PING: as answers come in order, everything that was changed before the PING has been announced by then.
 * Times are those of `performance.now()`.
 */
export class RedisAnnouncements {
  readonly #commands: Redis;
  readonly #messages: Redis;
  /** Whether changes are being announced; the two times are of now, or of the last time that they were. */
  #isArmed = false;
  #armedAt = Infinity;
  #provenAt = -Infinity;
  #triedAt = -Infinity;
  #wantedAt = -Infinity;
  #heartbeat: NodeJS.Timeout | undefined;
  #pinging = false;

  /** @param messages A connection that is used for nothing else; it is opened when somebody first wants to know. */
  constructor(commands: Redis, messages: Redis) {
    this.#commands = commands;
    this.#messages = messages;
    messages.on('ready', () => void this.#arm());
    messages.on('close', () => this.#disarm());
    // The name may lead to another server by now.
    commands.on('close', () => this.#disarm());
    commands.on('ready', () => messages.status === 'ready' && messages.disconnect(true));
  }

  /** Whether changes are being announced, or nobody has wanted to know so far. */
  get areExpected(): boolean {
    return this.#isArmed || this.#messages.status === 'wait';
  }

  listen({ changed, flushed }: AnnouncementListener): void {
    this.#messages.on('messageBuffer', (_channel: Buffer, keys: unknown) => {
      if (Array.isArray(keys)) (keys as Buffer[]).forEach(changed);
      else flushed();
    });
  }

  /**
   * What was asked since then, and not announced to have changed, is as it was, but for the last moment
   * (35 ms). `Infinity` when nothing can be said.
   */
  currentSince(now: number): number {
    this.#wantedAt = now;
    this.#heartbeat ??= this.#begin();
    return this.#isArmed && now < this.#provenAt + LEASE ? this.#armedAt : Infinity;
  }

  /** When what was asked at `askedAt`, and not announced to have changed, was last known to be so. */
  confirmedAt(askedAt: number): number {
    return askedAt >= this.#armedAt ? Math.max(askedAt, this.#provenAt) : askedAt;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#messages.disconnect();
  }

  #begin(): NodeJS.Timeout {
    if (this.#messages.status === 'wait') this.#messages.connect().catch(() => undefined);
    // Until it is answered, all that comes after a rest has to ask.
    this.#beat();
    return setInterval(() => this.#beat(), HEARTBEAT).unref();
  }

  #beat(): void {
    const now = performance.now();
    if (now - this.#wantedAt > REST) {
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
    } else if (this.#isArmed) {
      if (!this.#pinging) void this.#ping(now);
    } else if (this.#messages.status === 'ready' && now - this.#triedAt > RETRY) {
      this.#renewConnection();
    }
  }

  async #ping(now: number): Promise<void> {
    this.#pinging = true;
    try {
      await this.#messages.ping();
      if (this.#isArmed) this.#provenAt = now;
    } catch {
      if (this.#isArmed) this.#renewConnection();
    } finally {
      this.#pinging = false;
    }
  }

  #renewConnection(): void {
    this.#disarm();
    this.#triedAt = performance.now();
    this.#messages.disconnect(true);
  }

  async #arm(): Promise<void> {
    const [messages, commands] = [this.#messages, this.#commands];
    this.#triedAt = performance.now();
    try {
      const id = await messages.client('ID');
      await messages.client('TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'PREFIX', 'img/');
      const [mine, theirs] = await Promise.all([messages, commands].map(runId));
      if (mine === undefined || mine !== theirs) return;
      await messages.subscribe(CHANNEL);
      this.#armedAt = performance.now();
      this.#provenAt = -Infinity;
      this.#isArmed = true;
    } catch {
      // A server that does not announce, or does not let us ask for it, is asked each time.
      this.#disarm();
    }
  }

  #disarm(): void {
    this.#isArmed = false;
  }
}

async function runId(redis: Redis): Promise<string | undefined> {
  return /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1];
}
