import type { AdviceKey } from './advice-key.ts';

/** The four defences of mobile threat defence, and what none of them fits. */
export type FindingArea = 'physical' | 'network' | 'application' | 'operatingSystem' | 'other';

interface CategoryFacts {
  /** For administrators, in English. */
  readonly name: string;
  /** What its user should do; absent where only the partner can tell. */
  readonly advice?: AdviceKey;
}

/**
 * Our one list of threats, `area.type[.subtype]`, that every partner's own words are mapped to. The ids are
 * stable: they are stored, filtered by and shown to other programs. They follow the groups of MITRE ATT&CK for
 * Mobile and NIST's Mobile Threat Catalogue. Where a partner says less than we could tell apart, the shorter id
 * is meant (`net.mitm`, `phys.compromised`).
 */
const CATEGORIES = {
  'phys.compromised': { name: 'Rooted or jailbroken', advice: 'restoreSystem' },
  'phys.root': { name: 'Rooted', advice: 'restoreSystem' },
  'phys.jailbreak': { name: 'Jailbroken', advice: 'restoreSystem' },
  'phys.root_hiding': { name: 'Hidden root or jailbreak', advice: 'restoreSystem' },
  'phys.system_tampering': { name: 'System tampered with', advice: 'restoreSystem' },
  'phys.bootloader_unlocked': { name: 'Bootloader unlocked', advice: 'restoreSystem' },
  'phys.attestation_failed': { name: 'Integrity check failed', advice: 'contactSupport' },
  'phys.virtual_device': { name: 'Emulated device', advice: 'contactSupport' },
  'phys.no_passcode': { name: 'No screen lock', advice: 'setPasscode' },
  'phys.not_encrypted': { name: 'Storage not encrypted', advice: 'encrypt' },
  'phys.usb_debugging': { name: 'USB debugging on', advice: 'turnOffUsbDebugging' },
  'phys.developer_options': { name: 'Developer options on', advice: 'turnOffDeveloperOptions' },
  'phys.unknown_sources': { name: 'Unknown sources allowed', advice: 'turnOffUnknownSources' },
  'phys.app_verification_off': { name: 'App verification off', advice: 'turnOnPlayProtect' },
  'phys.risky_profile': { name: 'Risky configuration profile', advice: 'removeProfile' },
  'phys.user_ca_installed': { name: 'Untrusted root certificate installed', advice: 'removeCertificate' },
  'phys.forensic_tool': { name: 'Forensic extraction tool used', advice: 'contactSupport' },
  'phys.insecure_setting': { name: 'Insecure setting', advice: 'openSecurityApp' },
  'phys.agent_incomplete': { name: 'Security app not fully set up', advice: 'openSecurityApp' },
  'phys.agent_tampered': { name: 'Security app tampered with', advice: 'reinstallSecurityApp' },
  'phys.agent_silent': { name: 'Security app not reporting', advice: 'openSecurityApp' },

  'net.threat': { name: 'Network threat', advice: 'leaveNetwork' },
  'net.mitm': { name: 'Man-in-the-middle attack', advice: 'leaveNetwork' },
  'net.mitm.tls_untrusted_ca': { name: 'Man-in-the-middle attack: untrusted certificate', advice: 'leaveNetwork' },
  'net.mitm.tls_pin_mismatch': { name: 'Man-in-the-middle attack: changed certificate', advice: 'leaveNetwork' },
  'net.mitm.known_bad_ca': {
    name: 'Man-in-the-middle attack: certificate known to be bad',
    advice: 'removeCertificate',
  },
  'net.mitm.ssl_strip': { name: 'Man-in-the-middle attack: encryption stripped', advice: 'leaveNetwork' },
  'net.mitm.tls_downgrade': { name: 'Man-in-the-middle attack: encryption weakened', advice: 'leaveNetwork' },
  'net.mitm.arp_spoof': { name: 'Man-in-the-middle attack: ARP spoofing', advice: 'leaveNetwork' },
  'net.mitm.dns_spoof': { name: 'Man-in-the-middle attack: DNS spoofing', advice: 'leaveNetwork' },
  'net.mitm.icmp_redirect': { name: 'Man-in-the-middle attack: ICMP redirect', advice: 'leaveNetwork' },
  'net.mitm.proxy_changed': { name: 'Man-in-the-middle attack: proxy changed', advice: 'leaveNetwork' },
  'net.content_tampering': { name: 'Content altered in transit', advice: 'leaveNetwork' },
  'net.wifi.rogue_ap': { name: 'Rogue access point', advice: 'leaveNetwork' },
  'net.wifi.open': { name: 'Open Wi-Fi', advice: 'avoidOpenNetwork' },
  'net.wifi.weak_encryption': { name: 'Weakly encrypted Wi-Fi', advice: 'avoidOpenNetwork' },
  'net.wifi.bad_reputation': { name: 'Wi-Fi with a bad reputation', advice: 'leaveNetwork' },
  'net.captive_portal': { name: 'Captive portal', advice: 'signInToPortal' },
  'net.scan': { name: 'Network scan', advice: 'leaveNetwork' },
  'net.c2_contact': { name: "Contact with an attacker's server", advice: 'removeApp' },
  'net.phishing_contact': { name: 'Phishing', advice: 'phishing' },
  'net.malicious_site': { name: 'Malicious site', advice: 'leaveSite' },
  'net.unwanted_content': { name: 'Content blocked by policy', advice: 'leaveSite' },
  'net.cellular_downgrade': { name: 'Cellular network downgrade', advice: 'contactSupport' },

  'app.malware': { name: 'Malware', advice: 'removeApp' },
  'app.banker': { name: 'Banking trojan', advice: 'bankingMalware' },
  'app.spyware': { name: 'Spyware', advice: 'suspectSpyware' },
  'app.spyware_trace': { name: 'Trace of spyware', advice: 'suspectSpyware' },
  'app.stalkerware': { name: 'Stalkerware', advice: 'suspectStalkerware' },
  'app.watchware': { name: 'Monitoring app', advice: 'suspectStalkerware' },
  'app.ransomware': { name: 'Ransomware', advice: 'ransomware' },
  'app.dropper': { name: 'Dropper', advice: 'removeApp' },
  'app.remote_access': { name: 'Remote control app', advice: 'remoteAccess' },
  'app.toll_fraud': { name: 'Toll or click fraud', advice: 'removeApp' },
  'app.adware': { name: 'Adware', advice: 'reviewApp' },
  'app.root_enabler': { name: 'Rooting or exploit app', advice: 'removeApp' },
  'app.riskware': { name: 'Risky app', advice: 'reviewApp' },
  'app.impersonation': { name: 'App impersonating another', advice: 'removeApp' },
  'app.repackaged': { name: 'Repackaged app', advice: 'removeApp' },
  'app.sideloaded': { name: 'App from outside the store', advice: 'reviewApp' },
  'app.excessive_permissions': { name: 'App with excessive permissions', advice: 'reviewApp' },
  'app.accessibility_abuse': { name: 'App that may abuse accessibility services', advice: 'reviewApp' },
  'app.device_admin_abuse': { name: 'App with device administrator rights', advice: 'reviewApp' },
  'app.screen_control': { name: 'App that reads or controls the screen', advice: 'reviewApp' },
  'app.play_protect_risk': { name: 'Play Protect warning', advice: 'turnOnPlayProtect' },
  'app.vulnerable': { name: 'Vulnerable app', advice: 'updateApp' },
  'app.data_leak': { name: 'App that leaks data', advice: 'reviewApp' },
  'app.denylisted': { name: 'App blocked by the organisation', advice: 'removeApp' },
  'app.malicious_link': { name: 'Malicious link received', advice: 'phishing' },

  'vuln.os': { name: 'Vulnerable operating system', advice: 'updateSystem' },
  'vuln.os_exploited': { name: 'Operating system vulnerability exploited by attackers', advice: 'updateSystem' },
  'vuln.os_critical': { name: 'Critical operating system vulnerability', advice: 'updateSystem' },
  'vuln.os_outdated': { name: 'Operating system out of date', advice: 'updateSystem' },
  'vuln.patch_level_old': { name: 'Security patch level out of date', advice: 'updateSystem' },
  'vuln.os_unsupported': { name: 'Operating system no longer supported', advice: 'updateOrReplace' },
  'vuln.device_unsupported': { name: 'Device no longer supported', advice: 'replaceDevice' },
  'vuln.update_pending': { name: 'Update pending', advice: 'updateSystem' },
  'vuln.os_beta': { name: 'Beta operating system', advice: 'leaveBeta' },

  /** The partner used a word that nobody has mapped yet. */
  unclassified: { name: 'Not classified' },
} as const satisfies Readonly<Record<string, CategoryFacts>>;

/** One kind of threat, whichever partner found it. */
export type ThreatCategory = keyof typeof CATEGORIES;

export const THREAT_CATEGORIES: readonly ThreatCategory[] = Object.keys(CATEGORIES) as ThreatCategory[];

/** For administrators, in English: "Man in the middle". */
export function nameOfCategory(category: ThreatCategory): string {
  return CATEGORIES[category].name;
}

const AREAS: Readonly<Record<string, FindingArea>> = {
  phys: 'physical',
  net: 'network',
  app: 'application',
  vuln: 'operatingSystem',
};

export function areaOf(category: ThreatCategory): FindingArea {
  return AREAS[category.split('.', 1)[0] ?? ''] ?? 'other';
}

/** Which piece of advice fits; `undefined` where only the partner can tell. */
export function adviceKeyOf(category: ThreatCategory): AdviceKey | undefined {
  const facts: CategoryFacts = CATEGORIES[category];
  return facts.advice;
}
