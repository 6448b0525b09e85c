import { Command, CommanderError, Option } from 'commander';
import { withFlags } from './flags.js';
import type { ListenAddress } from './listen-address.js';
import type { CatalogueAddress } from './redis-address.js';

/** Everything a command line can say. Times are in milliseconds. */
export interface Options {
  readonly addr: ListenAddress;
  readonly redis: CatalogueAddress;
  /** `-` for standard output. */
  readonly log: string;
  readonly dir: string;
  readonly userAgent: string;
  readonly defaultAvatar: string;
  /** Pixels; 0 passes every avatar through unchanged. */
  readonly avatarHeight: number;
  readonly maxPixels: number;
  /** Bytes. */
  readonly memoryCache: number;
  readonly allowNetwork: readonly string[];
  readonly insecureTls: boolean;
  readonly nameServer: readonly string[];
  /** `Infinity` to wait as long as it takes. */
  readonly refreshWait: number;
  readonly redisGrace: number;
  readonly fetchTimeout: number;
  readonly fetches: number;
  readonly fetchQueue: number;
  readonly hostConnections: number;
  readonly hostQueue: number;
  readonly queueTimeout: number;
  readonly rest: number;
  readonly longestRest: number;
  readonly hostFailures: number;
  readonly longestRetryAfter: number;
  /** `undefined` when there is no operations port. */
  readonly ops: ListenAddress | undefined;
}

export type Invocation =
  | { readonly command: 'serve' | 'check'; readonly options: Options }
  | { readonly command: 'declare'; readonly options: Options; readonly uris: readonly string[] }
  /** Nothing to do any more: the help was printed, or what is wrong with the command line. */
  | { readonly command: 'exit'; readonly exitCode: 0 | 2 };

/** Reads a command line, without the interpreter and the script, and the environment. */
export function parseCommandLine(argv: readonly string[]): Invocation {
  let invocation: Invocation = { command: 'exit', exitCode: 0 };
  const program = withFlags(new Command('img-linuxfr'))
    .description('Image proxy and cache: fetches each declared picture once, keeps it, and serves it from then on.')
    .addOption(new Option('-c, --check', 'check that the catalogue and the cache directory agree, and exit'))
    .exitOverride()
    .showHelpAfterError()
    .allowExcessArguments(false)
    .configureHelp({ showGlobalOptions: true })
    .action(({ check, ...options }: Options & { check?: boolean }) => {
      invocation = { command: check ? 'check' : 'serve', options };
    });
  program
    .command('declare <uri...>')
    .description('declare images, as the site does, and print their links')
    .exitOverride()
    .showHelpAfterError()
    .action((uris: string[], _own: unknown, command: Command) => {
      invocation = { command: 'declare', options: command.optsWithGlobals(), uris };
    });
  try {
    program.parse(argv.map(asShortFlag).flat(), { from: 'user' });
    return invocation;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { command: 'exit', exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}

/** Go's flag package also takes `-a=VALUE`, `--a VALUE` and `-c=true`: command lines written for it go on working. */
function asShortFlag(argument: string): string[] {
  const [, flag, value] = /^--?([arlduech])(?:=(.*))?$/s.exec(argument) ?? [];
  if (flag === undefined) return [argument];
  if (value === undefined || /^[ch]true$/.test(flag + value)) return [`-${flag}`];
  return /^[ch]false$/.test(flag + value) ? [] : [`-${flag}`, value];
}
