#!/usr/bin/env node
import { check } from './check.js';
import { declare } from './declare.js';
import { StartFailure } from './failure.js';
import { parseCommandLine } from './options.js';
import { serve } from './serve.js';

/** Resolves to the exit code: 0 done, 1 findings or a failure to start, 2 a wrong command line. */
async function main(): Promise<number> {
  const invocation = parseCommandLine(process.argv.slice(2));
  switch (invocation.command) {
    case 'exit':
      return invocation.exitCode;
    case 'serve':
      await serve(invocation.options);
      return 0;
    case 'declare':
      await declare(invocation.options, invocation.uris);
      return 0;
    case 'check':
      return (await check(invocation.options)) ? 0 : 1;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof StartFailure)) throw error;
  process.stderr.write(`img-linuxfr: ${error.message}\n`);
  process.exitCode = 1;
}
