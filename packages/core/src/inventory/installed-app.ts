/**
 * One app on one device: the eight facts that partners have always been given and the four that came later
 * (Intune's App Sync). A fact that the source does not tell is `undefined`, never false.
 */
export interface InstalledApp {
  /** App ID: bundle identifier (Apple) or package name (Android). */
  readonly appId?: string | undefined;
  /** App Version: Apple's `Version` (CFBundleVersion), Android's version code. */
  readonly version?: string | undefined;
  /** App Short Version: what people see; Apple's `ShortVersion`, Android's version name. */
  readonly shortVersion?: string | undefined;
  readonly name?: string | undefined;
  /** App Bundle Size in bytes: the app as it was installed. */
  readonly bundleSize?: number | undefined;
  /** App Dynamic Size in bytes: what the app has stored beside itself. */
  readonly dynamicSize?: number | undefined;
  /** The device has checked that the app may run (Apple's `IsValidated`). */
  readonly validated?: boolean | undefined;
  /** Installed by the device management, or within a profile that it owns. */
  readonly managed?: boolean | undefined;
  readonly adHocSigned?: boolean | undefined;
  readonly fromAppStore?: boolean | undefined;
  /** Distributed through TestFlight. */
  readonly betaApp?: boolean | undefined;
  /** Licensed to the device through Apple's volume purchase. */
  readonly deviceBasedVpp?: boolean | undefined;
  /** Graph's `detectedApp.publisher`; no partner is given it. */
  readonly publisher?: string | undefined;
}

/** The facts about an app that are true, false or not told. The order is that of the stored form: append only. */
export const APP_TRAITS = ['validated', 'managed', 'adHocSigned', 'fromAppStore', 'betaApp', 'deviceBasedVpp'] as const;
export type AppTrait = (typeof APP_TRAITS)[number];

/** What a partner is given of each app, by our names. */
export const SHARED_APP_FIELDS = [
  'appId',
  'version',
  'shortVersion',
  'name',
  'bundleSize',
  'dynamicSize',
  'validated',
  'managed',
  'adHocSigned',
  'fromAppStore',
  'betaApp',
  'deviceBasedVpp',
] as const satisfies readonly (keyof InstalledApp)[];

/** One certificate on one device (Intune's Certificate Sync). */
export interface InstalledCertificate {
  readonly commonName: string;
  /** The certificate in DER, base64. */
  readonly data: string;
  /** The device holds its private key. */
  readonly isIdentity: boolean;
}

export const SHARED_CERTIFICATE_FIELDS = [
  'commonName',
  'data',
  'isIdentity',
] as const satisfies readonly (keyof InstalledCertificate)[];
