import type { LookupAddress } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction, type NetConnectOpts, type Socket } from 'node:net';
import type { AddressRules } from './address-rules.js';
import type { NameResolver } from './name-resolver.js';

/** The code of the error with which a forbidden connection fails. It survives node-fetch's wrapping. */
export const FORBIDDEN_ADDRESS = 'ERR_FORBIDDEN_ADDRESS';

export interface GuardedAgentOptions {
  readonly rules: AddressRules;
  readonly resolve: NameResolver;
  /** Accepts any certificate. */
  readonly insecureTls: boolean;
}

/**
 * Agents that check the address of every connection at the moment it is made. No connection is kept, so
 * none outlives what its name stood for when it was checked.
 */
export function guardedAgents({ rules, resolve, insecureTls }: GuardedAgentOptions): (url: URL) => HttpAgent {
  const lookup = guardedLookup(rules, resolve);
  const http = guard(new HttpAgent(), rules, lookup);
  const https = guard(new HttpsAgent({ rejectUnauthorized: !insecureTls }), rules, lookup);
  return (url) => (url.protocol === 'https:' ? https : http);
}

type Connect = (
  options: NetConnectOpts & { host?: string },
  callback: (error: Error | null, socket?: Socket) => void,
) => Socket | undefined;

function guard<A extends HttpAgent>(agent: A, rules: AddressRules, lookup: LookupFunction): A {
  const connectable = agent as unknown as { createConnection: Connect };
  const connect = connectable.createConnection.bind(agent);
  connectable.createConnection = (options, callback) => {
    // Node resolves names only, so an address written out in the URL never comes to `lookup`.
    const host = options.host?.replace(/^\[|\]$/g, '') ?? '';
    if (isIP(host) !== 0 && !rules.allows(host)) {
      // To the callback: thrown, the error would lose its code.
      callback(forbidden(host));
      return undefined;
    }
    return connect({ ...options, lookup }, callback);
  };
  return agent;
}

/** Hands the addresses that were checked to the dialler, and no others: nothing resolves the name again. */
function guardedLookup(rules: AddressRules, resolve: NameResolver): LookupFunction {
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
function allAllowed(hostname: string, addresses: LookupAddress[], rules: AddressRules) {
  const refused = addresses.find(({ address }) => !rules.allows(address));
  if (refused) throw forbidden(`${hostname} (${refused.address})`);
  return addresses as [LookupAddress, ...LookupAddress[]];
}

function forbidden(what: string): Error {
  return Object.assign(new Error(`connections to ${what} are not allowed`), { code: FORBIDDEN_ADDRESS });
}
