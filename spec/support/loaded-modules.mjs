import { writeSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Preloaded, it prints the URL of every module that is loaded from then on, a line each: at the end those that others required. */
const hooks = `
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    writeSync(1, url + '\\n');
    return next(url, context);
  }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
const { cache } = createRequire(import.meta.url);
process.on('exit', () => Object.keys(cache).forEach((path) => writeSync(1, `${pathToFileURL(path).href}\n`)));
