import type { ThreatCategory } from './taxonomy.ts';

/** Words that several partners use, and that senders to the open interfaces may use without a table of their own. */
export const GENERAL_WORDS: Readonly<Record<string, ThreatCategory>> = {
  JAILBROKEN_ROOTED: 'phys.compromised', COMPROMISED: 'phys.compromised', DEVICE_COMPROMISED: 'phys.compromised',
  TAMPERING: 'phys.system_tampering', EMULATOR: 'phys.virtual_device', PIN: 'phys.no_passcode',
  MALICIOUS_NETWORK: 'net.threat', NETWORK: 'net.threat', NETWORK_THREAT: 'net.threat', NETWORK_ATTACK: 'net.threat',
  MALICIOUS_APP: 'app.malware', MALICIOUS_APPLICATION: 'app.malware', VIRUS: 'app.malware', WORM: 'app.malware', BACKDOOR: 'app.malware', BOT: 'app.malware',
  SUSPICIOUS_APP: 'app.riskware', UNWANTED_APP: 'app.riskware', PUA: 'app.riskware', RISKY_APP: 'app.riskware',
  VULNERABLE_OS: 'vuln.os', OS_VULNERABILITY: 'vuln.os', VULNERABILITY: 'vuln.os',
};

/**
 * Parts of words, the most telling first. They are anchored to whole parts where a part of another word would
 * fit, and guess no more than the kind: what none fits stays unclassified, with the partner's own word beside it.
 */
export const GENERAL_PATTERNS: readonly (readonly [RegExp, ThreatCategory])[] = [
  [/(^|_)(ROOT_?(HIDING|CLOAK\w*)|MAGISK_?HIDE)(_|$)/, 'phys.root_hiding'],
  [/JAIL_?BR(EA|O)K\w*_.*ROOT|ROOT\w*_.*JAIL_?BR/, 'phys.compromised'],
  [/JAIL_?BR(EA|O)K/, 'phys.jailbreak'],
  [/(^|_)ROOT(ED|KIT)?(_|$)(?!CA|CERT|ENABLER)/, 'phys.root'],
  [/SYSTEM_?TAMPER|SE_?LINUX|DEVICE_?TAMPER/, 'phys.system_tampering'],
  [/BOOT_?LOADER/, 'phys.bootloader_unlocked'],
  [/ATTESTATION|PLAY_?INTEGRITY|SAFETY_?NET/, 'phys.attestation_failed'],
  [/USB_?DEBUG|(^|_)ADB(_|$)/, 'phys.usb_debugging'],
  [/DEVELOPER_?(OPTION|MODE)/, 'phys.developer_options'],
  [/UNKNOWN_?SOURCE/, 'phys.unknown_sources'],
  [/PLAY_?PROTECT|VERIFY_?APPS/, 'phys.app_verification_off'],
  [/PASSCODE|SCREEN_?LOCK|LOCK_?SCREEN|DEVICE_?LOCK|(^|_)DEVICE_PIN(_|$)/, 'phys.no_passcode'],
  [/(^|_)(NOT_?ENCRYPTED|UNENCRYPTED)(_(DEVICE|STORAGE)|$)|DEVICE_NOT_ENCRYPTED|ENCRYPTION_?(OFF|DISABLED)/, 'phys.not_encrypted'],
  [/(RISKY|SUSPICIOUS|MALICIOUS|UNTRUSTED)_?(IOS_)?(CONFIGURATION_)?PROFILE/, 'phys.risky_profile'],
  [/ROOT_?CA|(USER|UNTRUSTED|ROGUE)_?(CA|CERT)|ROOT_?CERT/, 'phys.user_ca_installed'],

  [/SSL_?STRIP/, 'net.mitm.ssl_strip'],
  [/(TLS|SSL)_?DOWNGRADE/, 'net.mitm.tls_downgrade'],
  [/(^|_)ARP(_|$).*(SPOOF|POISON|MITM)|(SPOOF|POISON|MITM)\w*_ARP(_|$)/, 'net.mitm.arp_spoof'],
  [/DNS_?(SPOOF|POISON|HIJACK|MANIPUL)/, 'net.mitm.dns_spoof'],
  [/ICMP_?REDIRECT/, 'net.mitm.icmp_redirect'],
  [/PROXY_?CHANGE/, 'net.mitm.proxy_changed'],
  [/CONTENT_?(MANIPULATION|TAMPER)/, 'net.content_tampering'],
  [/MITM|MAN_?IN_?THE_?MIDDLE/, 'net.mitm'],
  [/ROGUE_?(WI_?FI|ACCESS|AP(_|$)|NETWORK|HOTSPOT)|EVIL_?TWIN/, 'net.wifi.rogue_ap'],
  [/(OPEN|UNSECURED|INSECURE|UNPROTECTED)_?(WI_?FI|NETWORK|HOTSPOT)/, 'net.wifi.open'],
  [/(RISKY|DANGEROUS|UNTRUSTED|SUSPICIOUS)_?(WI_?FI|NETWORK|HOTSPOT)|DANGER_?ZONE/, 'net.wifi.bad_reputation'],
  [/CAPTIVE_?PORTAL/, 'net.captive_portal'],
  [/(ARP|IP|PORT|TCP|UDP|NETWORK)_?SCAN/, 'net.scan'],
  [/PHISH|SMISH/, 'net.phishing_contact'],
  [/COMMAND_?AND_?CONTROL|(^|_)C2(_|$)|BOTNET/, 'net.c2_contact'],
  [/(MALICIOUS|BAD|MALWARE)_?(SITE|WEB_?SITE|URL|HOST|DOMAIN|CONTENT)|CRYPTO_?JACK/, 'net.malicious_site'],

  [/SPY_?WARE|SURVEILLANCE/, 'app.spyware'],
  [/STALKER_?WARE/, 'app.stalkerware'],
  [/RANSOM/, 'app.ransomware'],
  [/BANK(ER|ING)_?(TROJAN|MALWARE)?$/, 'app.banker'],
  [/DROPPER/, 'app.dropper'],
  [/TOLL_?FRAUD|CLICK_?FRAUD|CHARGE_?WARE/, 'app.toll_fraud'],
  [/AD_?WARE/, 'app.adware'],
  [/RISK_?WARE/, 'app.riskware'],
  [/ROOT_?ENABLER|EXPLOIT_?APP/, 'app.root_enabler'],
  [/SIDE_?LOAD|TEST_?FLIGHT/, 'app.sideloaded'],
  [/REPACKAGED/, 'app.repackaged'],
  [/(DENY|BLOCK|BLACK)_?LIST(ED)?_?APP/, 'app.denylisted'],
  [/DATA_?LEAK/, 'app.data_leak'],
  [/VULNERABLE_?APP/, 'app.vulnerable'],
  [/TROJAN|MALWARE/, 'app.malware'],

  [/OUT_?OF_?DATE_(ASPL|PATCH)|PATCH_?LEVEL|SECURITY_?PATCH/, 'vuln.patch_level_old'],
  [/OUT_?OF_?DATE_?(OS|SYSTEM)|OUTDATED_?(OS|SYSTEM)|(OS|SYSTEM)_?(NOT_UP_TO_DATE|OUTDATED|OUT_OF_DATE)/, 'vuln.os_outdated'],
  [/OS_?UPDATE_?AVAILABLE|UPGRADABLE_?OS/, 'vuln.update_pending'],
  [/UNSUPPORTED_?OS/, 'vuln.os_unsupported'],
  [/VULNERABLE_(OS|ANDROID|IOS|SYSTEM)|OS_VULN/, 'vuln.os'],
];
