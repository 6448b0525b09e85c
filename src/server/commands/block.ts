import { Option } from 'commander';
import { DiskSurvey } from '../../adapters/disk-survey.js';
import type { ManagedCatalogue } from '../../adapters/index.js';
import type { SourceUri } from '../../domain/index.js';
import { assertCacheDirectory } from '../cache-directory.js';
import { command } from './command.js';
import { HOST_FLAG, type HostOption, moderate } from './moderate.js';

interface BlockOptions extends HostOption {
  readonly purge?: true;
}

/** Blocks pictures at once, in every running server. */
export const block = command<BlockOptions>({
  usage: 'block [picture...]',
  about: 'block pictures, given by URI, link or hexadecimal, or all of a host',
  flags: [HOST_FLAG, new Option('--purge', 'remove what is kept of them from the disk as well')],
  run: (options, words) => {
    const survey = options.purge && new DiskSurvey(options.dir);
    if (survey) assertCacheDirectory(options.dir);
    return moderate(options, words, {
      verb: 'block',
      participle: 'blocked',
      apply: async (catalogue, uri) => {
        const change = await catalogue.moderation.block(uri);
        // Not before: nothing is kept any more of what is blocked.
        const removed = survey && change !== 'undeclared' ? await purge(catalogue, survey, uri) : 0;
        return { change, removed };
      },
    });
  },
});

/** The files first: what is cut short is a record without a file, which is fetched anew when it is unblocked. */
async function purge({ moderation, upkeep }: ManagedCatalogue, survey: DiskSurvey, uri: SourceUri): Promise<number> {
  const removed = await survey.purge(uri);
  const { stored } = await moderation.record(uri);
  await upkeep.forget(uri, stored.checksum ?? '');
  return removed;
}
