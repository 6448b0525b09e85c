import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** The code of the error with which a name that leads nowhere fails. It survives node-fetch's wrapping. */
export const UNRESOLVED_NAME = 'ERR_UNRESOLVED_NAME';

/** Where names are looked for. */
export interface NameResolverOptions {
  /** Name servers, `ADDRESS` or `ADDRESS:PORT`; those of the system when there are none. */
  readonly nameServers?: readonly string[];
  /** Where names are looked for first, in the form of hosts(5). Read once; `/etc/hosts`, if not said. */
  readonly hostsFile?: string;
}

/** Finds all addresses of a name. Rejects when there are none. */
export type NameResolver = (hostname: string) => Promise<LookupAddress[]>;

/** Milliseconds for the first try of a query, and how often it is tried. */
const PATIENCE = { timeout: 1500, tries: 2 };

/**
 * All addresses of a name. Asks name servers with c-ares, which waits on sockets: `dns.lookup` would
 * hold one of the few threads that also read files and resize, for as long as a name server likes.
 *
 * Rejects with an error of code `UNRESOLVED_NAME` when no address is found.
 */
export function nameResolver({ nameServers = [], hostsFile = '/etc/hosts' }: NameResolverOptions = {}): NameResolver {
  const resolver = new Resolver(PATIENCE);
  if (nameServers.length > 0) resolver.setServers(nameServers);
  const hosts = readHosts(hostsFile);

  return async (hostname) => {
    const name = hostname.toLowerCase().replace(/\.$/, '');
    const known = hosts.get(name);
    if (known) return known;
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.map(asAddress) : []));
    if (addresses.length > 0) return addresses;
    const [first] = answers;
    throw unresolved(name, first.status === 'rejected' ? first.reason : undefined);
  };
}

/** `ADDRESS NAME...` a line, `#` begins a comment (hosts(5)). */
function readHosts(path: string): ReadonlyMap<string, LookupAddress[]> {
  const hosts = new Map<string, LookupAddress[]>();
  for (const line of textOf(path).split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) hosts.set(name, [...(hosts.get(name) ?? []), asAddress(address)]);
  }
  return hosts;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function asAddress(address: string): LookupAddress {
  return { address, family: isIP(address) };
}

function unresolved(name: string, cause: unknown): Error {
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'no address';
  return Object.assign(new Error(`cannot resolve ${name}: ${reason}`, { cause }), { code: UNRESOLVED_NAME });
}
