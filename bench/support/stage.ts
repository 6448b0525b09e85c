import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Redis } from 'ioredis';
import { DiskFiles } from '../../src/adapters/index.js';
import { SourceUri } from '../../src/domain/index.js';
import { redisCommand, startRedisServer } from '../../spec/support/redis-server.js';
import { type Service, startService, temporaryDirectory } from '../../spec/support/service.js';

/** A Redis and a cache directory, to be filled with what the service finds there. */
export interface Stage {
  readonly redis: Redis;
  readonly directory: string;
  /** Starts the built service on them. */
  readonly serve: (...flags: string[]) => Promise<Service>;
  /** Keeps pictures of so many bytes, no two the same, as if they had just been fetched. Gives their paths. */
  readonly keep: (name: string, count: number, size: number) => Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** Files that are written at once. */
const BATCH = 100;

export async function openStage(): Promise<Stage> {
  const server = await startRedisServer(redisCommand() ?? '');
  const redis = new Redis(server.port, { enableAutoPipelining: true });
  const directory = temporaryDirectory();
  const files = new DiskFiles(directory);
  const services: Service[] = [];

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
    return `/img/${uri.hex}`;
  };

  return {
    redis,
    directory,
    serve: async (...flags) => {
      const service = await startService({ redis: `localhost:${server.port}/0`, directory, flags });
      services.push(service);
      return service;
    },
    keep: async (name, count, size) => {
      const uris = Array.from({ length: count }, (_, at) => SourceUri.of(`http://origin.example/${name}/${at}.png`));
      const paths: string[] = [];
      for (let at = 0; at < count; at += BATCH) {
        paths.push(...(await Promise.all(uris.slice(at, at + BATCH).map((uri) => keepOne(uri, size)))));
      }
      return paths;
    },
    close: async () => {
      for (const service of services) await service.stop();
      redis.disconnect();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
