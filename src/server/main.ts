#!/usr/bin/env node
import { parseCommandLine } from './command-line.js';
import type { ExitCode, Invocation } from './commands/index.js';
import { StartFailure } from './failure.js';

async function run({ command, run }: Invocation): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    // Of a command, 1 tells of what it found.
    const exitCode = command === 'serve' ? 1 : 2;
    if (error instanceof StartFailure) {
      process.stderr.write(`img-linuxfr: ${error.message}\n`);
      return exitCode;
    }
    console.error(error);
    // Not by its code alone: what went wrong may have left something that would keep the process.
    process.exit(exitCode);
  }
}

const invocation = parseCommandLine(process.argv.slice(2));
process.exitCode = typeof invocation === 'number' ? invocation : await run(invocation);
