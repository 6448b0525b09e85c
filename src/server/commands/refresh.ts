import { lastValueFrom } from 'rxjs';
import { ORIGINAL, type SourceUri } from '../../domain/index.js';
import { assertCacheDirectory } from '../cache-directory.js';
import { command } from './command.js';
import { type Fetched, fetching, patient } from './fetching.js';
import { nameOf } from './name-of.js';
import { print } from './print.js';
import { urisFrom } from './uri-from.js';
import { withCatalogue } from './with-catalogue.js';
import { withProgress } from './with-progress.js';

type Refreshed = Fetched & { readonly uri: SourceUri };

/** Fetches pictures now, however fresh they are, and keeps them. */
export const refresh = command({
  usage: 'refresh <picture...>',
  about: 'fetch pictures now, given by URI, link or hexadecimal, however fresh they are',
  run: async (options, words) => {
    assertCacheDirectory(options.dir);
    const uris = urisFrom(words);
    const refreshed: Refreshed[] = [];
    await withCatalogue(patient(options), ({ moderation }, parts) => {
      const fetched = fetching(parts);
      return withProgress('refreshing', uris.length, async (step) => {
        for (const uri of uris) {
          const { isBlocked } = await moderation.record(uri);
          if (!isBlocked) await moderation.expire(uri);
          refreshed.push({ uri, ...(await lastValueFrom(fetched(uri, ORIGINAL))) });
          step();
        }
      });
    });
    print(options, { pictures: refreshed.map(documentOf) }, refreshed.map(lineOf));
    return refreshed.every(isWell) ? 0 : 1;
  },
});

function isWell({ outcome }: Refreshed): boolean {
  return outcome === 'fetched' || outcome === 'not modified';
}

function documentOf({ uri, outcome, reason, served }: Refreshed): object {
  return {
    ...{ uri: `${uri}`, hex: uri.hex, outcome, reason: reason ?? null },
    ...{ type: served?.image.type ?? null, bytes: served?.image.body.length ?? null },
  };
}

function lineOf({ uri, outcome, reason, served }: Refreshed): string {
  const what = served ? ` (${served.image.type}, ${served.image.body.length} bytes)` : '';
  return `${outcome}: ${nameOf(uri)}${what}${reason === undefined ? '' : `: ${reason}`}`;
}
