import { isIP } from 'node:net';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isNetwork } from '../adapters/index.js';
import { type ListenAddress, parseListenAddress } from './listen-address.js';
import { type CatalogueAddress, parseCatalogueAddress } from './redis-address.js';

/** Everything a command line can say. */
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
  readonly allowNetwork: readonly string[];
  readonly insecureTls: boolean;
  readonly nameServer: readonly string[];
  /** Seconds. */
  readonly fetchTimeout: number;
}

export type Invocation =
  | { readonly command: 'serve' | 'check'; readonly options: Options }
  | { readonly command: 'declare'; readonly options: Options; readonly uris: readonly string[] }
  /** Nothing to do any more: the help was printed, or what is wrong with the command line. */
  | { readonly command: 'exit'; readonly exitCode: 0 | 2 };

/** Reads a command line, without the interpreter and the script, and the environment. */
export function parseCommandLine(argv: readonly string[]): Invocation {
  let invocation: Invocation = { command: 'exit', exitCode: 0 };
  const program = withOptions(new Command('img-linuxfr'))
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

function withOptions(command: Command): Command {
  return command
    .addOption(option('-a, --addr <host:port>', 'address to listen on', 'ADDR', '127.0.0.1:8000', listenAddress))
    .addOption(
      option(
        '-r, --redis <where>',
        'HOST:PORT/DB, redis://, rediss://, unix:PATH, or `embedded` for a store in the cache directory',
        'REDIS',
        'localhost:6379/0',
        catalogueAddress,
      ),
    )
    .addOption(option('-l, --log <file>', 'log file, reopened on SIGHUP; - for standard output', 'LOG', '-', String))
    .addOption(option('-d, --dir <directory>', 'cache directory', 'DIR', 'cache', String))
    .addOption(
      option('-u, --user-agent <name>', 'User-Agent sent to origins', 'USER_AGENT', 'img_LinuxFr.org/1.0', headerValue),
    )
    .addOption(
      option(
        '-e, --default-avatar <url>',
        'where avatars that cannot be served are redirected to',
        'DEFAULT_AVATAR',
        '//nginx/default-avatar.svg',
        headerValue,
      ),
    )
    .addOption(
      option('--avatar-height <pixels>', 'height of avatars; 0 leaves them as they are', 'AVATAR_HEIGHT', '64', height),
    )
    .addOption(
      option('--max-pixels <count>', 'most pixels an avatar may be made from', 'MAX_PIXELS', '100000000', positive),
    )
    .addOption(
      option('--fetch-timeout <seconds>', 'longest time for fetching a picture', 'FETCH_TIMEOUT', '30', positive),
    )
    .addOption(
      new Option('--allow-network <cidr>', 'let origins be in this network, though it is not public; repeatable')
        .env('IMG_ALLOW_NETWORK')
        .argParser(networks)
        .default([], 'none'),
    )
    .addOption(
      new Option('--name-server <address[:port]>', 'ask this name server for origins; repeatable')
        .env('IMG_NAME_SERVER')
        .argParser(nameServers)
        .default([], 'those of the system'),
    )
    .addOption(
      // Not by `env`, which would take any value for a yes.
      new Option('--insecure-tls', 'accept any certificate from origins (env: IMG_INSECURE_TLS=1)').default(
        /^(?:1|true|yes|on)$/i.test(process.env['IMG_INSECURE_TLS'] ?? ''),
        'off',
      ),
    );
}

function option(flags: string, about: string, variable: string, fallback: string, parse: (text: string) => unknown) {
  return new Option(flags, about).env(`IMG_${variable}`).argParser(parse).default(parse(fallback), fallback);
}

function listenAddress(text: string): ListenAddress {
  return parseListenAddress(text) ?? invalid('give HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000');
}

function catalogueAddress(text: string): CatalogueAddress {
  return parseCatalogueAddress(text) ?? invalid('give HOST:PORT/DB, redis://, rediss://, unix:PATH or embedded');
}

function networks(text: string, before: readonly string[] = []): string[] {
  const cidrs = text.split(',').map((cidr) => cidr.trim());
  return cidrs.every(isNetwork) ? [...before, ...cidrs] : invalid('give a network such as 10.0.0.0/8 or fd00::/8');
}

function nameServers(text: string, before: readonly string[] = []): string[] {
  const servers = text.split(',').map((server) => server.trim());
  return servers.every(isNameServer) ? [...before, ...servers] : invalid('give an address such as 9.9.9.9 or [::1]:53');
}

function isNameServer(text: string): boolean {
  const [, bracketed, plain] = /^(?:\[(.+)\]|([\d.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return isIP(bracketed ?? plain ?? text) !== 0;
}

function headerValue(text: string): string {
  return /^[\x20-\x7e]+$/.test(text) ? text : invalid('use printable ASCII characters');
}

function positive(text: string): number {
  return /^[1-9]\d*$/.test(text) ? Number(text) : invalid('give a whole number above 0');
}

function height(text: string): number {
  return /^\d{1,4}$/.test(text) ? Number(text) : invalid('give a number of pixels from 0 to 9999');
}

function invalid(message: string): never {
  throw new InvalidArgumentError(message);
}
