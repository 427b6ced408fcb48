import type { CategoryTable } from '@sallyport/core';

/** The published event types of Jamf's Threat Events Stream (fixtures/published-words.json), in our taxonomy. Others fall to the general words. */
export const JAMF_CATEGORIES: CategoryTable = {
  words: {
    MALICIOUS_APP_IN_INVENTORY: 'app.malware', TROJAN_MALWARE_APP_IN_INVENTORY: 'app.malware', ADWARE_APP_IN_INVENTORY: 'app.adware',
    BANKER_MALWARE_APP_IN_INVENTORY: 'app.banker', RANSOMWARE_APP_IN_INVENTORY: 'app.ransomware', ROOTING_MALWARE_APP_IN_INVENTORY: 'app.root_enabler',
    SMS_MALWARE_APP_IN_INVENTORY: 'app.toll_fraud', SPYWARE_APP_IN_INVENTORY: 'app.spyware',
    POTENTIALLY_UNWANTED_APP_IN_INVENTORY: 'app.riskware', RISKY_APP_DOWNLOAD: 'app.riskware', THIRD_PARTY_APP_STORES_IN_INVENTORY: 'app.riskware',
    ADMIN_APP_IN_INVENTORY: 'app.device_admin_abuse', SIDE_LOADED_APP_IN_INVENTORY: 'app.sideloaded', VULNERABLE_APP_IN_INVENTORY: 'app.vulnerable',
    LEAK_CREDIT_CARD: 'app.data_leak', LEAK_PASSWORD: 'app.data_leak', LEAK_EMAIL: 'app.data_leak', LEAK_USERID: 'app.data_leak', LEAK_LOCATION: 'app.data_leak',
    JAILBREAK: 'phys.compromised', IOS_PROFILE: 'phys.risky_profile', SSL_TRUST_COMPROMISE: 'phys.user_ca_installed',
    LOCK_SCREEN_DISABLED: 'phys.no_passcode', USER_PASSWORD_DISABLED: 'phys.no_passcode', STORAGE_ENCRYPTION_DISABLED: 'phys.not_encrypted',
    UNKNOWN_SOURCES_ENABLED: 'phys.unknown_sources', DEVELOPER_MODE_ENABLED: 'phys.developer_options', USB_DEBUGGING_ENABLED: 'phys.usb_debugging',
    USB_APP_VERIFICATION_DISABLED: 'phys.app_verification_off', FIREWALL_DISABLED: 'phys.insecure_setting', ANTIVIRUS_DISABLED: 'phys.insecure_setting',
    APP_INACTIVITY: 'phys.agent_silent',
    OUTDATED_OS: 'vuln.os_outdated', OUTDATED_OS_LOW: 'vuln.os_outdated', OUT_OF_DATE_OS: 'vuln.os_outdated', MISSING_ANDROID_SECURITY_PATCHES: 'vuln.patch_level_old',
    ACCESS_BAD_HOST: 'net.malicious_site', ACCESS_CRYPTOJACKING_HOST: 'net.malicious_site', ACCESS_SPAM_HOST: 'net.malicious_site', ACCESS_PHISHING_HOST: 'net.phishing_contact',
    SSL_MITM_TRUSTED_VALID_CERT: 'net.mitm', SSL_MITM_TRUSTED_INVALID_CERT: 'net.mitm', SSL_STRIP_MITM: 'net.mitm.ssl_strip',
    SSL_MITM_UNTRUSTED_VALID_CERT: 'net.mitm.tls_untrusted_ca', SSL_MITM_UNTRUSTED_INVALID_CERT: 'net.mitm.tls_untrusted_ca',
  },
  patterns: [[/^ACCESS_PHISH/, 'net.phishing_contact'], [/^ACCESS_/, 'net.malicious_site'], [/^LEAK_/, 'app.data_leak']],
};
