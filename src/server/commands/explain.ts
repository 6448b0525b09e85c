import { Option } from 'commander';
import { assertReadableCacheDirectory } from '../cache-directory.js';
import { command } from './command.js';
import type { ExplainOptions } from './explain/explain-picture.js';
import { uriFrom } from './uri-from.js';

/** Says why a picture is broken, or that it is not. */
export const explain = command<ExplainOptions>({
  usage: 'explain <picture>',
  about: 'say why a picture is broken, given by URI, link or hexadecimal; asks the server that --ops names',
  flags: [new Option('--try', 'fetch it now as well, and keep nothing of it')],
  run: async (options, [word = '']) => {
    assertReadableCacheDirectory(options.dir);
    const uri = uriFrom(word);
    // Not before: it loads sharp, and the service, which knows all commands, is smaller without it.
    const { explainPicture } = await import('./explain/explain-picture.js');
    return explainPicture(uri, options);
  },
});
