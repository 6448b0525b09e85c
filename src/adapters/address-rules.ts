import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

/** IPv6 addresses are handed out of this range only (RFC 4291 §2.4, IANA registry); the rest is reserved. */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Which addresses may be connected to: the public ones, and the networks that were opened by name. */
export class AddressRules {
  readonly #opened: readonly Range[];

  /** @param openedNetworks CIDRs, each of which `isNetwork` accepts. */
  constructor(openedNetworks: readonly string[] = []) {
    this.#opened = openedNetworks.map((cidr) => ipaddr.parseCIDR(cidr));
  }

  /** Takes a literal IPv4 or IPv6 address; anything else is refused. */
  allows(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const plain = ipaddr.process(address);
    return this.#isOpened(plain) || isPublic(plain);
  }

  #isOpened(address: Address): boolean {
    return this.#opened.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  }
}

export function isNetwork(cidr: string): boolean {
  return ipaddr.isValidCIDR(cidr);
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST_V6[0], GLOBAL_UNICAST_V6[1]);
}
