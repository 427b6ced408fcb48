import { describe, expect, test } from 'vitest';
import { categoryOf, wordOf } from './category-of.ts';
import type { CategoryTable } from './category-of.ts';
import { areaOf, THREAT_CATEGORIES } from './taxonomy.ts';

describe('the taxonomy', () => {
  test('has an area for every category', () => {
    for (const category of THREAT_CATEGORIES) {
      expect(areaOf(category) === 'other').toBe(category === 'unclassified');
    }
    expect(
      ['phys.root', 'net.mitm.arp_spoof', 'app.malware', 'vuln.os'].map((id) => areaOf(id as 'phys.root')),
    ).toEqual(['physical', 'network', 'application', 'operatingSystem']);
  });
});

describe('a word of a partner', () => {
  test.each([
    ['Sideloaded App(s)', 'SIDELOADED_APP_S'],
    ['ARPPoisoning', 'ARP_POISONING'],
    ['host.vulnerable.ios', 'HOST_VULNERABLE_IOS'],
    ['Vulnerable iOS', 'VULNERABLE_IOS'],
    ['SELinuxPermissive', 'SE_LINUX_PERMISSIVE'],
    ['ACTIVE_MITM', 'ACTIVE_MITM'],
    [' --- ', ''],
  ])('is spelt one way: %s', (word, spelt) => expect(wordOf(word)).toBe(spelt));

  test.each([
    ['malware', 'app.malware'],
    ['maliciousNetwork', 'net.threat'],
    ['Man in the middle', 'net.mitm'],
    ['MITM - Fake SSL certificate', 'net.mitm'],
    ['SSL Strip', 'net.mitm.ssl_strip'],
    ['ARP spoofing', 'net.mitm.arp_spoof'],
    ['ARP Scan', 'net.scan'],
    ['Rogue Access Point', 'net.wifi.rogue_ap'],
    ['Unsecured WiFi Network', 'net.wifi.open'],
    ['Device Jailbroken/Rooted', 'phys.compromised'],
    ['DEVICE_ROOTED', 'phys.root'],
    ['Root CA installed', 'phys.user_ca_installed'],
    ['jailbreak', 'phys.jailbreak'],
    ['ROOT_ENABLER', 'app.root_enabler'],
    ['USB Debugging Mode', 'phys.usb_debugging'],
    ['Developer Options', 'phys.developer_options'],
    ['ApplicationInstalledFromUnknownSource', 'phys.unknown_sources'],
    ['phishing', 'net.phishing_contact'],
    ['spyware', 'app.spyware'],
    ['Banking trojan', 'app.banker'],
    ['trojan', 'app.malware'],
    ['OUTDATED_OS', 'vuln.os_outdated'],
    ['SystemNotUpToDate', 'vuln.os_outdated'],
    ['Security patch out of date', 'vuln.patch_level_old'],
    ['uprooted tree', 'unclassified'],
    ['', 'unclassified'],
    ['constructor', 'unclassified'],
    ['__proto__', 'unclassified'],
    ['weather', 'unclassified'],
  ] as const)('that partners share, %s, is %s', (word, category) => expect(categoryOf(undefined, word)).toBe(category));

  test("means what the partner's own table says, before what words usually mean", () => {
    const table: CategoryTable = {
      words: { MALWARE: 'app.adware', WEATHER: 'net.scan' },
      patterns: [[/^STORM_\d+$/, 'net.mitm']],
    };
    expect(['malware', 'Weather', 'storm 12', 'phishing'].map((word) => categoryOf(table, word))).toEqual([
      'app.adware',
      'net.scan',
      'net.mitm',
      'net.phishing_contact',
    ]);
  });

  test('is looked up before the time-out, however long and odd it is: what grows with its square would not be', () => {
    const long = { _: 'unclassified', ROOT_: 'phys.root', aB: 'unclassified' };
    for (const [piece, category] of Object.entries(long))
      expect(categoryOf(undefined, piece.repeat(300_000))).toBe(category);
  });
});
