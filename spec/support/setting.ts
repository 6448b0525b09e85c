import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { EmbeddedCatalogue } from '../../src/adapters/index.js';
import { SourceUri } from '../../src/domain/index.js';
import { startOrigin, type TestOrigin } from './origin.js';
import { freshRedis, redisUrl } from './redis.js';
import {
  type Ended,
  type Service,
  type ServiceOptions,
  startCommand,
  startService,
  temporaryDirectory,
} from './service.js';

/** What the service can keep its catalogue in; the specs of what it does run once for each. */
export const STORES = [
  { name: 'redis', skip: redisUrl === null },
  { name: 'embedded', skip: false },
] as const;

/** A service, the site that it works for, and an origin. */
export interface Setting {
  readonly service: Service;
  readonly origin: TestOrigin;
  readonly declare: (uri: string | Buffer) => Promise<void>;
  /** Lets the origin answer a path as told, and declares its URI. */
  readonly publish: (path: string, listener: RequestListener) => Promise<string>;
  /** Runs a command on the same catalogue and cache directory. */
  readonly command: (args: readonly string[], input?: string) => Promise<Ended>;
  readonly close: () => Promise<void>;
}

export interface RedisSetting extends Setting {
  readonly redis: Redis;
}

interface SettingOptions extends Omit<ServiceOptions, 'redis'> {
  /** The address of the origin; 127.0.0.1 if not said otherwise. */
  readonly originHost?: string;
}

export async function openSetting(store: 'redis' | 'embedded', options: SettingOptions = {}): Promise<Setting> {
  return store === 'redis' ? openRedisSetting(options) : openEmbeddedSetting(options);
}

export async function openRedisSetting(options: SettingOptions = {}): Promise<RedisSetting> {
  const { address, client } = await freshRedis();
  const service = await startService({ redis: address, ...options });
  const declare = async (uri: string | Buffer) => {
    await client.hset(Buffer.concat([Buffer.from('img/'), Buffer.from(uri)]), 'created_at', '1');
  };
  return {
    redis: client,
    ...(await withOrigin(options, address, service, declare, () => Promise.resolve(client.disconnect()))),
  };
}

async function openEmbeddedSetting(options: SettingOptions): Promise<Setting> {
  const directory = temporaryDirectory();
  const service = await startService({ redis: 'embedded', directory, ...options });
  const catalogue = new EmbeddedCatalogue({ path: join(directory, 'catalogue.lmdb') });
  const declare = async (uri: string | Buffer) => {
    await catalogue.declare(SourceUri.of(uri));
  };
  return withOrigin(options, 'embedded', service, declare, () => catalogue.close());
}

async function withOrigin(
  { originHost }: SettingOptions,
  store: string,
  service: Service,
  declare: Setting['declare'],
  closeStore: () => Promise<void>,
): Promise<Setting> {
  const origin = await startOrigin(originHost);
  return {
    service,
    origin,
    declare,
    publish: async (path, listener) => {
      origin.on(path, listener);
      await declare(origin.url + path);
      return origin.url + path;
    },
    command: (args, input) =>
      startCommand([...args, '-r', store, '-d', service.directory, '--allow-network', '127.0.0.0/8'], input),
    close: async () => {
      await closeStore();
      await service.stop();
      await origin.close();
    },
  };
}
