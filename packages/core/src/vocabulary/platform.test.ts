import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { platformOf, readSystem, systemNameKey } from './platform.ts';

describe('the name of a system', () => {
  test.each([
    // Intune and Entra
    'iOS',
    'iPadOS',
    'iOS/iPadOS',
    'IPhone',
    'iPad',
    'IOS',
    // Jamf Pro, NanoMDM (ProductName), Fleet, Workspace ONE
    'iOS 17.2',
    'iPhone14,3',
    'iPad13,1',
    'iPod9,1',
    'iPod touch',
    'ios',
    'ipados',
    'iPadOS 17.5.1',
    'Apple',
    'Apple iOS',
    'iPhone OS',
    'iPhoneOS',
    // Spellings
    ' iOS',
    'IOS 17.2',
    '\tiOS\n',
    'iOS.',
    '(iOS)',
    'iOS_17',
    'iOS-17',
  ])('%j is iOS', (name) => expect(platformOf(name)).toBe('iOS'));

  test.each([
    'Android',
    'ANDROID',
    'Android (Personally-Owned Work Profile)',
    'AndroidForWork',
    'AndroidEnterprise',
    'Android Enterprise',
    'android 14',
    'AOSP',
    'Android (AOSP)',
    'Linux (Android)',
    'Linux / Android 13',
    'GNU/Linux (Android 14)',
    'Samsung Android',
    'Google Android',
    'Fire OS 8',
    'GrapheneOS',
    'AndroidTiramisu',
    'Android TV',
    'androidnGMS',
    'LineageOS 21',
    '/e/OS 2.4',
    'HarmonyOS 4 (Android 12)',
  ])('%j is Android', (name) => expect(platformOf(name)).toBe('android'));

  test.each([
    'macOS',
    'Mac OS X',
    'MacMDM',
    'darwin',
    'AppleOsX',
    'OS X',
    'Apple macOS 14',
    'MacBookPro18,3',
    'Mac14,2',
    'macOSVentura',
  ])('%j is macOS', (name) => expect(platformOf(name)).toBe('macOS'));

  test.each([
    'Windows',
    'Windows 11',
    'Windows10',
    'Microsoft Windows 11 Pro',
    'Microsoft Windows NT Workstation 10.0 (Tablet Edition)',
    'WinRT',
    'Windows Holographic',
    'WindowsPhone',
    'SurfaceHub',
    'cloudPC',
    'windows',
    'Windows Phone 8.1',
    'Windows 10 Mobile',
  ])('%j is Windows', (name) => expect(platformOf(name)).toBe('windows'));

  test.each(['Linux', 'Linux (ubuntu)', 'Ubuntu 22.04.3 LTS', 'linuxmint'])('%j is known and is no phone', (name) => {
    expect(readSystem(name).known).toBe(true);
    expect(['linux', 'unknown']).toContain(platformOf(name));
  });

  test.each([
    'Debian GNU/Linux 12',
    'debian',
    'rhel',
    'Red Hat Enterprise Linux 9',
    'CentOS',
    'Fedora Linux 40',
    'opensuse-leap',
    'opensuse-tumbleweed',
    'arch',
    'amzn',
    'nixos',
    'kali',
    'manjaro-arm',
    'ChromeOS',
    'Chrome OS',
    'chrome',
    'Chrome OS (Android)',
    'tvOS',
    'Apple TV',
    'AppleTV11,1',
    'watchOS',
    'Apple Watch',
    'Watch6,1',
    'visionOS',
    'RealityDevice14,1',
    'AudioAccessory5,1',
    'Printer',
    'HP LaserJet',
    'HP FutureSmart 5',
    'Canon imageRUNNER',
    'KONICA MINOLTA bizhub',
    'PAN-OS 11',
    'UOS 20',
    'Zebra Printer',
    'VMware ESXi',
    'FreeBSD',
    'Tizen',
    'Cisco IOS',
    'unix',
    'Chrome OS Flex',
    'webOS',
    'Wear OS 4',
  ])('%j stays what it is: a known system without compliance policies', (name) =>
    expect(readSystem(name)).toEqual({ platform: 'unknown', known: true }),
  );

  test.each([
    '',
    ' ',
    '14',
    '-',
    'Unknown',
    'unknown',
    'n/a',
    'null',
    'FooOS',
    'macaroni',
    'iosomething',
    'iosif',
    'HarmonyOS NEXT',
    'BlackBerry',
    'iOS / Android',
    'Androïd',
    'phone',
    'smart phone',
    'pwned"\u202e',
    'i\u043es',
    'x'.repeat(10_000),
  ])('%j is in no table', (name) => expect(readSystem(name)).toEqual({ platform: 'unknown', known: false }));

  test.each([
    ['Ubuntu Touch', 'linux'],
    ['Ubuntu Touch 20.04 OTA-5', 'linux'],
    ['UbuntuTouch', 'linux'],
    ['UBports (Ubuntu 20.04)', 'linux'],
    ['postmarketOS', 'unknown'],
    ['postmarketOS (Alpine Linux)', 'unknown'],
    ['Linux (postmarketOS)', 'linux'],
    ['Sailfish OS 4.6', 'unknown'],
    ['SailfishOS (Linux)', 'linux'],
    ['KaiOS 3.1', 'unknown'],
    ['Linux / KaiOS', 'linux'],
    ['HarmonyOS', 'unknown'],
    ['Linux (HarmonyOS)', 'linux'],
    ['OpenHarmony', 'unknown'],
    ['Plasma Mobile (Manjaro ARM)', 'unknown'],
    ['Debian GNU/Linux (Mobian)', 'unknown'],
    ['Fedora Linux Phosh', 'unknown'],
    ['Tizen Mobile 3.0', 'unknown'],
  ])('%j is a phone that no policy is for: unknown, whatever it is built on', (name, platform) =>
    expect(readSystem(name)).toEqual({ platform, known: false }),
  );

  test('has one key whatever its version and spelling', () => {
    expect(new Set(['FooOS', ' fooos 3.1', 'FOOOS (7)', 'FooOS-2'].map(systemNameKey))).toEqual(new Set(['fooos']));
    expect(systemNameKey('  Ünïx OS 2 ')).toBe('ünïx os');
    expect(systemNameKey(' 12 ')).toBe('12');
  });

  test('means the same in any case, with any blanks around it and any version behind it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('iOS', 'Android', 'macOS', 'Windows', 'tvOS', 'FooOS', 'Linux (Android)', 'Debian'),
        fc.constantFrom('', ' ', '\t ', ' '),
        fc.constantFrom('', ' 17', ' 17.2.1', '/14', ' (22H2)'),
        fc.boolean(),
        (name, blank, version, upper) => {
          const spelt = `${blank}${upper ? name.toUpperCase() : name.toLowerCase()}${version}${blank}`;
          expect(readSystem(spelt)).toEqual(readSystem(name));
        },
      ),
    );
  });

  test('is read without error whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => void readSystem(name)));
  });
});
