import type { CatalogueRecord } from '../../adapters/index.js';
import type { SourceUri } from '../../domain/index.js';
import { command } from './command.js';
import { nameOf } from './name-of.js';
import { print } from './print.js';
import { type State, stateOf } from './state.js';
import { moment } from './moment.js';
import { withCatalogue } from './with-catalogue.js';

interface Listed {
  readonly uri: SourceUri;
  readonly state: State;
  readonly record: CatalogueRecord;
}

/** Shows what was declared last, the newest first. */
export const latest = command({
  usage: 'latest',
  about: 'show the pictures that were declared last, and the state of each',
  run: async (options) => {
    const listed = await withCatalogue(options, async ({ moderation, upkeep }) => {
      const all: Listed[] = [];
      for await (const uris of upkeep.listed('latest')) {
        const records = await Promise.all(uris.map((uri) => moderation.record(uri)));
        all.push(...records.map((record, at) => listedAs(uris[at] as SourceUri, record)));
      }
      return all;
    });
    print(options, { latest: listed.map(documentOf) }, listed.map(lineOf));
    return 0;
  },
});

function listedAs(uri: SourceUri, record: CatalogueRecord): Listed {
  return { uri, record, state: stateOf(uri, record) };
}

function documentOf({ uri, state, record: { declaredAt, error } }: Listed): object {
  return { uri: `${uri}`, hex: uri.hex, declaredAt: declaredAt ?? null, state, error: error?.reason ?? null };
}

function lineOf({ uri, state, record: { declaredAt, error } }: Listed): string {
  const what = error && state === 'failed' ? `${state} (${error.reason})` : state;
  return `${declaredAt ? moment(declaredAt) : 'undated'}  ${what}  ${nameOf(uri)}`;
}
