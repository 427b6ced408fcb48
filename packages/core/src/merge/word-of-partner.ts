import type { Connector } from '../vocabulary/connector.ts';
import type { Instant, PartnerWord } from '../vocabulary/signal.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { isAssessment, isLostContact, isWorseThanSecured, meaningOf, worseOf } from '../vocabulary/threat-state.ts';
import { raisingFindings, stateOfOpenFindings } from './open-findings.ts';
import { lastHeardOf, silenceOf } from './silence.ts';

const DAY = 86_400_000;
/** How long a level above secured outlives the partner's contact with the device. */
export const LEVEL_OUTLIVES_CONTACT_MS = 30 * DAY;

/** What one partner's reports about a device come to at a time. */
export interface PartnerState {
  readonly state: ThreatState;
  /** A level above secured that stands behind a state of the app: whoever passes over an app that is gone still has to heed it. */
  readonly behind?: ThreatState | undefined;
  /** Where bad news that is held, or came over from another record, makes that worse: what it is without. */
  readonly own?: ThreatState | undefined;
  /** The earliest later time at which that changes though nothing is reported. */
  readonly until?: Instant | undefined;
}

/** Collects the earliest of the times at which something ends. */
class Until {
  at: Instant | undefined;

  /** Whether `end` is still to come. */
  isBefore(end: Instant, now: Instant): boolean {
    if (end <= now) return false;
    if (this.at === undefined || end < this.at) this.at = end;
    return true;
  }
}

/**
 * What a partner's identities of one device together report. The worst level counts; a state of the app only that of
 * the newest identity, because installing the app again is the cure for the older one's. An older identity's level
 * ends with its silence past the partner's threshold, or where a newer identity supersedes it; a removed identity
 * counts only where there is no other. `undefined`: nothing was reported.
 */
export function stateOfPartner(views: readonly PartnerWord[], connector: Connector, now: Instant): PartnerState | undefined {
  let only: PartnerWord | undefined;
  let count = 0;
  for (const view of views) {
    if (view.connectorId !== connector.id) continue;
    only = view;
    count += 1;
  }
  if (only === undefined) return undefined;
  if (count === 1 && isPlain(only)) return { state: only.state };
  const until = new Until();
  const { state, own } = combined(views, connector, now, until);
  const behind = isAssessment(state) || !isWorseThanSecured(state) ? undefined : worstLevel(views, connector, now);
  return { state, ...(own !== undefined && { own }), ...(behind !== undefined && { behind }), ...(until.at !== undefined && { until: until.at }) };
}

/** The worst level above secured that stands in any identity's view. */
function worstLevel(views: readonly PartnerWord[], connector: Connector, now: Instant): ThreatState | undefined {
  const own = views.filter((view) => view.connectorId === connector.id);
  const newest = newestOf(own);
  let worst: ThreatState | undefined;
  for (const view of own) {
    if (view !== newest && (view.retired === true || isForgotten(view, connector, now, new Until()))) continue;
    const contested = view.contested !== undefined && isAssessment(view.contested.state) ? view.contested : undefined;
    const level = levelOfOlder({ ...view, contested }, connector, now, new Until());
    if (level !== undefined && isWorseThanSecured(level)) worst = worse(worst, level);
  }
  return worst;
}

/** Nothing but a state: nearly every view. */
function isPlain(view: PartnerWord): boolean {
  return view.openFindings.length === 0 && view.held === undefined && view.carried === undefined && view.contested === undefined && (isAssessment(view.state) || view.levelMissingSince === undefined);
}

function combined(views: readonly PartnerWord[], connector: Connector, now: Instant, until: Until): PartnerState {
  const own = views.filter((view) => view.connectorId === connector.id);
  const newest = newestOf(own);
  let state: ThreatState = newest === undefined ? 'unknown' : stateOfView(newest, connector, now, until);
  let known = state;
  let isNewer = newest === undefined;
  for (const view of own) {
    if (view === newest) isNewer = true;
    if (view === newest || view.retired === true || isForgotten(view, connector, now, until)) continue;
    // What is held has no newer installation of the app to cure it, unless one was heard since.
    const other = countsWhole(view) && isNewer && view.superseded !== true ? stateOfView(view, connector, now, until) : levelOfOlder(view, connector, now, until);
    if (other === undefined || !isWorseThanSecured(other)) continue;
    state = worseOf(state, other);
    if (view.held === undefined && view.carried === undefined) known = worseOf(known, other);
  }
  return known === state ? { state } : { state, own: known };
}

/** The view of the identity whose states of the app count, among those of one partner. */
function newestOf(own: readonly PartnerWord[]): PartnerWord | undefined {
  const known = own.filter((view) => view.held === undefined && view.carried === undefined);
  return known.findLast((view) => view.retired !== true) ?? known.at(-1);
}

function countsWhole({ held, carried }: PartnerWord): boolean {
  return held !== undefined || (carried?.isNewest === true && carried.isOrigin === true);
}

/** One partner's views of a device that count as worse than secured at a time, and whether each is the newest identity's. */
export function badViewsOf<View extends PartnerWord>(views: readonly View[], connector: Connector, now: Instant): readonly { readonly view: View; readonly isNewest: boolean }[] {
  const own = views.filter((view) => view.connectorId === connector.id && view.retired !== true);
  const newest = newestOf(own);
  const until = new Until();
  return own.flatMap((view) => {
    const isNewest = view === newest || view.carried?.isNewest === true;
    if (view !== newest && isForgotten(view, connector, now, until)) return [];
    const isWhole = view.superseded !== true && (isNewest || view.held !== undefined);
    const state = isWhole ? stateOfView(view, connector, now, until) : levelOfOlder(view, connector, now, until);
    return state !== undefined && isWorseThanSecured(state) ? [{ view, isNewest }] : [];
  });
}

/** What a newer identity has superseded is over; findings that are newer still raise. */
function levelOfOlder(view: PartnerWord, connector: Connector, now: Instant, until: Until): ThreatState | undefined {
  return view.superseded === true ? raisedBy(view, undefined, now, until) : levelOfView(view, connector, now, until);
}

/**
 * An older identity's level ends with its silence past the threshold, while its partner is heard; where that is silent as
 * well, the rule for silent partners says what becomes of it. What is held until a report is settled ends after 30 days.
 */
function isForgotten(view: PartnerWord, connector: Connector, now: Instant, until: Until): boolean {
  const days = connector.unresponsivenessThresholdDays;
  const limit = view.held !== undefined || days === 0 ? LEVEL_OUTLIVES_CONTACT_MS : days * DAY;
  const end = Math.max(lastHeardAt(view), view.carried?.at ?? 0) + limit;
  if (view.held === undefined && end <= now && end > heardUntil(connector, now)) return false;
  return !until.isBefore(end, now);
}

function heardUntil(connector: Connector, now: Instant): Instant {
  return silenceOf(connector, now) === 'none' ? now : Math.min(now, lastHeardOf(connector) ?? now);
}

/** A finding is a word of the identity as well as its posture is. */
function lastHeardAt({ observedAt, openFindings }: PartnerWord): Instant {
  let last = observedAt;
  for (const finding of openFindings) if (finding.observedAt !== undefined && finding.observedAt > last) last = finding.observedAt;
  return last;
}

/** What the newest identity reports: its state, or what is worse and still counts beside it. */
function stateOfView(view: PartnerWord, connector: Connector, now: Instant, until: Until): ThreatState {
  const state = currentState(view, connector);
  const level = levelOfView(view, connector, now, until);
  if (level !== undefined && isWorseThanSecured(level)) return worseOf(withAppState(view, state), level);
  return withAppState(view, state);
}

/** A state of the app that needs action outlives the contact with it. */
function withAppState({ lastAppState }: PartnerWord, state: ThreatState): ThreatState {
  return lastAppState !== undefined && isLostContact(state) && isWorseThanSecured(lastAppState.state) ? lastAppState.state : state;
}

/**
 * Values that the partner's vendor began to use for many devices say nothing about this one: the last state that was
 * understood stands, or its level as findings have made it since. One value that is no such change is enough to leave
 * the state unknown.
 */
function currentState(view: PartnerWord, connector: Connector): ThreatState {
  const { unrecognized } = view;
  if (unrecognized?.before === undefined || !unrecognized.terms.every((term) => connector.disregardedTerms?.includes(term))) return view.state;
  return isAssessment(unrecognized.before) ? lastLevelOf(view) : unrecognized.before;
}

/** The level of an identity: what it reports, what it last reported, and what newer findings and contested states make of it. */
function levelOfView(view: PartnerWord, connector: Connector, now: Instant, until: Until): ThreatState | undefined {
  const current = currentState(view, connector);
  let level = raisedBy(view, isAssessment(current) ? current : lastLevel(view, now, until), now, until);
  if (view.contested !== undefined && until.isBefore(view.contested.until, now)) level = worse(level, view.contested.state);
  return level;
}

function raisedBy(view: PartnerWord, posture: ThreatState | undefined, now: Instant, until: Until): ThreatState | undefined {
  let level = posture;
  for (const finding of raisingFindings(view, now)) {
    level = worse(level, stateOfOpenFindings([finding]));
    until.isBefore(finding.raisesUntil ?? now, now);
  }
  return level;
}

/** A level above secured stays while none is reported, for 30 days; findings that are newer than the last level stand for one. */
function lastLevel(view: PartnerWord, now: Instant, until: Until): ThreatState | undefined {
  if (view.levelMissingSince === undefined) return undefined;
  const state = lastLevelOf(view);
  if (!isWorseThanSecured(state)) return state;
  return until.isBefore(view.levelMissingSince + LEVEL_OUTLIVES_CONTACT_MS, now) ? state : undefined;
}

function lastLevelOf({ lastLevel, openFindings }: PartnerWord): ThreatState {
  if (lastLevel === undefined) return stateOfOpenFindings(openFindings);
  const newer = openFindings.filter(({ observedAt }) => observedAt !== undefined && observedAt > lastLevel.observedAt);
  const isLow = lastLevel.basis === 'postureAndFindings' && stateOfOpenFindings(openFindings) !== 'secured';
  return worseOf(isLow ? 'lowSeverity' : lastLevel.state, stateOfOpenFindings(newer));
}

function worse(a: ThreatState | undefined, b: ThreatState): ThreatState {
  return a === undefined || meaningOf(b).rank > meaningOf(a).rank ? b : a;
}
