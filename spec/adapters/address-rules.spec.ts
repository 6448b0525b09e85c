import { describe, expect, it } from 'vitest';
import { rangeOf } from '../../src/adapters/address-rules.js';
import { AddressRules, isCidr } from '../../src/adapters/index.js';
import { rowsOf } from '../support/corpus.js';

const LITERALS = ['ipv4-special', 'cloud', 'ipv6-special', 'ipv4-in-ipv6', 'public'] as const;

describe.each(LITERALS)('corpus: addresses, %s', (name) => {
  it.each(rowsOf(name))('%s (%s): %s', (input, _, expected) => {
    expect(new AddressRules().allows(input) ? 'allowed' : 'refused').toBe(expected);
  });
});

describe('AddressRules', () => {
  it.each(['localhost', 'origin.example', '', '2130706433', '0x7f.1', '[::1]', '2a00::1%eth0'])(
    'refuses %j, which is no address that is dialled',
    (text) => expect(new AddressRules(['0.0.0.0/0', '::/0']).allows(text)).toBe(false),
  );

  it('opens exactly the networks that are named', () => {
    const rules = new AddressRules(['10.1.0.0/16', 'fd00:1::/32', '192.168.7.7/32']);
    const opened = ['10.1.0.0', '10.1.255.255', 'fd00:1::1', 'fd00:1:ffff::', '192.168.7.7'];
    const beside = ['10.0.255.255', '10.2.0.0', 'fd00::1', 'fd00:2::', '192.168.7.6', '192.168.7.8', '::ffff:10.1.0.1'];
    expect(opened.filter((address) => !rules.allows(address))).toEqual([]);
    expect(beside.filter((address) => rules.allows(address))).toEqual([]);
  });

  it.each([
    ['10.0.0.0/8', true],
    ['::1/128', true],
    ['10.0.0.0', false],
    ['10.0.0.0/33', false],
    ['origin.example/8', false],
  ])('takes %s for a network: %s', (cidr, verdict) => expect(isCidr(cidr)).toBe(verdict));
});

describe('AddressRules', () => {
  it.each([
    ['127.0.0.1', '"127.0.0.1" is no network: give 127.0.0.1/32 for that one address'],
    ['::1', '"::1" is no network: give ::1/128 for that one address'],
    ['localhost', '"localhost" is no network'],
    ['10.0.0.0/33', '"10.0.0.0/33" is no network'],
  ])('does not take %s, and says what to do', (cidr, message) => {
    expect(() => new AddressRules(['10.0.0.0/8', cidr])).toThrow(new TypeError(message));
  });
});

describe('rangeOf', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['169.254.169.254', 'link-local'],
    ['100.64.0.1', 'carrier-grade-nat'],
    ['168.63.129.16', 'inside-a-cloud'],
    ['fd00::1', 'unique-local'],
    ['::ffff:8.8.8.8', 'ipv4-mapped'],
    ['4000::1', 'unassigned'],
    ['2001:4860::200:5efe:7f00:1', 'isatap'],
    ['8.8.8.8', 'public'],
    ['fe80::1%eth0', 'no-address'],
    ['example.com', 'no-address'],
  ])('of %s is %s', (address, range) => expect(rangeOf(address)).toBe(range));
});
