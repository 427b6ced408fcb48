import type { Instant } from './signal.ts';
import type { AndroidManagement } from './android-management.ts';
import type { Platform } from './platforms.ts';

/** What the rules need of a `managedDevice`. */
export interface DeviceFacts {
  readonly id: string;
  readonly platform: Platform;
  /** `undefined`: not Android, or not known. */
  readonly androidManagement?: AndroidManagement | undefined;
  readonly operatingSystem: string;
  /** `operatingSystem` is in no table, and no administrator has given that name a platform. */
  readonly systemUnknown?: boolean | undefined;
  /** Stored before names like its own were understood: what is new to it does not close it at once (docs/decisions/0001). */
  readonly systemNewlyRead?: boolean | undefined;
  /** Registered since what is not understood closes: it gets no time for a name or a version that cannot be read. */
  readonly strict?: boolean | undefined;
  /** The record that superseded this one, because the phone was enrolled again. */
  readonly supersededBy?: string | undefined;
  readonly osVersion: string;
  /** The primary user, if the device has one. */
  readonly userId?: string | undefined;
  /** `lastSyncDateTime`: last contact with the device management. */
  readonly lastSyncAt: Instant;
  readonly enrolledAt: Instant;
}

/** What the rules need of a `user`. `groupIds` holds transitive memberships. */
export interface UserFacts {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly mail?: string | undefined;
  readonly accountEnabled: boolean;
  /** `preferredLanguage`: the language to speak to the user in, a BCP 47 tag. */
  readonly preferredLanguage?: string | undefined;
  readonly groupIds: readonly string[];
}
