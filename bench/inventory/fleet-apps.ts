import type { KeptApp } from '@sallyport/hub/store/store.ts';
import { Random } from '../shared/random.ts';

/** Apps per device, as the store is planned for. */
export const APPS_PER_DEVICE = 200;
/** On every device of a platform: what the system brings, in the version of its release. */
const SYSTEM_APPS = 60;
/** Managed apps of the organisation, on most devices. */
const COMPANY_APPS = 20;
const RELEASES = 6;
/** Different apps in the stores that people of this fleet have installed. */
const STORE_APPS = 60_000;
const VERSIONS = 12;

/**
 * The apps of one device on one day, made up: the same for the same arguments. A few apps are on many devices and
 * many apps on a few (Zipf), most in one of the latest versions; a version of an app lives about a month.
 */
export function appsOf(device: number, day: number): readonly KeptApp[] {
  const random = new Random(device);
  const release = random.below(RELEASES);
  const apps = new Map<number, KeptApp>();
  for (let n = 0; n < SYSTEM_APPS; n += 1) apps.set(n, app(n, release, random, { managed: false }));
  for (let n = 0; n < COMPANY_APPS; n += 1)
    if (random.chance(0.8))
      apps.set(100 + n, app(100 + n, versionOf(n, day, random), random, { managed: true, deviceBasedVpp: true }));
  while (apps.size < APPS_PER_DEVICE) {
    const n = 1_000 + zipf(random);
    if (!apps.has(n)) apps.set(n, app(n, versionOf(n, day, random), random, { managed: false }));
  }
  return [...apps.values()];
}

function zipf(random: Random): number {
  return Math.floor(STORE_APPS ** random.next()) - 1;
}

/** Most people have the newest version, some are one or a few behind. */
function versionOf(n: number, day: number, random: Random): number {
  const newest = VERSIONS + Math.floor((day + (n % 30)) / 30);
  const behind = Math.floor(-Math.log(1 - random.next()) * 0.7);
  return Math.max(newest - behind, 0);
}

function app(n: number, version: number, random: Random, traits: Partial<KeptApp>): KeptApp {
  return {
    appPlatform: 'ios',
    listed: true,
    appId: `com.vendor${n % 5_000}.product.app${n}`,
    name: `Application number ${n}`,
    version: `${version}.${n % 10}.${n % 97}.${1_000 + (n % 9_000)}`,
    shortVersion: `${version}.${n % 10}.${n % 97}`,
    bundleSize: 5_000_000 + n * 1_237,
    dynamicSize: random.below(400_000_000),
    validated: true,
    adHocSigned: false,
    fromAppStore: n >= 100,
    betaApp: false,
    ...traits,
  };
}
