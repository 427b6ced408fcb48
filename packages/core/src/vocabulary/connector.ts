import type { Instant } from './signal.ts';
import type { Platform } from './platforms.ts';

/** `basic` shows the partner's reports and never enforces them; `full` lets them decide. */
export type Integration = 'basic' | 'full';

export interface ConnectorPlatform {
  /** `androidEnabled`, `iosEnabled`, ...: partner data is used in compliance evaluation. */
  readonly enabled: boolean;
  /** `...DeviceBlockedOnMissingPartnerData`. */
  readonly blockedOnMissingData: boolean;
  /** `partnerMinimumSupported...Version`; below it `partnerUnsupportedOsVersionBlocked` bites. */
  readonly minimumVersion?: string | undefined;
}

export interface ConnectorError {
  /** The partner's own code. */
  readonly code: string;
  readonly message?: string | undefined;
  readonly at: Instant;
}

/** A `mobileThreatDefenseConnector` as the rules see it. */
export interface Connector {
  readonly id: string;
  readonly displayName: string;
  readonly integration: Integration;
  readonly platforms: Readonly<Partial<Record<Platform, ConnectorPlatform>>>;
  readonly unsupportedOsVersionBlocked: boolean;
  /** `partnerUnresponsivenessThresholdInDays`; 0 = never silent. */
  readonly unresponsivenessThresholdDays: number;
  readonly lastHeartbeatAt?: Instant | undefined;
  /** While the clock is in doubt: the time at which that began, since when nobody falls silent, or more silent. */
  readonly silenceAsOf?: Instant | undefined;
  /** The partner has withdrawn: it is not listened to until it provisions itself again. */
  readonly deprovisioned?: boolean | undefined;
  /** When it withdrew; absent where that is not known: then nothing that it reported counts. */
  readonly deprovisionedAt?: Instant | undefined;
  /** Whether it has withdrawn cannot be read: until it is heard, its bad news counts, and of its good news what a withdrawn partner's does. */
  readonly isLifeUnknown?: true | undefined;
  /**
   * Values of the vendor's (`termKey`) that no table holds and that came for much of its fleet at once: a change of its
   * vocabulary, which says nothing about a device.
   */
  readonly disregardedTerms?: readonly string[] | undefined;
  /** What the partner last said is wrong on its side; gone with its next healthy heartbeat. */
  readonly error?: ConnectorError | undefined;
  /** Only devices of these groups (of the user or the device) hear this partner; empty or absent: all devices. */
  readonly enrolmentGroupIds?: readonly string[] | undefined;
  /**
   * A report that names its device only by the user's mail address is taken to mean that user's device, if the
   * user has exactly one. Off by default: the partner may speak of a phone that is not managed here.
   */
  readonly matchDevicesByEmail?: boolean | undefined;
}

/**
 * What a partner that fell silent counts for: what it reported worse than secured, for `badNewsDays` of silence; nothing, which
 * opens the devices that it closed; its last state; one level more; or worse than any level (docs/decisions/0001).
 */
export type SilentPartnerRule = 'keepWorse' | 'ignore' | 'keepLast' | 'raise' | 'block';

/**
 * How the words of several partners become one: the worst of all; that of the first in `order` that knows the level; the
 * risk that `atLeast` of them see; or the worst, with data missing until every one has spoken (docs/decisions/0001).
 */
export type MergeMethod =
  | { readonly method: 'strictest' }
  | { readonly method: 'primary'; readonly order: readonly string[] }
  | { readonly method: 'quorum'; readonly atLeast: number }
  | { readonly method: 'every' };

/** The rule of a platform, and of a group on it; the most specific rule that fits a device is used. */
export interface MergeRule {
  readonly id: string;
  readonly platform?: Platform | undefined;
  readonly groupId?: string | undefined;
  /** Among several that fit equally well, the lowest is used. */
  readonly priority: number;
  readonly merge: MergeMethod;
  readonly silentPartner: SilentPartnerRule;
}
