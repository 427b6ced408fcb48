import type { ConnectorState, Reason, Signal, ThreatState, UnknownTerm } from '@sallyport/core';
import type { DeviceRow, ReportRow, Transaction } from '../store/store.ts';
import type { HeldPosture } from '../view/columns/held-posture.ts';
import type { HandledTerm } from '../documents/kinds/connector-status.ts';

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
  heartbeat(
    connectorId: string,
    problem?: { readonly code: string; readonly message?: string | undefined },
  ): Promise<void>;
}

export interface Provisioning {
  /** The partner withdraws (`false`) and is not listened to any more, or comes back. */
  provision(connectorId: string, provisioned: boolean): Promise<void>;
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
  readonly notAssigned: readonly (NamedReport & {
    readonly problem: 'unknown' | 'settled';
    readonly deviceId: string | null;
  })[];
}

export interface DeviceRegistry {
  /**
   * Creates or replaces a device; applies the reports that waited for it; evaluates it. All or nothing. `check` may
   * refuse it: while it looks, no other device is written, in any process.
   */
  put(actor: string, row: DeviceRow, check?: (tx: Transaction) => Promise<void>): Promise<void>;
  /** As `put`, of the device that `make` turns what is kept into. Answers it; `undefined` when there is none with that id, or `make` left it alone by answering so. */
  change(
    actor: string,
    id: string,
    make: (before: DeviceRow, tx: Transaction) => Promise<DeviceRow | undefined>,
  ): Promise<DeviceRow | undefined>;
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
  readonly views: readonly {
    readonly connectorId: string;
    readonly state: ThreatState;
    readonly observedDateTime: string;
  }[];
}

/** The payload of `identity-conflict-started` and, without connectors, of `identity-conflict-ended`. */
export interface IdentityConflictChanged {
  readonly deviceId: string;
  /** Partners of which an older identity of the device reports worse than the newest. */
  readonly connectorIds: readonly string[];
}
