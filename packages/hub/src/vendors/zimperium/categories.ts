import type { CategoryTable } from '@sallyport/core';

/**
 * Zimperium's threats in our taxonomy, by internal name (`DEVICE_ROOTED`, `host.pin`) and by display name
 * ("Device Jailbroken/Rooted"), whichever a record carries. Names that are not here go by the words in them.
 */
export const ZIMPERIUM_CATEGORIES: CategoryTable = {
  words: {
    DEVICE_JAILBROKEN_ROOTED: 'phys.compromised',
    DEVICE_ROOTED: 'phys.compromised',
    HOST_ROOTED: 'phys.root',
    HOST_JAILBROKEN: 'phys.jailbreak',
    SYSTEM_TAMPERING: 'phys.system_tampering',
    ELEVATION_OF_PRIVILEGES: 'phys.system_tampering',
    ABNORMAL_PROCESS_ACTIVITY: 'phys.system_tampering',
    SE_LINUX_DISABLED: 'phys.system_tampering',
    FILE_SYSTEM_CHANGED: 'phys.system_tampering',
    HOST_PIN: 'phys.no_passcode',
    DEVICE_PIN: 'phys.no_passcode',
    PASSCODE_NOT_ENABLED: 'phys.no_passcode',
    HOST_ENCRYPTION: 'phys.not_encrypted',
    DEVICE_ENCRYPTION: 'phys.not_encrypted',
    ENCRYPTION_NOT_ENABLED: 'phys.not_encrypted',
    USB_DEBUGGING_ON: 'phys.usb_debugging',
    USB_DEBUGGING_MODE: 'phys.usb_debugging',
    DEVELOPER_OPTIONS: 'phys.developer_options',
    DEVELOPER_OPTIONS_ON: 'phys.developer_options',
    UNKNOWN_SOURCES_ENABLED: 'phys.unknown_sources',
    UNKNOWN_SOURCES_ON: 'phys.unknown_sources',
    GOOGLE_PLAY_PROTECT_DISABLED: 'phys.app_verification_off',
    SUSPICIOUS_PROFILE: 'phys.risky_profile',
    UNTRUSTED_PROFILE: 'phys.risky_profile',

    DANGER_ZONE_CONNECTED: 'net.wifi.bad_reputation',
    DANGER_ZONE_NEARBY: 'net.wifi.bad_reputation',
    UNSECURED_WI_FI_NETWORK: 'net.wifi.open',
    INTERNAL_NETWORK_ACCESS: 'net.scan',

    SUSPICIOUS_ANDROID_APP: 'app.malware',
    SUSPICIOUS_IOS_APP: 'app.malware',
    APK_SUSPECTED: 'app.malware',
    SIDELOADED_APP_S: 'app.sideloaded',
    SIDELOADED_APP: 'app.sideloaded',
    TESTFLIGHT_INSTALLED: 'app.sideloaded',
    TEST_FLIGHT_APP_INSTALLED: 'app.sideloaded',
    OUT_OF_COMPLIANCE_APP: 'app.denylisted',

    HOST_VULNERABLE_IOS: 'vuln.os',
    HOST_VULNERABLE_ANDROID: 'vuln.os',
    VULNERABLE_IOS_VERSION: 'vuln.os',
    VULNERABLE_ANDROID_VERSION: 'vuln.os',
    VULNERABLE_NON_UPGRADEABLE_IOS_VERSION: 'vuln.os_unsupported',
    VULNERABLE_NON_UPGRADEABLE_ANDROID_VERSION: 'vuln.os_unsupported',
  },
};
