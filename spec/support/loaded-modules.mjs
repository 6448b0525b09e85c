import { register } from 'node:module';

/** Preloaded, it prints the URL of every module that is loaded from then on, a line each. */
const hooks = `
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    writeSync(1, url + '\\n');
    return next(url, context);
  }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
