import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { DiskFiles } from '../../src/adapters/index.js';
import { SourceUri } from '../../src/domain/index.js';
import { redisCommand, startRedisServer } from '../../spec/support/redis-server.js';
import { startService, temporaryDirectory } from '../../spec/support/service.js';
import type { Server } from './process.js';

/** A Redis and a cache directory, to be filled with what the service finds there. */
export interface Stage {
  /** Starts the built service on them; origins may be on loopback. */
  readonly serve: (...flags: string[]) => Promise<Server>;
  /** Has another server stopped with ours. */
  readonly with: (starting: Promise<Server>) => Promise<Server>;
  /** An empty directory for such a server, which stays until the stage is closed. */
  readonly directory: () => string;
  /** Stops all servers that were started so far; what they keep stays. */
  readonly stopServers: () => Promise<void>;
  /** Declares pictures that are not kept. */
  readonly declare: (uris: readonly string[]) => Promise<void>;
  /** Keeps pictures of so many bytes, no two the same, as if they had just been fetched. Gives their paths. */
  readonly keep: (name: string, count: number, size: number) => Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** Files that are written at once, and URIs that are declared at once. */
const FILES = 100;
const URIS = 10_000;

/** Opens a stage for some work, and closes it whatever comes of that. */
export async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await openStage();
  try {
    return await work(stage);
  } finally {
    await stage.close();
  }
}

async function openStage(): Promise<Stage> {
  const server = await startRedisServer(redisCommand() ?? '');
  const redis = new Redis(server.port, { enableAutoPipelining: true });
  const directories: string[] = [];
  const servers: Server[] = [];

  const newDirectory = (): string => {
    const directory = temporaryDirectory();
    directories.push(directory);
    return directory;
  };

  const cache = newDirectory();
  const files = new DiskFiles(cache);
  const logs = newDirectory();

  const keepOne = async (uri: SourceUri, size: number): Promise<string> => {
    const bytes = randomBytes(size);
    const path = files.pathOf(uri);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    const checksum = createHash('sha1').update(bytes).digest('hex');
    await Promise.all([
      redis.hset(`img/${uri}`, { created_at: 1, type: 'image/png', checksum }),
      redis.set(`img/updated/${uri}`, new Date().toUTCString(), 'EX', 3600),
    ]);
    return pathOf('img', uri.toString());
  };

  const withServer = async (starting: Promise<Server>): Promise<Server> => {
    const started = await starting;
    servers.push(started);
    return started;
  };

  /** It logs to a file, since whoever reads a pipe takes some of the processors. */
  const startOurs = async (flags: readonly string[]): Promise<Server> => {
    const log = join(logs, randomUUID());
    const { url, process, stop } = await startService({
      ...{ redis: `localhost:${server.port}/0`, directory: cache, log, flags: ['-l', log, ...flags] },
    });
    return { url, pid: process.pid ?? 0, stop: async () => void (await stop()) };
  };

  const stopServers = async (): Promise<void> => {
    for (let one = servers.pop(); one; one = servers.pop()) await one.stop();
  };

  return {
    serve: (...flags) => withServer(startOurs(flags)),
    with: withServer,
    directory: newDirectory,
    stopServers,
    declare: async (uris) => {
      for (const some of batches(uris, URIS)) {
        const pipeline = redis.pipeline();
        for (const uri of some) pipeline.hset(`img/${uri}`, 'created_at', 1);
        await pipeline.exec();
      }
    },
    keep: async (name, count, size) => {
      const uris = Array.from({ length: count }, (_, at) => SourceUri.of(`http://origin.example/${name}/${at}.png`));
      const paths: string[] = [];
      for (const some of batches(uris, FILES))
        paths.push(...(await Promise.all(some.map((uri) => keepOne(uri, size)))));
      return paths;
    },
    close: async () => {
      await stopServers();
      redis.disconnect();
      await server.stop();
      for (const used of directories) rmSync(used, { recursive: true, force: true });
    },
  };
}

export function pathOf(collection: 'img' | 'avatars', uri: string): string {
  return `/${collection}/${SourceUri.of(uri).hex}`;
}

function* batches<T>(all: readonly T[], size: number): Iterable<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
