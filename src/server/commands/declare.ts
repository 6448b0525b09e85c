import { SourceUri } from '../../domain/index.js';
import { StartFailure } from '../failure.js';
import { authority } from '../listen-address.js';
import type { Options } from '../options.js';
import { command } from './command.js';
import { print } from './print.js';
import { withCatalogue } from './with-catalogue.js';
import { withProgress } from './with-progress.js';

interface Declared {
  readonly uri: string;
  /** `false` when it was declared before. */
  readonly isNew: boolean;
  /** Where it is served: the picture, and the avatar. */
  readonly links: readonly string[];
}

/** Declares images as the site's backend does, and prints where they are served. */
export const declare = command({
  usage: 'declare <uri...>',
  about: 'declare images, as the site does, and print their links',
  run: async (options, uris) => {
    const images = uris.map(declarable);
    const declared: Declared[] = [];
    await withCatalogue(options, (catalogue) =>
      withProgress('declaring', images.length, async (step) => {
        for (const uri of images) {
          declared.push({ uri: `${uri}`, isNew: await catalogue.declare(uri), links: linksOf(uri, options) });
          step();
        }
      }),
    );
    print(options, { declared }, declared.flatMap(linesOf));
    return 0;
  },
});

function declarable(text: string): SourceUri {
  const uri = SourceUri.of(text);
  if (!uri.url)
    throw new StartFailure(
      `cannot declare ${JSON.stringify(text)}: give an absolute http or https URI, without credentials`,
    );
  return uri;
}

function linksOf(uri: SourceUri, { addr: { host = '127.0.0.1', port } }: Options): string[] {
  // A slash, even an encoded one, would end the name.
  const name = uri.url?.pathname.split('/').at(-1)?.replaceAll(/%2f/gi, '_') || 'image';
  const base = `http://${authority(host, port)}`;
  return ['img', 'avatars'].map((route) => `${base}/${route}/${uri.hex.toUpperCase()}/${name}`);
}

function linesOf({ uri, isNew, links }: Declared): string[] {
  return [`${isNew ? 'declared' : 'declared already'}: ${uri}`, ...links.map((link) => `  ${link}`)];
}
