import type { AdviceKey } from './advice-key.ts';

/** The four defences of mobile threat defence, and what none of them fits. */
export type FindingArea = 'physical' | 'network' | 'application' | 'operatingSystem' | 'other';

/**
 * Our one list of threats, `area.type[.subtype]`, that every partner's own words are mapped to. The ids are
 * stable: they are stored, filtered by and shown to other programs. They follow the groups of MITRE ATT&CK for
 * Mobile and NIST's Mobile Threat Catalogue. Where a partner says less than we could tell apart, the shorter id
 * is meant (`net.mitm`, `phys.compromised`). Beside each stands what its user should do; nothing where only the partner can tell.
 */
const CATEGORIES = {
  'phys.compromised': 'restoreSystem',
  'phys.root': 'restoreSystem',
  'phys.jailbreak': 'restoreSystem',
  'phys.root_hiding': 'restoreSystem',
  'phys.system_tampering': 'restoreSystem',
  'phys.bootloader_unlocked': 'restoreSystem',
  'phys.attestation_failed': 'contactSupport',
  'phys.virtual_device': 'contactSupport',
  'phys.no_passcode': 'setPasscode',
  'phys.not_encrypted': 'encrypt',
  'phys.usb_debugging': 'turnOffUsbDebugging',
  'phys.developer_options': 'turnOffDeveloperOptions',
  'phys.unknown_sources': 'turnOffUnknownSources',
  'phys.app_verification_off': 'turnOnPlayProtect',
  'phys.risky_profile': 'removeProfile',
  'phys.user_ca_installed': 'removeCertificate',
  'phys.forensic_tool': 'contactSupport',
  'phys.insecure_setting': 'openSecurityApp',
  'phys.agent_incomplete': 'openSecurityApp',
  'phys.agent_tampered': 'reinstallSecurityApp',
  'phys.agent_silent': 'openSecurityApp',

  'net.threat': 'leaveNetwork',
  'net.mitm': 'leaveNetwork',
  'net.mitm.tls_untrusted_ca': 'leaveNetwork',
  'net.mitm.tls_pin_mismatch': 'leaveNetwork',
  'net.mitm.known_bad_ca': 'removeCertificate',
  'net.mitm.ssl_strip': 'leaveNetwork',
  'net.mitm.tls_downgrade': 'leaveNetwork',
  'net.mitm.arp_spoof': 'leaveNetwork',
  'net.mitm.dns_spoof': 'leaveNetwork',
  'net.mitm.icmp_redirect': 'leaveNetwork',
  'net.mitm.proxy_changed': 'leaveNetwork',
  'net.content_tampering': 'leaveNetwork',
  'net.wifi.rogue_ap': 'leaveNetwork',
  'net.wifi.open': 'avoidOpenNetwork',
  'net.wifi.weak_encryption': 'avoidOpenNetwork',
  'net.wifi.bad_reputation': 'leaveNetwork',
  'net.captive_portal': 'signInToPortal',
  'net.scan': 'leaveNetwork',
  'net.c2_contact': 'removeApp',
  'net.phishing_contact': 'phishing',
  'net.malicious_site': 'leaveSite',
  'net.unwanted_content': 'leaveSite',
  'net.cellular_downgrade': 'contactSupport',

  'app.malware': 'removeApp',
  'app.banker': 'bankingMalware',
  'app.spyware': 'suspectSpyware',
  'app.spyware_trace': 'suspectSpyware',
  'app.stalkerware': 'suspectStalkerware',
  'app.watchware': 'suspectStalkerware',
  'app.ransomware': 'ransomware',
  'app.dropper': 'removeApp',
  'app.remote_access': 'remoteAccess',
  'app.toll_fraud': 'removeApp',
  'app.adware': 'reviewApp',
  'app.root_enabler': 'removeApp',
  'app.riskware': 'reviewApp',
  'app.impersonation': 'removeApp',
  'app.repackaged': 'removeApp',
  'app.sideloaded': 'reviewApp',
  'app.excessive_permissions': 'reviewApp',
  'app.accessibility_abuse': 'reviewApp',
  'app.device_admin_abuse': 'reviewApp',
  'app.screen_control': 'reviewApp',
  'app.play_protect_risk': 'turnOnPlayProtect',
  'app.vulnerable': 'updateApp',
  'app.data_leak': 'reviewApp',
  'app.denylisted': 'removeApp',
  'app.malicious_link': 'phishing',

  'vuln.os': 'updateSystem',
  'vuln.os_exploited': 'updateSystem',
  'vuln.os_critical': 'updateSystem',
  'vuln.os_outdated': 'updateSystem',
  'vuln.patch_level_old': 'updateSystem',
  'vuln.os_unsupported': 'updateOrReplace',
  'vuln.device_unsupported': 'replaceDevice',
  'vuln.update_pending': 'updateSystem',
  'vuln.os_beta': 'leaveBeta',

  /** The partner used a word that nobody has mapped yet. */
  unclassified: undefined,
} as const satisfies Readonly<Record<string, AdviceKey | undefined>>;

/** One kind of threat, whichever partner found it. */
export type ThreatCategory = keyof typeof CATEGORIES;

export const THREAT_CATEGORIES: readonly ThreatCategory[] = Object.keys(CATEGORIES) as ThreatCategory[];

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
  return CATEGORIES[category];
}
