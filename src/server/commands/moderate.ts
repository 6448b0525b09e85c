import { Option } from 'commander';
import type { ModerationResult, ManagedCatalogue } from '../../adapters/index.js';
import type { SourceUri } from '../../domain/index.js';
import { StartFailure } from '../failure.js';
import { atMost } from './at-most.js';
import type { CommandOptions, ExitCode } from './command.js';
import { type Host, parseHost, picturesOf } from './host.js';
import { nameOf } from './name-of.js';
import { print } from './print.js';
import { urisFrom } from './uri-from.js';
import { withCatalogue } from './with-catalogue.js';
import { withProgress } from './with-progress.js';

export interface HostOption {
  readonly host?: Host;
}

export const HOST_FLAG = new Option('--host <host[:port]>', 'all declared pictures of this host').argParser(parseHost);

/**
 * Pictures of a host under way at once. To look for each on a long list of what is blocked takes Redis a millisecond,
 * in which running servers wait for it.
 */
const AT_ONCE = 16;

/** What came of one picture. */
interface Outcome {
  readonly change: ModerationResult;
  /** Files that were removed. */
  readonly removed: number;
}

/** What is done to each picture, and how it is called. */
interface Moderation {
  readonly verb: string;
  readonly participle: string;
  readonly apply: (catalogue: ManagedCatalogue, uri: SourceUri) => Promise<Outcome>;
}

/** Does the same to all pictures that were named, or that a host has, and tells. */
export async function moderate(
  options: CommandOptions & HostOption,
  words: readonly string[],
  moderation: Moderation,
): Promise<ExitCode> {
  const { host } = options;
  if (host === undefined && words.length === 0) {
    throw new StartFailure(`nothing to ${moderation.verb}; name pictures, or a host with --host`);
  }
  return withCatalogue(options, async (catalogue) => {
    const named = await moderateNamed(catalogue, urisFrom(words), moderation);
    const ofHost = host && (await moderateHost(catalogue, host, moderation));
    const document = { pictures: named.map(({ uri, ...outcome }) => ({ uri: `${uri}`, hex: uri.hex, ...outcome })) };
    print(options, ofHost ? { ...document, host: ofHost } : document, [
      ...named.map((outcome) => lineOf(outcome, moderation)),
      ...(ofHost ? [hostLineOf(ofHost, moderation)] : []),
    ]);
    return named.some(({ change }) => change === 'undeclared') ? 1 : 0;
  });
}

async function moderateNamed(catalogue: ManagedCatalogue, uris: readonly SourceUri[], { apply }: Moderation) {
  const outcomes: (Outcome & { readonly uri: SourceUri })[] = [];
  for (const uri of uris) outcomes.push({ uri, ...(await apply(catalogue, uri)) });
  return outcomes;
}

async function moderateHost(catalogue: ManagedCatalogue, host: Host, { apply, verb }: Moderation) {
  const name = host.port === undefined ? host.name : `${host.name}:${host.port}`;
  const counts = { name, changed: 0, unchanged: 0, undeclared: 0, removed: 0 };
  const { upkeep } = catalogue;
  await withProgress(`${verb}ing ${name}`, await upkeep.size(), async (step) => {
    await atMost(AT_ONCE, picturesOf(host, upkeep, step), async (uri) => {
      const { change, removed } = await apply(catalogue, uri);
      counts[change]++;
      counts.removed += removed;
    });
  });
  return counts;
}

function lineOf({ uri, change, removed }: Outcome & { readonly uri: SourceUri }, moderation: Moderation): string {
  const { verb, participle } = moderation;
  switch (change) {
    case 'changed':
      return `${participle}: ${nameOf(uri)}${removalOf(removed)}`;
    case 'unchanged':
      return `${participle} already: ${nameOf(uri)}${removalOf(removed)}`;
    case 'undeclared':
      return `not declared, so there is nothing to ${verb}: ${nameOf(uri)}`;
  }
}

function hostLineOf(counts: Awaited<ReturnType<typeof moderateHost>>, { participle }: Moderation): string {
  const { name, changed, unchanged, removed } = counts;
  return `${participle}: ${changed} pictures of ${name}; ${unchanged} were already${removalOf(removed)}`;
}

function removalOf(files: number): string {
  return files === 0 ? '' : ` (${files} ${files === 1 ? 'file' : 'files'} removed)`;
}
