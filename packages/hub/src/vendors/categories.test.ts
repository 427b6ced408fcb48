import { describe, expect, test } from 'vitest';
import { categoryOf, THREAT_CATEGORIES, wordOf } from '@sallyport/core';
import { VENDORS } from './registry.ts';
import type { Vendor } from './vendor.ts';

const WITH_TABLE = VENDORS.flatMap(({ id, categories }) => (categories === undefined ? [] : [{ id, categories }]));

describe.each(WITH_TABLE)('the categories of $id', ({ categories }) => {
  test('are ours, for words in the spelling in which they are looked up', () => {
    for (const [word, category] of Object.entries(categories.words)) {
      expect(wordOf(word)).toBe(word);
      expect(THREAT_CATEGORIES).toContain(category);
    }
  });
});

function meanings(id: string, words: readonly string[]): readonly string[] {
  const { categories } = VENDORS.find((vendor) => vendor.id === id) as Vendor;
  return words.map((word) => categoryOf(categories, word));
}

test('every classification of Lookout that is documented is classified', () => {
  const documented = (
    'TROJAN, WORM, SPYWARE, BACKDOOR, BOT, SURVEILLANCEWARE, ROOT_ENABLER, EXPLOIT, VIRUS, RISKWARE, ADWARE, CHARGEWARE, APP_DROPPER, CLICK_FRAUD, SPAM, TOLL_FRAUD, DATA_LEAK, VULNERABILITY, ' +
    'ROOT_JAILBREAK, ACCESS_CONTROL_VIOLATION, NO_DEVICE_LOCK, DEVELOPER_MODE_ENABLED, USB_DEBUGGING_ENABLED, UNKNOWN_SOURCES_ENABLED, UNENCRYPTED, CONNECTIVITY, ACTIVE_MITM, ROGUE_WIFI, VPN_NOT_ENABLED, GATEWAY_ADDRESS_CHANGE, PORT_SCAN, ' +
    'SECURE_DNS_NOT_ENABLED, SIDELOADED_APP, DENYLISTED_APP, NON_APP_STORE_SIGNER, MALICIOUS_CONTENT, UNAUTHORIZED_CONTENT, PHISHING_CONTENT, DENYLISTED_CONTENT, OUT_OF_DATE_OS, OUT_OF_DATE_ASPL, PCP_PAUSED'
  ).split(', ');
  expect(documented.filter((_, i) => meanings('lookout', documented)[i] === 'unclassified')).toEqual([]);
});

test('what Zimperium calls a threat is classified by internal and by display name', () => {
  expect(
    meanings('zimperium', [
      'DEVICE_ROOTED',
      'Device Jailbroken/Rooted',
      'SYSTEM TAMPERING',
      'USB_DEBUGGING_ON',
      'Developer Options',
      'Google Play Protect Disabled',
      'host.pin',
      'host.vulnerable.ios',
      'Sideloaded App(s)',
      'TESTFLIGHT_INSTALLED',
      'Suspicious Android App',
      'MITM',
      'MITM - Fake SSL certificate',
      'SSL/TLS Downgrade',
      'Danger Zone Connected',
      'Rogue Access Point',
      'ARP Scan',
      'Captive Portal',
    ]),
  ).toEqual([
    'phys.compromised',
    'phys.compromised',
    'phys.system_tampering',
    'phys.usb_debugging',
    'phys.developer_options',
    'phys.app_verification_off',
    'phys.no_passcode',
    'vuln.os',
    'app.sideloaded',
    'app.sideloaded',
    'app.malware',
    'net.mitm',
    'net.mitm',
    'net.mitm.tls_downgrade',
    'net.wifi.bad_reputation',
    'net.wifi.rogue_ap',
    'net.scan',
    'net.captive_portal',
  ]);
});
