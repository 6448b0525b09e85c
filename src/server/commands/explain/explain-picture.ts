import type { SourceUri } from '../../../domain/index.js';
import type { CommandOptions, ExitCode } from '../command.js';
import { print } from '../print.js';
import { withCatalogue } from '../with-catalogue.js';
import { documentOf } from './document.js';
import { factsOf } from './facts.js';
import { linesOf } from './lines.js';
import { tryNow } from './try-now.js';
import { verdictOf } from './verdict.js';

export interface ExplainOptions {
  readonly try?: true;
}

/** Prints what is known of a picture, and what that comes to. */
export function explainPicture(uri: SourceUri, options: CommandOptions & ExplainOptions): Promise<ExitCode> {
  return withCatalogue(options, async (catalogue, parts) => {
    const facts = await factsOf(uri, options, catalogue, parts);
    const tried = options.try && (await tryNow(uri, options, parts));
    const verdict = verdictOf(facts);
    print(options, documentOf(facts, verdict, tried), linesOf(facts, verdict, tried));
    return verdict.isShown && (!tried || tried.outcome === 'fetched') ? 0 : 1;
  });
}
