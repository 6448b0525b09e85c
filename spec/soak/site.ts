import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { redisCommand, type RedisServer, startRedisServer } from '../support/redis-server.js';
import type { Chance } from './chance.js';
import type { Subject } from './web.js';

/** A moment at which nothing of what the site said is in doubt: same Redis, everything declared. */
interface Standing {
  readonly epoch: number;
  readonly block: 'blocked' | 'open' | 'changing';
  readonly changes: number;
}

/** Milliseconds within which what the site says takes effect. */
const SOON = 50;

/** The site: it declares its pictures, blocks and unblocks them, and its Redis is lost now and then. */
export class Site {
  readonly #subjects: readonly Subject[];
  readonly #blocks = new Map<string, { state: Standing['block']; changes: number }>();
  #server: RedisServer;
  #client: Redis;
  #isUp = true;
  #epoch = 0;

  private constructor(subjects: readonly Subject[], server: RedisServer) {
    this.#subjects = subjects;
    this.#server = server;
    this.#client = connected(server.port);
  }

  static async open(subjects: readonly Subject[]): Promise<Site> {
    const site = new Site(subjects, await startRedisServer(redisCommand() ?? ''));
    await site.#declareAll();
    return site;
  }

  get port(): number {
    return this.#server.port;
  }

  get restarts(): number {
    return this.#epoch;
  }

  /** What stands at this moment; `undefined` while Redis is away or not yet told everything again. */
  standing({ uri }: Subject): Standing | undefined {
    const { state = 'open', changes = 0 } = this.#blocks.get(uri) ?? {};
    return this.#isUp ? { epoch: this.#epoch, block: state, changes } : undefined;
  }

  async toggle({ uri }: Subject): Promise<void> {
    const { state = 'open', changes = 0 } = this.#blocks.get(uri) ?? {};
    if (!this.#isUp || state === 'changing') return;
    this.#blocks.set(uri, { state: 'changing', changes: changes + 1 });
    const key = `img/${uri}`;
    const told = state === 'open' ? this.#client.hset(key, 'status', 'Blocked') : this.#client.hdel(key, 'status');
    // When Redis is lost meanwhile, everything is told again anyway.
    await told.catch(() => undefined);
    await delay(SOON);
    this.#blocks.set(uri, { state: state === 'open' ? 'blocked' : 'open', changes: changes + 2 });
  }

  /** Lets a picture be refreshed by whoever asks next. */
  async expire({ uri }: Subject): Promise<void> {
    await this.#client.del(`img/updated/${uri}`, `img/err/${uri}`).catch(() => undefined);
  }

  /** Everything that Redis knew is lost; the site tells it what it knows itself. */
  async restart(chance: Chance): Promise<void> {
    this.#isUp = false;
    this.#epoch++;
    await this.#server.stop();
    await delay(chance.below(700));
    this.#server = await startRedisServer(redisCommand() ?? '', this.port);
    this.#client.disconnect();
    this.#client = connected(this.port);
    await this.#declareAll();
    // We have found it by then; until that it is in trouble for us.
    await delay(2000);
    this.#isUp = true;
  }

  async close(): Promise<void> {
    this.#client.disconnect();
    await this.#server.stop();
  }

  async #declareAll(): Promise<void> {
    for (const { uri } of this.#subjects) {
      const blocked = this.#blocks.get(uri)?.state === 'blocked';
      await this.#client.hset(`img/${uri}`, { created_at: '1', ...(blocked ? { status: 'Blocked' } : {}) });
    }
  }
}

function connected(port: number): Redis {
  return new Redis(port, { maxRetriesPerRequest: 0, commandTimeout: 3000 }).on('error', () => undefined);
}
