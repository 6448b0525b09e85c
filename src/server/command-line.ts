import { Command, CommanderError } from 'commander';
import { COMMANDS, type ExitCode, type Invocation } from './commands/index.js';
import { withFlags } from './flags.js';
import type { Options } from './options.js';
import { serve } from './serve.js';
import { VERSION } from './version.js';

/**
 * Reads a command line, without the interpreter and the script, and the environment. Gives an exit code when
 * there is nothing left to do: the help or the version was printed, or what is wrong with the command line.
 */
export function parseCommandLine(argv: readonly string[]): Invocation | ExitCode {
  let invocation: Invocation | ExitCode = 0;
  const invoke = (asked: Invocation) => {
    invocation = asked;
  };
  const program = withFlags(new Command('img-linuxfr'))
    .description('Image proxy and cache: fetches each declared picture once, keeps it, and serves it from then on.')
    .version(VERSION, '--version', 'print the version')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(withoutPasswords(text)) })
    .showHelpAfterError()
    .allowExcessArguments(false)
    .configureHelp({ showGlobalOptions: true })
    .action((options: Options) => invoke({ command: 'serve', options, run: () => serve(options) }));
  for (const addCommand of COMMANDS) addCommand(program, invoke);
  try {
    program.parse(checkFirst(argv.flatMap(asShortFlag)), { from: 'user' });
    return invocation;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

/** What is wrong with a command line ends up in logs, and what was meant for an address of Redis may have a password. */
function withoutPasswords(text: string): string {
  return text.replace(/((?:value|argument) ')[^]*@/, '$1***@');
}

/** Go's flag package also takes `-a=VALUE`, `--a VALUE` and `-c=true`: command lines written for it go on working. */
function asShortFlag(argument: string): string[] {
  const [, flag, value] = /^--?([arlduech])(?:=(.*))?$/s.exec(argument) ?? [];
  if (flag === undefined) return [argument];
  if (value === undefined || /^[ch]true$/.test(flag + value)) return [`-${flag}`];
  return /^[ch]false$/.test(flag + value) ? [] : [`-${flag}`, value];
}

/** `-c` is what the command `check` was called when there were no commands. */
function checkFirst(words: readonly string[]): string[] {
  const others = words.filter((word) => word !== '-c' && word !== '--check');
  return others.length === words.length ? others : ['check', ...others];
}
