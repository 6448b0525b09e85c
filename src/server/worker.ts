import { parseCommandLine } from './command-line.js';
import { work } from './workers/work.js';

// Terminals and service managers signal all processes at once, but what is to be done is for the primary to say.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

const invocation = parseCommandLine(process.argv.slice(2));
if (typeof invocation === 'number' || invocation.command !== 'serve') {
  throw new Error('workers are started by a server, with its command line');
}
await work(invocation.options);
