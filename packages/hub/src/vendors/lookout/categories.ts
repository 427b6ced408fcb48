import type { CategoryTable } from '@sallyport/core';

/** Lookout's classifications in our taxonomy; the types at the end stand in where a threat has no classification. */
export const LOOKOUT_CATEGORIES: CategoryTable = {
  words: {
    TROJAN: 'app.malware', WORM: 'app.malware', BACKDOOR: 'app.malware', BOT: 'app.malware', VIRUS: 'app.malware',
    SPYWARE: 'app.spyware', SPY: 'app.spyware', SURVEILLANCEWARE: 'app.spyware', SURVEILLANCE: 'app.spyware',
    ROOT_ENABLER: 'app.root_enabler', EXPLOIT: 'app.root_enabler',
    RISKWARE: 'app.riskware', SPAM: 'app.riskware', ADWARE: 'app.adware', APP_DROPPER: 'app.dropper',
    CHARGEWARE: 'app.toll_fraud', CLICK_FRAUD: 'app.toll_fraud', TOLL_FRAUD: 'app.toll_fraud',
    DATA_LEAK: 'app.data_leak', VULNERABILITY: 'app.vulnerable', DENYLISTED_APP: 'app.denylisted',
    SIDELOADED_APP: 'app.sideloaded', NON_APP_STORE_SIGNER: 'app.sideloaded',

    ROOT_JAILBREAK: 'phys.compromised', ACCESS_CONTROL_VIOLATION: 'phys.system_tampering',
    NO_DEVICE_LOCK: 'phys.no_passcode', UNENCRYPTED: 'phys.not_encrypted',
    DEVELOPER_MODE_ENABLED: 'phys.developer_options', USB_DEBUGGING_ENABLED: 'phys.usb_debugging', UNKNOWN_SOURCES_ENABLED: 'phys.unknown_sources',
    VPN_NOT_ENABLED: 'phys.agent_incomplete', SECURE_DNS_NOT_ENABLED: 'phys.agent_incomplete', PCP_PAUSED: 'phys.agent_incomplete', SMISHING_PERMISSIONS_NOT_ACCEPTED: 'phys.agent_incomplete', CONNECTIVITY: 'phys.agent_silent',

    ACTIVE_MITM: 'net.mitm', GATEWAY_ADDRESS_CHANGE: 'net.mitm.arp_spoof', ROGUE_WIFI: 'net.wifi.rogue_ap', PORT_SCAN: 'net.scan',
    PHISHING_CONTENT: 'net.phishing_contact', SMISHING_ALERT: 'app.malicious_link', EMBEDDED_PHISHING_URL: 'app.malicious_link', CEO_FRAUD: 'app.malicious_link', MALICIOUS_CONTENT: 'net.malicious_site',
    UNAUTHORIZED_CONTENT: 'net.unwanted_content', DENYLISTED_CONTENT: 'net.unwanted_content',

    OUT_OF_DATE_OS: 'vuln.os_outdated', OUT_OF_DATE_ASPL: 'vuln.patch_level_old',

    APPLICATION: 'app.riskware', FILE: 'app.malware', CONFIGURATION: 'phys.insecure_setting', NETWORK: 'net.threat', OS: 'vuln.os', WEB_CONTENT: 'net.malicious_site',
  },
};
