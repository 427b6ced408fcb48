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
  | 'managedDeviceId'
  | 'entraDeviceId'
  | 'serialNumber'
  | 'imei'
  | 'udid'
  | 'easDeviceId'
  | 'vendorDeviceId'
  | 'vendorIncidentId'
  | 'email';

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
  /** When the hub received it; `observedAt` is never later. Absent: as `observedAt`. */
  readonly receivedAt?: Instant | undefined;
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
  /** The partner has removed this identity of the device from its records: the level it gave is over with it. */
  readonly retires?: true | undefined;
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
  /** Where a term about protection makes the state `unknown`: the level that stands beside it, for when the term is disregarded. */
  readonly understood?: ThreatState | undefined;
}

/** A state that a partner reported, and when. */
export interface ReportedState {
  readonly state: ThreatState;
  /** As `Signal.basis`: a level that open findings make low. */
  readonly basis?: 'postureAndFindings' | undefined;
  readonly observedAt: Instant;
  readonly reportId: string;
  /** As `PartnerView.undatedAfter`. */
  readonly undatedAfter?: Instant | undefined;
}

/** A worse state that counts beside the current one until `until`: it was observed only seconds before. */
export interface ContestedState {
  readonly state: ThreatState;
  readonly observedAt: Instant;
  readonly until: Instant;
  /** The findings it came with; a report that resolves them all ends it by name. */
  readonly findingIds: readonly string[];
  /** Absent in what was stored before it was kept. */
  readonly reportId?: string | undefined;
}

/** Why a state is `unknown`: values of the vendor's about protection that no table holds. */
export interface Unrecognized {
  /** Each as `termKey` names it; at least one. */
  readonly terms: readonly string[];
  /** The last state that was understood; absent where none ever was. */
  readonly before?: ThreatState | undefined;
  /** The newest level that stood beside such terms in one report. */
  readonly understood?: ReportedState | undefined;
}

/**
 * What one identity of one partner currently reports about one device, as far as rules ask. An identity is the
 * partner's own record of a device: an app that is installed again, or on another phone, is another one. Several
 * views of one partner stand in the order of their identities' first reports, oldest first.
 */
export interface PartnerWord {
  readonly connectorId: string;
  readonly state: ThreatState;
  readonly observedAt: Instant;
  /** The partner's open findings, for reasons and for `basis: 'findings'`. Full findings are kept elsewhere. */
  readonly openFindings: readonly OpenFinding[];
  /** Where `state` is no level: the newest level (or `compromised`) that was reported. */
  readonly lastLevel?: ReportedState | undefined;
  /** Where `state` only says that contact is lost: the newest state of the app that was reported since `lastLevel`. */
  readonly lastAppState?: ReportedState | undefined;
  /** Where `state` is no level: since when none is reported. */
  readonly levelMissingSince?: Instant | undefined;
  readonly contested?: ContestedState | undefined;
  /** The partner has removed the identity. */
  readonly retired?: true | undefined;
  /** A newer identity, tied to the device by an id that its management put there, has reported a level since. */
  readonly superseded?: true | undefined;
  /**
   * Bad news that may be about this device or about another, held against each until it is settled (docs/decisions/0001):
   * the names of the identity that reported it (`holdNamesOf`).
   */
  readonly held?: readonly string[] | undefined;
  /**
   * Its silence counts from then at the earliest: since then another identity is the newest, the clock was set forward, or a
   * report without a time of its own repeated the bad news.
   */
  readonly silenceFrom?: Instant | undefined;
  /** Came over from a superseded record of the same phone, and has reported nothing about this one since. */
  readonly carried?: CarriedView | undefined;
  readonly unrecognized?: Unrecognized | undefined;
}

/** A view that came over from a superseded record of the same phone (docs/decisions/0001). */
export interface CarriedView {
  /** Since when: silence counts from then at the earliest. */
  readonly at: Instant;
  /** It was the newest of its partner there, so that states of the app counted. */
  readonly isNewest?: true | undefined;
  /** This is the superseded record: what it came from. States of the app count here as before, and on the new record not. */
  readonly isOrigin?: true | undefined;
}

/** The view with what the next report is measured by. */
export interface PartnerView extends PartnerWord {
  readonly reportId: string;
  /**
   * Where the state comes from: the partner's own posture of the device; or, for a partner that never gave one,
   * the worst of its open findings; or a posture of secured that open findings make low (`Signal.basis`).
   */
  readonly basis: 'posture' | 'findings' | 'postureAndFindings';
  /**
   * The ids under which the partner knows this identity (`vendorDeviceId`, normalised); empty where it names none.
   * Absent in what was stored before identities were told apart.
   */
  readonly identities?: readonly string[] | undefined;
  /** When this identity was first heard; absent in what was stored before identities were told apart. */
  readonly since?: Instant | undefined;
  /** A report of this identity named the device by an id that its management put there. */
  readonly tied?: true | undefined;
  /**
   * The state came without a time of its own: when the last one of its kind (a level, a state of the app) that had a time was
   * observed, 0 where there was none. What was observed since then is not known to be older than the state.
   */
  readonly undatedAfter?: Instant | undefined;
}

/** As much of an open finding as its user is told; kept in memory with the posture. */
export interface OpenFinding
  extends Pick<FindingReport, 'id' | 'type' | 'category' | 'severity' | 'title' | 'recommendedAction'> {
  readonly observedAt?: Instant | undefined;
  /** Until then a finding that is newer than the partner's posture raises it. */
  readonly raisesUntil?: Instant | undefined;
}

/** A finding as it now stands: the newest report that named it. */
export interface Finding extends FindingReport {
  readonly connectorId: string;
  readonly observedAt: Instant;
  readonly reportId: string;
}
