import { type Command, Option } from 'commander';
import {
  bytes,
  catalogueAddress,
  count,
  headerValue,
  height,
  listenAddress,
  logLevel,
  nameServers,
  networks,
  positive,
  seconds,
  secondsOrForever,
  someSeconds,
} from './flag-values.js';

type Flag = readonly [
  flags: string,
  about: string,
  variable: string,
  fallback: string,
  parse: (text: string) => unknown,
];

/** Every flag with one value: its environment variable, without `IMG_`, and its default as one would write it. */
const FLAGS: readonly Flag[] = [
  ['-a, --addr <host:port>', 'address to listen on', 'ADDR', '127.0.0.1:8000', listenAddress],
  [
    '-r, --redis <where>',
    'HOST:PORT/DB, redis://, rediss://, unix:PATH, or `embedded` for a store in the cache directory',
    'REDIS',
    'localhost:6379/0',
    catalogueAddress,
  ],
  ['-l, --log <file>', 'log file, reopened on SIGHUP; - for standard output', 'LOG', '-', String],
  ['--log-level <level>', 'least that is logged: debug, info, warn, error, silent', 'LOG_LEVEL', 'info', logLevel],
  ['-d, --dir <directory>', 'cache directory', 'DIR', 'cache', String],
  ['-u, --user-agent <name>', 'User-Agent sent to origins', 'USER_AGENT', 'img_LinuxFr.org/1.0', headerValue],
  [
    '-e, --default-avatar <url>',
    'where avatars that cannot be served are redirected to',
    'DEFAULT_AVATAR',
    '//nginx/default-avatar.svg',
    headerValue,
  ],
  ['--workers <count>', 'processes that answer readers', 'WORKERS', '1', positive],
  ['--avatar-height <pixels>', 'height of avatars; 0 leaves them as they are', 'AVATAR_HEIGHT', '64', height],
  ['--max-pixels <count>', 'most pixels an avatar may be made from', 'MAX_PIXELS', '100000000', positive],
  [
    '--refresh-wait <seconds>',
    'longest wait for a fresh copy when one is kept; or forever',
    'REFRESH_WAIT',
    '1',
    secondsOrForever,
  ],
  ['--redis-grace <seconds>', 'how long the last word of a Redis that is away counts', 'REDIS_GRACE', '30', seconds],
  ['--memory-cache <bytes>', 'pictures kept in memory; 0 for none', 'MEMORY_CACHE', '64MiB', bytes],
  ['--fetch-timeout <seconds>', 'longest time for fetching a picture', 'FETCH_TIMEOUT', '30', someSeconds],
  ['--fetches <count>', 'fetches at once', 'FETCHES', '64', positive],
  ['--fetch-queue <count>', 'fetches that may wait for their turn', 'FETCH_QUEUE', '1024', count],
  ['--host-connections <count>', 'connections to one origin at once', 'HOST_CONNECTIONS', '6', positive],
  ['--host-queue <count>', 'fetches that may wait for their turn at one origin', 'HOST_QUEUE', '64', count],
  ['--queue-timeout <seconds>', 'longest wait for a turn', 'QUEUE_TIMEOUT', '10', seconds],
  ['--rest <seconds>', 'rest of a picture whose origin did not answer; it doubles', 'REST', '30', seconds],
  ['--longest-rest <seconds>', 'the longest of these rests', 'LONGEST_REST', '600', seconds],
  ['--host-failures <count>', 'failures in a row after which a whole origin rests', 'HOST_FAILURES', '10', positive],
  ['--longest-retry-after <seconds>', 'longest rest an origin may ask for', 'LONGEST_RETRY_AFTER', '3600', seconds],
];

export function withFlags(command: Command): Command {
  for (const [flags, about, variable, fallback, parse] of FLAGS) {
    const option = new Option(flags, about).env(`IMG_${variable}`).argParser(parse);
    command.addOption(option.default(parse(fallback), fallback));
  }
  return command
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
      new Option('--ops <host:port>', 'address of the operations port: metrics, and whether we are ready')
        .env('IMG_OPS')
        .argParser(listenAddress)
        .default(undefined, 'off'),
    )
    .addOption(yes('--insecure-tls', 'accept any certificate from origins', 'INSECURE_TLS'))
    .addOption(yes('--log-addresses', "log readers' addresses", 'LOG_ADDRESSES'));
}

/** Not by `env`, which would take any value for a yes. */
function yes(flag: string, about: string, variable: string): Option {
  const isSet = /^(?:1|true|yes|on)$/i.test(process.env[`IMG_${variable}`] ?? '');
  return new Option(flag, `${about} (env: IMG_${variable}=1)`).default(isSet, 'off');
}
