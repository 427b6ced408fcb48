import type { ThreatCategory } from '../findings/taxonomy.ts';
import type { Level } from './level.ts';
import type { ThreatState } from './threat-state.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. `core` has no clock; times come in as arguments. */
export type Instant = number;

/**
 * What a partner may know a device by. Values are compared after `normaliseKey`. `vendorDeviceId` is the partner's own id
 * of the device, learnt with the others; `vendorIncidentId` that of an incident on it, for reports that name no more.
 */
export type DeviceKeyType =
  | 'managedDeviceId' | 'entraDeviceId' | 'serialNumber' | 'imei' | 'udid' | 'easDeviceId' | 'vendorDeviceId' | 'vendorIncidentId' | 'email';

export interface DeviceKey {
  readonly type: DeviceKeyType;
  readonly value: string;
}

export type FindingState = 'open' | 'resolved';

/** One threat on one device, as one report tells it. */
export interface FindingReport {
  /** The partner's own id, unique within (connector, device). */
  readonly id: string;
  readonly type: string;
  /** The same in our words; set when the report is taken in. Absent in what was stored before there were any. */
  readonly category?: ThreatCategory | undefined;
  /** `undefined`: informational; it never raises a level. */
  readonly severity?: Level | undefined;
  readonly state: FindingState;
  readonly title?: string | undefined;
  readonly detectedAt?: Instant | undefined;
  /** What the user should do, in the partner's words. */
  readonly recommendedAction?: string | undefined;
  /** Where the partner shows the threat, for administrators; an https address. */
  readonly link?: string | undefined;
}

/** A term in a partner's report that our table of the partner's vocabulary does not hold. */
export interface UnknownTerm {
  /** The partner's field, as the flag names it: `protection_status`. */
  readonly field: string;
  /** In capitals, at most 60 characters; `(none)` where a term was due and the report has none. */
  readonly value: string;
  /**
   * `protection`: whether the partner's app is active and watches over the device; `level`: how dangerous the device is;
   * `finding`: state or severity of one finding; `other`: what decides nothing.
   */
  readonly about: 'protection' | 'level' | 'finding' | 'other';
}

/** What one report says, in our vocabulary. */
export interface Signal {
  readonly connectorId: string;
  /** The partner's own event id: the same one twice has one effect. */
  readonly reportId: string;
  readonly keys: readonly DeviceKey[];
  readonly observedAt: Instant;
  /** `undefined`: the report speaks of findings only and leaves the device's state as it was. */
  readonly state?: ThreatState | undefined;
  /**
   * Beside the state `secured`: the partner's lowest word covers what we call secured and what we call low, so
   * the device is secured only while no finding with a severity is open, and low otherwise.
   */
  readonly basis?: 'postureAndFindings' | undefined;
  /**
   * The partner never says that a threat is over, other than by calling the device secured: that word ends what
   * it found on the device more than so many milliseconds before: its word may come from a little earlier than it is told.
   * Set on its words about devices and on its findings alike.
   */
  readonly securedEndsFindings?: number | undefined;
  /**
   * The state counts only where the partner's current one came from a report whose id begins like this: a partner
   * may have several entries of one device, and the end of a former one is not the end of the others.
   */
  readonly endsReports?: string | undefined;
  /**
   * The report does not say when it was: `observedAt` is its receipt. It may be an old one, or one sent again, so it
   * counts only as far as it is bad and worse than what is known.
   */
  readonly undated?: true | undefined;
  readonly findings: readonly FindingReport[];
  /** Why the report is not taken as it stands: a term nobody knows, a missing id, a time in the future. For people. */
  readonly flag?: string | undefined;
  /**
   * The terms of the report that nobody knows, each once; absent when there are none. One about protection makes the state
   * `unknown` where nothing else in the report is worse; one about the level leaves out the state, so that the last one
   * stays; one about a finding leaves out that finding.
   */
  readonly unknownTerms?: readonly UnknownTerm[] | undefined;
}

/** The current word of one partner about one device, as far as rules ask. */
export interface PartnerWord {
  readonly connectorId: string;
  readonly state: ThreatState;
  readonly observedAt: Instant;
  /** The partner's open findings, for reasons and for `basis: 'findings'`. Full findings are kept elsewhere. */
  readonly openFindings: readonly OpenFinding[];
}

/** The word with what the next report is measured by. */
export interface PartnerView extends PartnerWord {
  readonly reportId: string;
  /**
   * Where the state comes from: the partner's own posture of the device; or, for a partner that never gave one,
   * the worst of its open findings; or a posture of secured that open findings make low (`Signal.basis`).
   */
  readonly basis: 'posture' | 'findings' | 'postureAndFindings';
}

/** As much of an open finding as its user is told; kept in memory with the posture. */
export type OpenFinding = Pick<FindingReport, 'id' | 'type' | 'category' | 'severity' | 'title' | 'recommendedAction'>;

/** A finding as it now stands: the newest report that named it. */
export interface Finding extends FindingReport {
  readonly connectorId: string;
  readonly observedAt: Instant;
  readonly reportId: string;
}
