import type { DependencyContainer } from 'tsyringe';
import type { CatalogueRecord, ManagedCatalogue } from '../../../adapters/index.js';
import type { SourceUri } from '../../../domain/index.js';
import { FILES } from '../../container.js';
import type { Options } from '../../options.js';
import { type State, stateOf } from '../state.js';
import { askServer, type ServerWord } from './ask-server.js';
import { type Copy, copyOf } from './copy.js';

/** Everything that is known of a picture. */
export interface Facts {
  readonly uri: SourceUri;
  readonly state: State;
  readonly record: CatalogueRecord;
  readonly copy: Copy;
  readonly word: ServerWord;
}

export async function factsOf(
  uri: SourceUri,
  options: Options,
  { moderation }: ManagedCatalogue,
  parts: DependencyContainer,
): Promise<Facts> {
  const [record, word] = await Promise.all([moderation.record(uri), askServer(options.ops, uri)]);
  const copy = await copyOf(uri, record.stored, parts.resolve(FILES), options);
  return { uri, state: stateOf(uri, record), record, copy, word };
}
