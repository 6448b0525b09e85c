import { describe, expect, it } from 'vitest';
import { AddressRules, isNetwork } from '../../src/adapters/index.js';

describe('AddressRules', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.1', '2606:4700::1111', '2a00:1450:4007::200e'])(
    'lets through to %s',
    (address) => expect(new AddressRules().allows(address)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'fec0::1',
    'ff02::1',
    '2001:db8::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    '::127.0.0.1',
    'localhost',
    'origin.example',
    '',
  ])('refuses %j', (address) => expect(new AddressRules().allows(address)).toBe(false));

  it('opens a network by name, and no more than that', () => {
    const rules = new AddressRules(['127.0.0.0/8', 'fd00::/8']);
    const verdicts = ['127.0.0.1', '::ffff:127.0.0.1', 'fd00::5', '10.0.0.1', '::1', 'fc00::1'].map((address) =>
      rules.allows(address),
    );
    expect(verdicts).toEqual([true, true, true, false, false, false]);
  });

  it.each([
    ['10.0.0.0/8', true],
    ['::1/128', true],
    ['10.0.0.0', false],
    ['10.0.0.0/33', false],
    ['origin.example/8', false],
  ])('takes %s for a network: %s', (cidr, verdict) => expect(isNetwork(cidr)).toBe(verdict));
});
