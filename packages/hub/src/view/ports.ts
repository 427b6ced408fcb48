import type {
  AccessRequest,
  ComplianceState,
  CompliancePolicy,
  Connector,
  Decision,
  DecidingView,
  DeviceFacts,
  Organization,
  PartnerWord,
  SignalLimits,
  ThreatState,
  UserFacts,
  Verdict,
} from '@sallyport/core';
import type { DocumentKind } from '../store/store.ts';
import type { HeldPosture } from './columns/held-posture.ts';

/** What a change would do, counted over the whole fleet as it now stands. */
export interface PreviewedChange {
  readonly devices: number;
  /** Devices whose compliance state would be another. */
  readonly changed: number;
  /** Of these: devices that would lose, or get back, what `compliantDevice` guards. */
  readonly closing: number;
  readonly opening: number;
  /** Devices whose merged level would be another, whether or not that changes their compliance. */
  readonly levelChanged: number;
  /** The first of the changed devices. */
  readonly samples: readonly {
    readonly deviceId: string;
    readonly from: ComplianceState;
    readonly to: ComplianceState;
  }[];
}

export interface Disagreement {
  readonly deviceId: string;
  readonly mergedState: ThreatState;
  /** What each partner says that has a voice for the device. */
  readonly views: readonly { readonly connectorId: string; readonly state: ThreatState; readonly observedAt: number }[];
}

/** Devices whose system is called by one name that is in no table. */
export interface OwnSystemName {
  /** As `systemNameKey` has it. */
  readonly name: string;
  readonly devices: number;
  /** Of these: devices that `compliantDevice` does not let in now. */
  readonly closed: number;
  /** The first of them. */
  readonly deviceIds: readonly string[];
}

/** Questions about the whole fleet. They look at every device in memory, and let other work in between. */
export interface FleetQuestions {
  /** How many devices have bad news held against them, and how many records are superseded. */
  recordCounts(): { readonly held: number; readonly superseded: number };
  /** What would change if the document were stored as given; `undefined`: if it were deleted. @throws Error where nobody could read it */
  preview(
    kind: DocumentKind,
    id: string,
    body: Readonly<Record<string, unknown>> | undefined,
  ): Promise<PreviewedChange>;
  /** Devices of which partners say different levels; at most `limit` are listed, all are counted. */
  disagreements(limit: number): Promise<{ readonly count: number; readonly devices: readonly Disagreement[] }>;
  /** The names of systems that are in no table, by name, whether or not an administrator has given them a platform. */
  ownSystemNames(): Promise<readonly OwnSystemName[]>;
}

/** How sure we are of who a device is: only the first two may grant, the others, which anybody can claim, may deny. */
export type EvidenceGrade = 'certificate' | 'claim' | 'easDeviceId' | 'macAddress';

export interface DeviceClaim {
  readonly grade: EvidenceGrade;
  /** Managed device id or Entra device id; for `easDeviceId` that id. */
  readonly value: string;
}

/** The memory that decisions are made from. Everything here is synchronous and reads no database. */
export interface AccessView {
  /** By id, userPrincipalName or mail, in any case. */
  user(idOrName: string): UserFacts | undefined;
  /** The device that a claim names; `undefined` when none or several do. */
  deviceId(claim: DeviceClaim): string | undefined;
  facts(deviceId: string): DeviceFacts | undefined;
  /** The record that superseded this one, because the phone was enrolled again. */
  successorOf(deviceId: string): string | undefined;
  posture(deviceId: string): HeldPosture | undefined;
  /** Evaluated now, with all policies and settings; for `deviceCompliancePolicyStates` and explanations. */
  verdict(deviceId: string): Verdict | undefined;
  /** Those of a device's views that the verdict on its level comes from now. */
  decidingViews<View extends PartnerWord>(
    deviceId: string,
    posture: { readonly views: readonly View[]; readonly failing: HeldPosture['failing'] },
  ): readonly DecidingView<View>[];
  /** Ids of the devices whose primary user this is. */
  devicesOfUser(userId: string): readonly string[];
  /** Transitive groups of a device itself and of its primary user. */
  groupsOfDevice(deviceId: string): readonly string[];
  connector(id: string): Connector | undefined;
  compliancePolicy(id: string): CompliancePolicy | undefined;
  /** Canonical id of an application given by id or by well-known or registered name; `undefined` when unknown. */
  application(idOrName: string): { readonly id: string; readonly displayName: string } | undefined;
  /** What texts for people say of the organisation; another object whenever it was changed. */
  readonly organization: Organization;
  readonly signalLimits: SignalLimits;
  /** Number of devices, for health and metrics. */
  readonly deviceCount: number;
}

/** A question about access with the caller's evidence not yet looked up. */
export interface AccessQuestion
  extends Omit<AccessRequest, 'user' | 'device' | 'deviceProblem' | 'application' | 'now'> {
  readonly user: string;
  readonly application: string;
  readonly device?: DeviceClaim | undefined;
  /** The device certificate was presented and did not verify. */
  readonly certificateInvalid?: boolean | undefined;
}

export interface AccessAnswer extends Decision {
  readonly userId?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly application?: string | undefined;
  /** The user's own, for texts where the caller names none. */
  readonly preferredLanguage?: string | undefined;
  /** Of the device, as its management calls it; for the word that texts use for the device. */
  readonly operatingSystem?: string | undefined;
}

export interface AccessDecider {
  /** Never throws for what a caller may send: an unknown user, device or application is a deny with its reason. */
  decide(question: AccessQuestion): AccessAnswer;
  /** Reads no clock, keeps no log: what would be said of this device under other policies is `core`'s to answer. */
  readonly view: AccessView;
}
