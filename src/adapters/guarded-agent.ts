import { lookup, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction, type NetConnectOpts, type Socket } from 'node:net';
import type { AddressRules } from './address-rules.js';

/** The code of the error with which a forbidden connection fails. It survives node-fetch's wrapping. */
export const FORBIDDEN_ADDRESS = 'ERR_FORBIDDEN_ADDRESS';

export interface GuardedAgentOptions {
  readonly rules: AddressRules;
  /** Accepts any certificate. */
  readonly insecureTls: boolean;
}

/** Agents that check the address of every connection at the moment it is made. */
export function guardedAgents({ rules, insecureTls }: GuardedAgentOptions): (url: URL) => HttpAgent {
  const http = guard(new HttpAgent(), rules);
  const https = guard(new HttpsAgent({ rejectUnauthorized: !insecureTls }), rules);
  return (url) => (url.protocol === 'https:' ? https : http);
}

type Connect = (
  options: NetConnectOpts & { host?: string },
  callback: (error: Error | null, socket?: Socket) => void,
) => Socket | undefined;

function guard<A extends HttpAgent>(agent: A, rules: AddressRules): A {
  const connectable = agent as unknown as { createConnection: Connect };
  const connect = connectable.createConnection.bind(agent);
  const lookup = guardedLookup(rules);
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

/** Refuses a name whole when any of its addresses is forbidden, so that no retry can pick that one. */
function guardedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? [];
      const refused = error ? undefined : addresses.find(({ address }) => !rules.allows(address));
      if (error || refused || !first) {
        callback(error ?? forbidden(`${hostname} (${refused?.address ?? 'no address'})`), []);
      } else if (options.all) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

function forbidden(what: string): Error {
  return Object.assign(new Error(`connections to ${what} are not allowed`), { code: FORBIDDEN_ADDRESS });
}
