import type {
  AccessRequest, ComplianceState, CompliancePolicy, Connector, ConnectorState, Decision, DecidingView, DeviceFacts, MergeRule, Organization, PartnerWord, Reason, Signal, SignalLimits, ThreatState, UnknownTerm, UserFacts, Verdict,
} from '@sallyport/core';
import type { DeviceRow, DocumentKind, ReportRow, Transaction } from '../store/store.ts';
import type { HeldPosture } from './columns/posture-column.ts';
import type { HandledTerm } from './connector-status.ts';

export type { HandledTerm, HeldPosture };

/** What `intake` and the APIs ask of the pipeline. `compose.ts` builds one of each. */

export interface IncomingReport {
  readonly row: Omit<ReportRow, 'receivedAt'>;
  /** `row` understood. */
  readonly signal: Signal;
}

export interface ReportOutcome {
  readonly reportId: string;
  readonly status: 'accepted' | 'duplicate' | 'late';
  /** false: kept until its device appears (or until an administrator says which device is meant). True for a duplicate. */
  readonly matched: boolean;
}

export interface Intake {
  /**
   * Takes reports of one connector to their end: kept raw, matched, merged, evaluated, doors' outbox written,
   * in one durable transaction shared with whatever else arrives at that moment. Resolves, in order, only
   * after the commit; rejects with `StoreBusy` when nothing was kept. Also counts as a heartbeat.
   */
  take(connectorId: string, reports: readonly IncomingReport[]): Promise<readonly ReportOutcome[]>;
  /** A sign of life; with `problem`, of a partner that is not well. A healthy one ends the problem. */
  heartbeat(connectorId: string, problem?: { readonly code: string; readonly message?: string | undefined }): Promise<void>;
}

export interface Provisioning {
  /** The partner withdraws (`false`) and is not listened to any more, or comes back. */
  provision(connectorId: string, provisioned: boolean): Promise<void>;
}

export interface ConfigurationChange {
  readonly kind: DocumentKind;
  readonly id: string;
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
}

/** What a change of the configuration did to access, as `compliantDevice` has it. */
export interface AccessEffect {
  /** Devices that satisfy it now and did not before. */
  readonly opened: number;
  /** Devices that satisfied it before and do not now. */
  readonly closed: number;
}

export interface Configuration {
  /**
   * Runs `work` in a transaction, and in the same one writes the audit rows and the outbox row of the changes
   * that `work` reports through `changed`. When this resolves, the memory that decisions read shows the change
   * and every device it touches has been evaluated again. `evaluated` hears what came of that, unless it could not be
   * finished now.
   */
  write<T>(actor: string, work: (tx: Transaction, changed: (change: ConfigurationChange) => void) => Promise<T>, evaluated?: (effect: AccessEffect) => void): Promise<T>;
}

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
  readonly samples: readonly { readonly deviceId: string; readonly from: ComplianceState; readonly to: ComplianceState }[];
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
  /** Reports since the start whose key so many devices carry that it identifies none. */
  commonKeyReports(): number;
  /** What would change if the merge rule with this id were as given; `undefined`: if it were not there. */
  previewMergeRule(id: string, rule: MergeRule | undefined): Promise<PreviewedChange>;
  /** What would change if the connector with this id were stored as given; `undefined`: if it were deleted. */
  previewConnector(id: string, body: Readonly<Record<string, unknown>> | undefined): Promise<PreviewedChange>;
  /** What would change if these limits were in force; what is received from then on is judged by them as well. */
  previewSignalLimits(limits: SignalLimits): Promise<PreviewedChange>;
  /** What would change if the compliance policy with this id were stored as given; `undefined`: if it were deleted. */
  previewCompliancePolicy(id: string, body: Readonly<Record<string, unknown>> | undefined): Promise<PreviewedChange>;
  /** Devices of which partners say different levels; at most `limit` are listed, all are counted. */
  disagreements(limit: number): Promise<{ readonly count: number; readonly devices: readonly Disagreement[] }>;
  /** The names of systems that are in no table, by name, whether or not an administrator has given them a platform. */
  ownSystemNames(): Promise<readonly OwnSystemName[]>;
}

/** A value of a vendor's that no table holds. */
export interface ListedTerm extends UnknownTerm {
  readonly connectorId: string;
  /** About protection: devices that hold it now; otherwise devices that it was reported of, counted up to 100. */
  readonly devices: number;
  /** The first of them. */
  readonly deviceIds: readonly string[];
  /** `null`: not written down yet, or the list is full. */
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
  readonly reportId: string | null;
  /** What was decided about it; `null`: the rule for unknown values decides. */
  readonly handled: HandledTerm | null;
}

/** The values that no vendor's table holds, and what they count for. */
export interface VendorVocabulary {
  /** Of all connectors or of one, by connector, field and value. */
  unknownTerms(connectorId?: string): Promise<readonly ListedTerm[]>;
  /** An administrator decides what a value counts for; `null`: what the rule says. Devices are evaluated before it resolves. */
  handleTerm(actor: string, connectorId: string, term: string, handling: HandledTerm['handling'] | null): Promise<void>;
}

export interface NamedReport {
  readonly connectorId: string;
  readonly reportId: string;
}

export interface AssignedReports {
  /** How many were applied: those that were named, and what waited under the partner's id of the device that they told. */
  readonly assigned: number;
  /** `unknown`: nobody sent it. `settled`: it waits no more, and is about `deviceId` if that is still known. */
  readonly notAssigned: readonly (NamedReport & { readonly problem: 'unknown' | 'settled'; readonly deviceId: string | null })[];
}

export interface DeviceRegistry {
  /**
   * Creates or replaces a device; applies the reports that waited for it; evaluates it. All or nothing. `check` may
   * refuse it: while it looks, no other device is written, in any process.
   */
  put(actor: string, row: DeviceRow, check?: (tx: Transaction) => Promise<void>): Promise<void>;
  /** As `put`, of the device that `make` turns what is kept into. Answers it; `undefined` when there is none with that id, or `make` left it alone by answering so. */
  change(actor: string, id: string, make: (before: DeviceRow, tx: Transaction) => Promise<DeviceRow | undefined>): Promise<DeviceRow | undefined>;
  /**
   * An administrator says that a superseded record is another phone's: it is live, and no enrolment until now supersedes it.
   * Answers it; `undefined` when there is none with that id. @throws HubError where it is not superseded
   */
  reinstate(actor: string, id: string): Promise<DeviceRow | undefined>;
  /** Whether there was one. */
  remove(actor: string, id: string): Promise<boolean>;
  /**
   * Ends what the partner of a deleted connector said of all devices. Whoever makes a connector asks for it as
   * well: a stop may have come in between.
   */
  forgetPartner(connectorId: string): Promise<void>;
  /** Applies reports that waited although the mail address of their user names one device, which is enough from now on. */
  matchWaitingByEmail(connectorId: string): Promise<void>;
  /** Assigns waiting reports to a device by hand. */
  assignReports(actor: string, deviceId: string, reports: readonly NamedReport[]): Promise<AssignedReports>;
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
  decidingViews<View extends PartnerWord>(deviceId: string, posture: { readonly views: readonly View[]; readonly failing: HeldPosture['failing'] }): readonly DecidingView<View>[];
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
export interface AccessQuestion extends Omit<AccessRequest, 'user' | 'device' | 'deviceProblem' | 'application' | 'now'> {
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

/** A device's access changed: what doors are told. The payload of `device-posture-changed`. */
export interface PostureChange {
  readonly deviceId: string;
  readonly entraDeviceId: string | null;
  readonly easDeviceId: string | null;
  readonly userId: string | null;
  readonly userPrincipalName: string | null;
  readonly complianceState: string;
  readonly previousComplianceState: string;
  readonly mergedState: string;
  readonly previousMergedState: string;
  /** Whether `compliantDevice` is satisfied now: compliant or inGracePeriod. */
  readonly compliant: boolean;
  readonly wasCompliant: boolean;
  readonly reasons: readonly Reason[];
  /** The report that caused it, if one did. */
  readonly cause: { readonly connectorId: string; readonly reportId: string } | null;
}

/** The payload of `connector-state-changed`. */
export interface ConnectorStateChanged {
  readonly connectorId: string;
  readonly displayName: string;
  /** `null`: the connector is new. */
  readonly from: ConnectorState | null;
  readonly to: ConnectorState;
}

/** The payload of `vendor-vocabulary-changed`: what a value that no table holds counts for is another now. */
export interface VocabularyChanged {
  readonly connectorId: string;
  readonly displayName: string;
  /** `critical`: the hub noticed by itself that the vendor changed its vocabulary. */
  readonly severity: 'critical' | 'info';
  /** Field and value, as `termKey` has them. */
  readonly term: string;
  /** `null`: missing data, until much of the fleet holds it. */
  readonly from: HandledTerm['handling'] | null;
  readonly handling: HandledTerm['handling'] | null;
  /** Devices that hold it, and all that the partner reports about. */
  readonly devices: number;
  readonly devicesOfPartner: number;
  readonly by: string;
}

/** The payload of `disagreement-started` and, without views, of `disagreement-ended`. */
export interface DisagreementChanged {
  readonly deviceId: string;
  readonly mergedState: ThreatState | null;
  readonly views: readonly { readonly connectorId: string; readonly state: ThreatState; readonly observedDateTime: string }[];
}

/** The payload of `identity-conflict-started` and, without connectors, of `identity-conflict-ended`. */
export interface IdentityConflictChanged {
  readonly deviceId: string;
  /** Partners of which an older identity of the device reports worse than the newest. */
  readonly connectorIds: readonly string[];
}
