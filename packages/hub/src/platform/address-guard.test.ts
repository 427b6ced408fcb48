import { describe, expect, test } from 'vitest';
import { createAddressGuard, isPublicAddress } from './address-guard.ts';

describe('addresses that are refused', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.7',
    '224.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '::127.0.0.1',
    'fec0::1',
    '100::1',
    'not an address',
    '',
  ])('%s', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('addresses that are public', () => {
  test.each([
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '192.0.1.1',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('%s', (address) => expect(isPublicAddress(address)).toBe(true));
});

describe('the list of exceptions', () => {
  const guard = createAddressGuard(['Vendor.internal', '10.1.0.0/16', '127.0.0.1', 'fd00:1::/32']);

  test('a listed range opens its addresses and no others', () => {
    expect(guard.allowsAddress('10.1.255.255')).toBe(true);
    expect(guard.allowsAddress('::ffff:10.1.0.1')).toBe(true);
    expect(guard.allowsAddress('10.2.0.1')).toBe(false);
    expect(guard.allowsAddress('fd00:1::5')).toBe(true);
    expect(guard.allowsAddress('fd00:2::5')).toBe(false);
    expect(guard.allowsAddress('127.0.0.1')).toBe(true);
    expect(guard.allowsAddress('127.0.0.2')).toBe(false);
  });

  test('a listed host is known in any case and with the dot of the root', () => {
    expect(guard.allowsHost('VENDOR.internal.')).toBe(true);
    expect(guard.allowsHost('evil.vendor.internal')).toBe(false);
  });

  test.each(['http://x', '10.0.0.0/33', 'a b', '', '-', '10.0.0.0/8/8', '::1/129'])(
    'refuses the entry "%s"',
    (entry) => {
      expect(() => createAddressGuard([entry])).toThrow(/neither a host name/);
    },
  );
});
