import type { Level, ThreatState } from '@sallyport/core';

/**
 * Lookout's words and what they mean here. Nothing outside this file knows them. Where a word comes from is
 * told in docs/partners/lookout.md; `assumed` words were never seen in a real record.
 */

/** `security_status`. The singular form is from API version 1; CRITICAL is named by one client only. */
export const SECURITY: ReadonlyMap<string, Level> = new Map([
  ['SECURE', 'secured'],
  ['THREATS_LOW', 'low'], ['THREAT_LOW', 'low'],
  ['THREATS_MEDIUM', 'medium'], ['THREAT_MEDIUM', 'medium'],
  ['THREATS_HIGH', 'high'], ['THREAT_HIGH', 'high'],
  ['THREATS_CRITICAL', 'high'], ['THREAT_CRITICAL', 'high'],
]);

/** `activation_status` and `protection_status`: `ok`, or the state in which the device is not watched. */
export const ACTIVATION: ReadonlyMap<string, 'ok' | ThreatState> = new Map<string, 'ok' | ThreatState>([
  ['ACTIVATED', 'ok'], ['ACTIVE', 'ok'],
  ['DEACTIVATED', 'deactivated'], // assumed
]);

export const PROTECTION: ReadonlyMap<string, 'ok' | ThreatState> = new Map<string, 'ok' | ThreatState>([
  ['PROTECTED', 'ok'],
  ['UNREACHABLE', 'unresponsive'], ['DISCONNECTED', 'unresponsive'], // assumed
]);

/** Severity of one threat. An advisory stands beside secure devices, so it never raises a level. */
export const SEVERITY: ReadonlyMap<string, Level | 'none'> = new Map<string, Level | 'none'>([
  ['LOW', 'low'], ['MEDIUM', 'medium'], ['HIGH', 'high'], ['CRITICAL', 'high'],
  ['ADVISORY', 'none'], ['INFO', 'none'], ['NONE', 'none'],
]);

/** An ignored threat is one that an administrator accepted in Lookout's console. */
export const THREAT_STATUS: ReadonlyMap<string, 'open' | 'resolved'> = new Map([
  ['OPEN', 'open'], ['DETECTED', 'open'], ['RESOLVED', 'resolved'], ['IGNORED', 'resolved'],
]);

/** `change_type` that says that the thing is no more. PURGED is the end of the retention time. */
export const REMOVED: ReadonlySet<string> = new Set(['DELETED', 'DELETE', 'PURGED', 'PURGE']);

const REMOVE_APP = 'Remove this app from the device.';
const LEAVE_NETWORK = 'Leave this Wi-Fi network and connect to one that you trust.';

/** What the user should do, where we can say so. Ours: Lookout sends no such text. */
export const ACTION: ReadonlyMap<string, string> = new Map([
  ...['TROJAN', 'WORM', 'SPYWARE', 'BACKDOOR', 'BOT', 'SURVEILLANCEWARE', 'ROOT_ENABLER', 'EXPLOIT', 'VIRUS', 'RISKWARE', 'ADWARE',
    'CHARGEWARE', 'APP_DROPPER', 'CLICK_FRAUD', 'SPAM', 'TOLL_FRAUD', 'DATA_LEAK', 'SIDELOADED_APP', 'DENYLISTED_APP', 'NON_APP_STORE_SIGNER',
  ].map((word) => [word, REMOVE_APP] as const),
  ['ACTIVE_MITM', LEAVE_NETWORK], ['ROGUE_WIFI', LEAVE_NETWORK], ['GATEWAY_ADDRESS_CHANGE', LEAVE_NETWORK], ['PORT_SCAN', LEAVE_NETWORK],
  ['ROOT_JAILBREAK', 'Ask your IT department: this device was rooted or jailbroken.'],
  ['NO_DEVICE_LOCK', 'Set a screen lock in the settings of the device.'],
  ['DEVELOPER_MODE_ENABLED', 'Turn off the developer options in the settings of the device.'],
  ['USB_DEBUGGING_ENABLED', 'Turn off USB debugging in the developer options of the device.'],
  ['UNKNOWN_SOURCES_ENABLED', 'Turn off the installation of apps from unknown sources.'],
  ['UNENCRYPTED', 'Turn on the encryption of the device.'],
  ['VPN_NOT_ENABLED', 'Turn on the VPN of the Lookout app.'],
  ['SECURE_DNS_NOT_ENABLED', 'Turn on safe browsing in the Lookout app.'],
  ['PCP_PAUSED', 'Turn phishing and content protection on again in the Lookout app.'],
  ['OUT_OF_DATE_OS', 'Update the system of the device.'], ['OUT_OF_DATE_ASPL', 'Install the newest security update of the device.'],
]);
