import type { LookupAddress } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction, type NetConnectOpts, type Socket } from 'node:net';
import { AddressRules } from './address-rules.js';
import { type NameResolver, nameResolver } from './name-resolver.js';

/** The code of the error with which a forbidden connection fails. It survives node-fetch's wrapping. */
export const FORBIDDEN_ADDRESS = 'ERR_FORBIDDEN_ADDRESS';

/** Which addresses may be connected to. */
export interface ConnectionRules {
  /** Whether an IPv4 or IPv6 address may be connected to. */
  allows(address: string): boolean;
}

/** How origins are connected to. */
export interface GuardedAgentOptions {
  /**
   * Which addresses may be connected to; the public ones, if not said. `new AddressRules(['127.0.0.0/8'])` opens
   * the network of a server on this machine as well, which is `forbidden-address` otherwise.
   */
  readonly addressRules?: ConnectionRules;
  /** How the addresses of a name are found; as the system is set up, if not said. */
  readonly resolve?: NameResolver;
  /** Accepts any certificate; `false`, if not said. */
  readonly insecureTls?: boolean;
}

/**
 * Agents that check the address of every connection at the moment it is made. No connection is kept, so
 * none outlives what its name stood for when it was checked.
 */
export function guardedAgents({
  addressRules = new AddressRules(),
  resolve = nameResolver(),
  insecureTls = false,
}: GuardedAgentOptions): (url: URL) => Connectable {
  const lookup = guardedLookup(addressRules, resolve);
  const http = guard(new HttpAgent(), addressRules, lookup);
  const https = guard(new HttpsAgent({ rejectUnauthorized: !insecureTls }), addressRules, lookup);
  return (url) => (url.protocol === 'https:' ? https : http);
}

/** What Node asks an agent for, as it really does. */
export interface Connectable {
  createConnection(
    options: NetConnectOpts & { host?: string },
    callback: (error: Error | null, socket?: Socket) => void,
  ): Socket | undefined;
}

function guard(agent: HttpAgent, rules: ConnectionRules, lookup: LookupFunction): Connectable {
  const connectable = agent as unknown as Connectable;
  const connect = connectable.createConnection.bind(agent);
  connectable.createConnection = (options, callback) => {
    // Node resolves names only, so an address written out in the URL never comes to `lookup`.
    const host = options.host?.replace(/^\[|\]$/g, '') ?? '';
    if (isIP(host) !== 0 && !rules.allows(host)) {
      // To the callback: thrown, the error would lose its code.
      callback(forbidden(host, host));
      return undefined;
    }
    return connect({ ...options, lookup }, callback);
  };
  return connectable;
}

/** Hands the addresses that were checked to the dialler, and no others: nothing resolves the name again. */
function guardedLookup(rules: ConnectionRules, resolve: NameResolver): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname)
      .then((addresses) => allAllowed(hostname, addresses, rules))
      .then(
        ([first, ...others]) =>
          options.all ? callback(null, [first, ...others]) : callback(null, first.address, first.family),
        (error: Error) => callback(error, []),
      );
  };
}

/** Refuses a name whole when any of its addresses is forbidden, so that no retry can pick that one. */
function allAllowed(hostname: string, addresses: LookupAddress[], rules: ConnectionRules) {
  const refused = addresses.find(({ address }) => !rules.allows(address));
  if (refused) throw forbidden(`${hostname} (${refused.address})`, refused.address);
  return addresses as [LookupAddress, ...LookupAddress[]];
}

function forbidden(what: string, address: string): Error {
  return Object.assign(new Error(`connections to ${what} are not allowed`), { code: FORBIDDEN_ADDRESS, address });
}

/** The address for which a connection was refused, if that is why it failed. */
export function addressRefused(error: unknown): string | undefined {
  const { code, address } = (error ?? {}) as { code?: string; address?: string };
  return code === FORBIDDEN_ADDRESS ? address : undefined;
}
