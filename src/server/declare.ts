import { pino } from 'pino';
import { RedisCatalogue } from '../adapters/index.js';
import { SourceUri } from '../domain/index.js';
import { assertCacheDirectory } from './cache-directory.js';
import { CATALOGUE, createContainer } from './container.js';
import { StartFailure } from './failure.js';
import { authority } from './listen-address.js';
import type { Options } from './options.js';

/** Declares images as the site's backend does, and prints where they are served. */
export async function declare(options: Options, uris: readonly string[]): Promise<void> {
  const images = uris.map(declarable);
  if (options.redis.kind === 'embedded') assertCacheDirectory(options.dir);
  const catalogue = createContainer(options, pino({ enabled: false })).resolve(CATALOGUE);
  try {
    if (catalogue instanceof RedisCatalogue) await catalogue.redis.connect();
    for (const uri of images) {
      const isNew = await catalogue.declare(uri);
      process.stdout.write(`${isNew ? 'declared' : 'declared already'}: ${uri}\n${links(options, uri)}`);
    }
  } catch (error) {
    throw new StartFailure(`cannot declare in ${catalogue.description}: ${(error as Error).message}; is -r right?`);
  } finally {
    await catalogue.close();
  }
}

function declarable(text: string): SourceUri {
  const uri = SourceUri.of(text);
  if (!uri.url)
    throw new StartFailure(
      `cannot declare ${JSON.stringify(text)}: give an absolute http or https URI, without credentials`,
    );
  return uri;
}

function links({ addr: { host = '127.0.0.1', port } }: Options, uri: SourceUri): string {
  // A slash, even an encoded one, would end the name.
  const name = uri.url?.pathname.split('/').at(-1)?.replaceAll(/%2f/gi, '_') || 'image';
  const base = `http://${authority(host, port)}`;
  return ['img', 'avatars'].map((route) => `  ${base}/${route}/${uri.hex.toUpperCase()}/${name}\n`).join('');
}
