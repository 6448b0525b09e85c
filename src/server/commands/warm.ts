import { Option } from 'commander';
import { lastValueFrom } from 'rxjs';
import type { DependencyContainer } from 'tsyringe';
import { ORIGINAL, type SourceUri } from '../../domain/index.js';
import { assertCacheDirectory } from '../cache-directory.js';
import { positive } from '../flag-values.js';
import type { Options } from '../options.js';
import { atMost } from './at-most.js';
import { command } from './command.js';
import { type Fetched, fetching, patient } from './fetching.js';
import { nameOf } from './name-of.js';
import { print } from './print.js';
import { uriFrom } from './uri-from.js';
import { linesOf } from './warm/lines-of.js';
import { Summary } from './warm/summary.js';
import { withCatalogue } from './with-catalogue.js';
import { withProgress } from './with-progress.js';

interface WarmOptions {
  readonly concurrency: number;
  readonly avatars?: true;
}

/** Fetches many pictures before anybody looks at them, as far as they are declared and due. */
export const warm = command<WarmOptions>({
  usage: 'warm [file]',
  about: 'fetch pictures that are due, one URI, link or hexadecimal a line, from a file or the standard input',
  flags: [
    new Option('--concurrency <count>', 'pictures at once').argParser(positive).default(16),
    new Option('--avatars', 'make their avatars as well'),
  ],
  run: async (options, [file = '-']) => {
    assertCacheDirectory(options.dir);
    const { lines, size } = await linesOf(file);
    const summary = new Summary();
    await withCatalogue(patient(options), (_catalogue, parts) => {
      const warmed = warming(parts, options);
      return withProgress('warming', size, (step) =>
        atMost(options.concurrency, lines, async (line) => {
          const word = line.trim();
          if (word !== '' && !word.startsWith('#')) await warmLine(word, warmed, summary);
          step(size === undefined ? 1 : Buffer.byteLength(line) + 1);
        }),
      );
    });
    print(options, summary.document, summary.lines);
    return summary.failed === 0 ? 0 : 1;
  },
});

async function warmLine(word: string, warmed: Warming, summary: Summary): Promise<void> {
  const uri = uriFrom(word);
  if (!uri.url)
    return summary.add('bad line', {
      what: word,
      reason: 'neither an http or https URI, nor a link or hexadecimal of one',
    });
  const { outcome, reason } = await warmed(uri);
  summary.add(outcome, reason === undefined ? undefined : { what: nameOf(uri), reason });
}

type Warming = (uri: SourceUri) => Promise<Fetched>;

/** What the picture comes to; if it is well, and its avatar is not, what that comes to. */
function warming(parts: DependencyContainer, { avatars, avatarHeight }: Options & WarmOptions): Warming {
  const fetched = fetching(parts);
  return async (uri) => {
    const original = await lastValueFrom(fetched(uri, ORIGINAL));
    if (!original.served || !avatars || avatarHeight === 0) return original;
    const avatar = await lastValueFrom(fetched(uri, { kind: 'avatar', height: avatarHeight }));
    return avatar.served ? original : avatar;
  };
}
