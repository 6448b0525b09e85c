import { Option } from 'commander';
import { assertCacheDirectory } from '../cache-directory.js';
import { command } from './command.js';
import { documentOf } from './explain/document.js';
import { factsOf } from './explain/facts.js';
import { linesOf } from './explain/lines.js';
import { tryNow } from './explain/try-now.js';
import { verdictOf } from './explain/verdict.js';
import { print } from './print.js';
import { uriFrom } from './uri-from.js';
import { withCatalogue } from './with-catalogue.js';

interface ExplainOptions {
  readonly try?: true;
}

/** Says why a picture is broken, or that it is not. */
export const explain = command<ExplainOptions>({
  usage: 'explain <picture>',
  about: 'say why a picture is broken, given by URI, link or hexadecimal; asks the server that --ops names',
  flags: [new Option('--try', 'fetch it now as well, and keep nothing of it')],
  run: async (options, [word = '']) => {
    assertCacheDirectory(options.dir);
    const uri = uriFrom(word);
    return withCatalogue(options, async (catalogue, parts) => {
      const facts = await factsOf(uri, options, catalogue, parts);
      const tried = options.try && (await tryNow(uri, options, parts));
      const verdict = verdictOf(facts);
      print(options, documentOf(facts, verdict, tried), linesOf(facts, verdict, tried));
      return verdict.isShown && (!tried || tried.outcome === 'fetched') ? 0 : 1;
    });
  },
});
