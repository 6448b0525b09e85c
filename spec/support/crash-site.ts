import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { DiskSurvey } from '../../src/adapters/disk-survey.js';
import { DiskFiles, RedisCatalogue } from '../../src/adapters/index.js';
import { checksumOf, SourceUri } from '../../src/domain/index.js';
import type { Finding } from '../../src/server/commands/check/finding.js';
import { partsOf } from '../../src/server/commands/check/parts.js';
import { phasesOf } from '../../src/server/commands/check/phases.js';
import { LEFT, type Outcome, STALE } from '../corpus/crashes.js';
import { sends, startOrigin, type TestOrigin } from './origin.js';
import { redisCommand, type RedisServer, startRedisServer } from './redis-server.js';
import { type Service, startService, temporaryDirectory } from './service.js';

/** Where what is found lies; everything else is of the URI. */
const PLACES: Record<string, RegExp> = { [LEFT]: /^\.tmp\/[0-9a-f]{16}-\d+-/, [STALE]: /\.avatar-64\./ };

/** A service that is killed and started again, with a Redis, an origin and a cache directory of its own. */
export class CrashSite {
  readonly #directory: string;
  readonly #server: RedisServer;
  readonly #redis: Redis;
  readonly #origin: TestOrigin;
  #service: Service;
  #number = 0;

  private constructor(directory: string, server: RedisServer, origin: TestOrigin, service: Service) {
    this.#directory = directory;
    this.#service = service;
    this.#server = server;
    this.#redis = new Redis(server.port);
    this.#origin = origin;
  }

  static async open(): Promise<CrashSite> {
    const directory = temporaryDirectory();
    const server = await startRedisServer(redisCommand() ?? '');
    return new CrashSite(directory, server, await startOrigin(), await start(directory, server));
  }

  async close(): Promise<void> {
    await this.#service.stop();
    await this.#origin.close();
    this.#redis.disconnect();
    await this.#server.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** A picture that nobody has asked for. */
  async declare(): Promise<string> {
    const uri = `${this.#origin.url}/${++this.#number}.png`;
    await this.#redis.hset(`img/${uri}`, 'created_at', '1');
    return uri;
  }

  /** One that was asked for, and is kept. */
  async keep(bytes: Buffer): Promise<string> {
    const uri = await this.declare();
    this.sendsWhole(uri, bytes);
    expect(await this.get('img', uri)).toMatchObject({ status: 200, body: bytes });
    return uri;
  }

  /** Its hour of freshness is over. */
  async expire(uri: string): Promise<void> {
    await this.#redis.del(`img/updated/${uri}`);
  }

  get(collection: 'img' | 'avatars', uri: string): ReturnType<Service['get']> {
    return this.#service.get(collection, uri);
  }

  isKept(uri: string): boolean {
    return existsSync(new DiskFiles(this.#directory).pathOf(SourceUri.of(uri)));
  }

  sendsWhole(uri: string, bytes: Buffer, etag = '"e"'): void {
    this.#origin.on(pathOf(uri), sends('image/png', bytes, { etag }));
  }

  /** The service is killed when it has half of the bytes. */
  sendsHalf(uri: string, bytes: Buffer): void {
    this.#origin.on(pathOf(uri), (_, response) => {
      response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => this.#kill('SIGKILL'), 20));
    });
  }

  async killedAt(step: string, ask: () => Promise<unknown>): Promise<void> {
    const order = orderIn(this.#directory);
    writeFileSync(order, step);
    this.#kill('SIGUSR2');
    while (existsSync(order)) await delay(1);
    const ended = new Promise((resolve) => this.#service.process.once('exit', (_, signal) => resolve(signal)));
    await expect(ask()).rejects.toThrow();
    expect(await ended).toBe('SIGKILL');
  }

  /** After the kill: what is found, what is swept, what is served, and that one request heals it. */
  async expectOutcome(uri: string, [kinds, served]: Outcome, bytes: Buffer): Promise<void> {
    const found = await this.#findings();
    expect(found.map(({ kind }) => kind)).toEqual(kinds);
    for (const { kind, what } of found) expect(what).toMatch(PLACES[kind] ?? uri);
    this.#service = await start(this.#directory, this.#server);
    const names = readdirSync(this.#directory, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => name.startsWith('.tmp/'))).toEqual([]);
    this.#origin.on(pathOf(uri), (request) => request.socket.destroy());
    await this.#expectServed(uri, served);
    this.sendsWhole(uri, bytes);
    await this.expire(uri);
    await this.#expectServed(uri, bytes);
    expect(await this.#findings()).toEqual([]);
  }

  /** So that looking through everything takes no longer with each round. */
  async forgetAll(): Promise<void> {
    await this.#redis.flushdb();
    for (const name of readdirSync(this.#directory)) rmSync(join(this.#directory, name), { recursive: true });
  }

  #kill(signal: NodeJS.Signals): void {
    this.#service.process.kill(signal);
  }

  async #expectServed(uri: string, expected: Buffer | 404): Promise<void> {
    const { status, body, headers } = await this.get('img', uri);
    if (expected === 404) return expect(status).toBe(404);
    expect({ status, body }).toEqual({ status: 200, body: expected });
    expect(headers.get('etag')).toBe(`"${checksumOf(expected)}"`);
  }

  async #findings(): Promise<Finding[]> {
    const port = this.#server.port;
    const catalogue = new RedisCatalogue({ description: 'Redis', connection: { host: '127.0.0.1', port } });
    await catalogue.connect();
    const found = [];
    for (const phase of phasesOf(partsOf(catalogue.upkeep, new DiskSurvey(this.#directory), 0))) {
      for await (const finding of phase.findings(() => undefined)) found.push(finding);
    }
    await catalogue.close();
    return found;
  }
}

function pathOf(uri: string): string {
  return new URL(uri).pathname;
}

function start(directory: string, { port }: RedisServer): Promise<Service> {
  return startService({
    redis: `127.0.0.1:${port}/0`,
    directory,
    flags: ['--rest', '0'],
    preload: join(import.meta.dirname, 'crash-points.mjs'),
    env: { CRASH_AT: orderIn(directory) },
  });
}

/** The file that says at which step the service is to end. */
function orderIn(directory: string): string {
  return join(directory, 'crash-at');
}
