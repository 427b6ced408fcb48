import type { Platform } from './platforms.ts';

/** What a word in the name of a system stands for; `other`: a known system that no compliance policy is for. */
export type SystemKind = Exclude<Platform, 'unknown'> | 'other';

/**
 * Names of systems as managements of devices write them, in small letters and without digits and punctuation: Graph's
 * `managedDevice.operatingSystem` and `deviceType`, Entra's `device.operatingSystem`, Jamf Pro, Workspace ONE's `Platform`,
 * the Android Management API, Apple's `ProductName` as NanoMDM hands it on, Fleet's `platform` and `os_version`, and
 * Configuration Manager. Names of two words come before those of one.
 */
// biome-ignore format: a list of words
export const SYSTEM_NAMES: ReadonlyMap<string, SystemKind> = new Map<string, SystemKind>([
  ...named('android', [
    'android', 'aosp', 'androidforwork', 'androidenterprise', 'androidworkprofile', 'androidaosp', 'androidngms', 'fire os', 'fireos', 'lineageos',
    'grapheneos', 'calyxos', 'e os',
  ]),
  ...named('iOS', ['ios', 'ipados', 'iosipados', 'iphone', 'iphoneos', 'iphone os', 'ipad', 'ipod', 'ipod touch']),
  ...named('macOS', [
    'macos', 'mac', 'macosx', 'osx', 'os x', 'mac os', 'macintosh', 'macmdm', 'appleosx', 'darwin', 'macbook', 'macbookpro', 'macbookair', 'imac', 'imacpro', 'macmini',
    'macpro', 'virtualmac',
  ]),
  ...named('windows', [
    'windows', 'win', 'winrt', 'windowspc', 'windowsphone', 'windowsrt', 'windowsmobile', 'windowsholographic', 'windowsserver', 'winmo', 'wince', 'winembedded',
    'hololens', 'surfacehub', 'surface hub', 'cloudpc', 'cloud pc',
  ]),
  ...named('linux', ['linux', 'ubuntu']),
  ...named('other', [
    // Distributions: no compliance policy is for Linux, and conditional access took them for no known platform so far.
    'debian', 'rhel', 'red hat', 'redhat', 'centos', 'fedora', 'suse', 'sles', 'sled', 'opensuse', 'arch', 'archlinux', 'manjaro', 'manjaro arm', 'mint', 'linuxmint', 'gentoo',
    'kali', 'raspbian', 'raspberry pi', 'alpine', 'amzn', 'amazon linux', 'oracle linux', 'ol', 'rocky', 'rockylinux', 'almalinux', 'nixos', 'void', 'endeavouros', 'tuxedo',
    'neon', 'pop os', 'pop', 'elementary', 'zorin', 'slackware', 'mageia', 'photon', 'flatcar', 'coreos', 'igel', 'igelos', 'thinos', 'thinpro', 'stratodesk', 'openwrt', 'unix',
    'parrot', 'garuda', 'cachyos', 'bazzite', 'nobara', 'solus', 'deepin', 'uniontech', 'uos', 'kylin', 'proxmox', 'cloudlinux', 'steamos', 'truenas', 'freenas', 'freebsd', 'openbsd', 'netbsd', 'solaris', 'sunos', 'aix', 'hpux', 'hp ux',
    'chromeos', 'chrome os', 'chrome', 'chromium os', 'chromiumos', 'chromeosflex', 'cros', 'chromebook',
    'tvos', 'apple tv', 'appletv', 'wear os', 'wearos', 'watchos', 'apple watch', 'watch', 'visionos', 'xros', 'realitydevice', 'apple vision', 'audioos', 'audioaccessory', 'homepod', 'bridgeos',
    'webos', 'tizen', 'roku', 'fuchsia', 'qnx', 'vxworks', 'freertos', 'rtos',
    'deskjet', 'designjet', 'pagewide', 'futuresmart', 'bizhub', 'imagerunner', 'imageprograf', 'workcentre', 'versalink', 'altalink', 'ecosys', 'taskalfa', 'plotter', 'mfp', 'multifunction',
    'junos', 'fortios', 'pan os', 'panos', 'arubaos', 'routeros', 'roomos', 'xbox', 'playstation', 'brightsign',
    'printer', 'printers', 'laserjet', 'officejet', 'colorlaserjet', 'zebra printer', 'linkos', 'link os', 'jetdirect', 'scanner', 'copier', 'camera', 'router', 'switch', 'firewall',
    'access point', 'voip', 'ip phone', 'teams room', 'teams rooms', 'iot', 'iothub', 'cisco ios', 'nx os', 'esxi', 'esx', 'vmware esxi', 'xenserver', 'hypervisor',
  ]),
]);

/**
 * Phones that no compliance policy is for, by names that may stand beside the system that they are built on ("Ubuntu Touch",
 * "postmarketOS (Alpine Linux)"): the name of that system does not make a desktop of them.
 */
// biome-ignore format: a list of words
export const OTHER_PHONES: ReadonlySet<string> = new Set([
  'ubuntu touch', 'ubuntutouch', 'ubports', 'postmarketos', 'postmarket os', 'sailfish', 'sailfishos', 'aurora os', 'auroraos', 'kaios', 'kai os', 'harmonyos', 'harmony os',
  'openharmony', 'hongmeng', 'plasma mobile', 'plasmamobile', 'phosh', 'mobian', 'droidian', 'pinephone', 'librem', 'pureos', 'maemo', 'meego', 'nemo mobile',
  'firefox os', 'firefoxos', 'symbian', 'blackberry', 'tizen mobile', 'tizen phone',
]);

/** Only where nothing else in a name is known: Workspace ONE calls iOS "Apple". */
export const VAGUE_NAMES: ReadonlyMap<string, SystemKind> = new Map(named('iOS', ['apple']));

/** No other system's name begins so, and managements write what they mean behind it without a blank. */
export const SYSTEM_PREFIXES: readonly (readonly [prefix: string, kind: SystemKind])[] = [
  ['android', 'android'],
  ['windows', 'windows'],
  ['macos', 'macOS'],
  ['ipados', 'iOS'],
  ['linux', 'linux'],
  ['ubuntu', 'linux'],
];

function named(kind: SystemKind, names: readonly string[]): readonly (readonly [string, SystemKind])[] {
  return names.map((name) => [name, kind]);
}
