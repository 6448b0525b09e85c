import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** IPv6 addresses are handed out of this range only (RFC 4291 §2.4, IANA registry); the rest is reserved. */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Public by its number, but answered inside of a cloud: Azure's wire server hands out credentials. */
const INSIDE_A_CLOUD = new Set(['168.63.129.16']);

/** Which addresses may be connected to: the public ones, and the networks that were opened by name. */
export class AddressRules {
  readonly #opened: readonly Range[];

  /**
   * @param openedNetworks CIDRs such as `10.0.0.0/8`, each of which `isCidr` accepts. Throws a `TypeError` that
   *   names one which it does not.
   */
  constructor(openedNetworks: readonly string[] = []) {
    this.#opened = openedNetworks.map(networkOf);
  }

  /** Takes an IPv4 or IPv6 address in the form in which it is dialled; anything else is refused. */
  allows(address: string): boolean {
    // ipaddr.js would also read `0x7f.1`, and a zone that leads to a link of ours.
    if (isIP(address) === 0 || address.includes('%')) return false;
    const parsed = ipaddr.parse(address);
    return this.#isOpened(parsed) || isPublic(parsed);
  }

  #isOpened(address: Address): boolean {
    return this.#opened.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  }
}

function networkOf(cidr: string): Range {
  if (isCidr(cidr)) return ipaddr.parseCIDR(cidr);
  const bits = { 0: '', 4: `: give ${cidr}/32 for that one address`, 6: `: give ${cidr}/128 for that one address` };
  throw new TypeError(`${JSON.stringify(cidr)} is no network${bits[isIP(cidr) as 0 | 4 | 6]}`);
}

/** Whether `AddressRules` can be told to open it. */
export function isCidr(cidr: string): boolean {
  return ipaddr.isValidCIDR(cidr);
}

/**
 * Why an address is not public, as one of some twenty names: `loopback`, `private`, `link-local`, `unique-local` and
 * what else RFC 6890 sets apart. `unassigned` is what nobody was given, `inside-a-cloud` and `isatap` are refused
 * by name, `no-address` is what is no address, and `public` what is opened to everybody.
 */
export function rangeOf(address: string): string {
  if (isIP(address) === 0 || address.includes('%')) return 'no-address';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range !== 'unicast') return range.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  if (isPublic(parsed)) return 'public';
  if (INSIDE_A_CLOUD.has(parsed.toString())) return 'inside-a-cloud';
  return parsed instanceof ipaddr.IPv6 && isIsatap(parsed) ? 'isatap' : 'unassigned';
}

/** IPv4 inside IPv6 is refused whatever it leads to: nobody publishes a picture there. */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || INSIDE_A_CLOUD.has(address.toString())) return false;
  if (address instanceof ipaddr.IPv4) return true;
  return address.match(GLOBAL_UNICAST_V6[0], GLOBAL_UNICAST_V6[1]) && !isIsatap(address);
}

/** An interface identifier of `0000:5efe` or `0200:5efe` and an IPv4 address (RFC 5214 §6.1). */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  const [, , , , scope = 0, organisation] = parts;
  return (scope & ~0x0200) === 0 && organisation === 0x5efe;
}
