import type { Connector } from '../vocabulary/connector.ts';
import type { Instant, PartnerWord } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { isAssessment, isLostContact, isWorseThanSecured, meaningOf, worseOf } from '../vocabulary/threat-state.ts';
import { raisingFindings, stateOfOpenFindings } from './open-findings.ts';
import { lastHeardOf, silenceOf } from './silence.ts';

const DAY = 86_400_000;

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

/** A time to judge at, which notes the earliest of the later times at which something ends. */
class Moment {
  readonly now: Instant;
  readonly limits: SignalLimits;
  until: Instant | undefined;

  constructor(now: Instant, limits: SignalLimits) {
    this.now = now;
    this.limits = limits;
  }

  /** Whether `end` is still to come. */
  isBefore(end: Instant): boolean {
    if (end <= this.now) return false;
    if (this.until === undefined || end < this.until) this.until = end;
    return true;
  }
}

/**
 * What a partner's identities of one device together report. The worst level counts; a state of the app only that of
 * the newest identity, because installing the app again is the cure for the older one's. An older identity's level
 * ends with its silence past the partner's threshold, or where a newer identity supersedes it; beside another identity, of a
 * removed one only findings since then count. `undefined`: nothing was reported.
 */
export function stateOfPartner(
  views: readonly PartnerWord[],
  connector: Connector,
  now: Instant,
  limits: SignalLimits,
): PartnerState | undefined {
  let only: PartnerWord | undefined;
  let count = 0;
  for (const view of views) {
    if (view.connectorId !== connector.id) continue;
    only = view;
    count += 1;
  }
  if (only === undefined) return undefined;
  if (count === 1 && isPlain(only)) return { state: only.state };
  const moment = new Moment(now, limits);
  const { state, own } = combined(views, connector, moment);
  const behind =
    isAssessment(state) || !isWorseThanSecured(state) ? undefined : worstLevel(views, connector, now, limits);
  return {
    state,
    ...(own !== undefined && { own }),
    ...(behind !== undefined && { behind }),
    ...(moment.until !== undefined && { until: moment.until }),
  };
}

/** The worst level above secured that stands in any identity's view. */
function worstLevel(
  views: readonly PartnerWord[],
  connector: Connector,
  now: Instant,
  limits: SignalLimits,
): ThreatState | undefined {
  const own = views.filter((view) => view.connectorId === connector.id);
  const newest = newestOf(own);
  let worst: ThreatState | undefined;
  for (const view of own) {
    if (view !== newest && isForgotten(view, connector, new Moment(now, limits))) continue;
    const contested = view.contested !== undefined && isAssessment(view.contested.state) ? view.contested : undefined;
    const level = levelOfOlder({ ...view, contested }, connector, new Moment(now, limits));
    if (level !== undefined && isWorseThanSecured(level)) worst = worse(worst, level);
  }
  return worst;
}

/** Nothing but a state: nearly every view. */
function isPlain(view: PartnerWord): boolean {
  return (
    view.openFindings.length === 0 &&
    view.held === undefined &&
    view.carried === undefined &&
    view.contested === undefined &&
    (isAssessment(view.state) || view.levelMissingSince === undefined)
  );
}

function combined(views: readonly PartnerWord[], connector: Connector, moment: Moment): PartnerState {
  const own = views.filter((view) => view.connectorId === connector.id);
  const newest = newestOf(own);
  let state: ThreatState = newest === undefined ? 'unknown' : stateOfView(newest, connector, moment);
  let known = state;
  let isNewer = newest === undefined;
  for (const view of own) {
    if (view === newest) isNewer = true;
    const other = view === newest ? undefined : wordOfOther(view, isNewer, connector, moment);
    if (other === undefined) continue;
    state = worseOf(state, other);
    if (view.held === undefined && view.carried === undefined) known = worseOf(known, other);
  }
  return known === state ? { state } : { state, own: known };
}

/** What is worse than secured in a view that is not the newest's, and still counts; `isNewer`: it was heard after that. */
function wordOfOther(
  view: PartnerWord,
  isNewer: boolean,
  connector: Connector,
  moment: Moment,
): ThreatState | undefined {
  if (isForgotten(view, connector, moment)) return undefined;
  // What is held has no newer installation of the app to cure it, unless one was heard since.
  const word =
    countsWhole(view) && isNewer && view.superseded !== true
      ? stateOfView(view, connector, moment)
      : levelOfOlder(view, connector, moment);
  return word !== undefined && isWorseThanSecured(word) ? word : undefined;
}

/** A view that makes its partner's word what it is, and that word. */
export interface DecidingView<View extends PartnerWord> {
  readonly view: View;
  readonly state: ThreatState;
}

/** Of one partner's views of a device those that its word comes from, as `stateOfPartner` has it. */
export function decidingViewsOf<View extends PartnerWord>(
  views: readonly View[],
  connector: Connector,
  now: Instant,
  limits: SignalLimits,
): readonly DecidingView<View>[] {
  const own = views.filter((view) => view.connectorId === connector.id);
  const newest = newestOf(own);
  const place = newest === undefined ? -1 : own.indexOf(newest);
  const moment = new Moment(now, limits);
  const words = own.flatMap((view, i) => {
    const state =
      view === newest ? stateOfView(view, connector, moment) : wordOfOther(view, i > place, connector, moment);
    return state === undefined ? [] : [{ view, state }];
  });
  const worst = Math.max(...words.map(({ state }) => meaningOf(state).rank));
  return words.filter(({ state }) => meaningOf(state).rank === worst);
}

/** The view of the identity whose states of the app count, among those of one partner. */
export function newestOf<View extends PartnerWord>(own: readonly View[]): View | undefined {
  const known = own.filter((view) => view.held === undefined && view.carried === undefined);
  return known.findLast((view) => view.retired !== true) ?? known.at(-1);
}

function countsWhole({ held, carried }: PartnerWord): boolean {
  return held !== undefined || (carried?.isNewest === true && carried.isOrigin === true);
}

/** One partner's views of a device that count as worse than secured at a time, and whether each is the newest identity's. */
export function badViewsOf<View extends PartnerWord>(
  views: readonly View[],
  connector: Connector,
  now: Instant,
  limits: SignalLimits,
): readonly { readonly view: View; readonly isNewest: boolean }[] {
  const own = views.filter((view) => view.connectorId === connector.id);
  const newest = newestOf(own.filter((view) => view.retired !== true));
  const moment = new Moment(now, limits);
  return own.flatMap((view) => {
    const isNewest = view === newest || view.carried?.isNewest === true;
    if (view !== newest && isForgotten(view, connector, moment)) return [];
    const isWhole = view.superseded !== true && (isNewest || view.held !== undefined);
    const state = isWhole ? stateOfView(view, connector, moment) : levelOfOlder(view, connector, moment);
    return state !== undefined && isWorseThanSecured(state) ? [{ view, isNewest }] : [];
  });
}

/** What a newer identity has superseded, or the partner removed, is over; findings that are newer still raise. */
function levelOfOlder(view: PartnerWord, connector: Connector, moment: Moment): ThreatState | undefined {
  return view.superseded === true || view.retired === true
    ? raisedBy(view, undefined, moment)
    : levelOfView(view, connector, moment);
}

/**
 * An older identity's level ends with its silence past the threshold, while its partner is heard; where that is silent as
 * well, the rule for silent partners says what becomes of it. What is held until a report is settled ends after `holdDays`
 * without a report of it.
 */
function isForgotten(view: PartnerWord, connector: Connector, moment: Moment): boolean {
  const { now, limits } = moment;
  const days =
    view.held !== undefined ? limits.holdDays : connector.unresponsivenessThresholdDays || limits.badNewsDays;
  const end = silenceBegan(view) + days * DAY;
  if (view.held === undefined && end <= now && end > heardUntil(connector, moment)) return false;
  return !moment.isBefore(end);
}

function heardUntil(connector: Connector, { now, limits }: Moment): Instant {
  return silenceOf(connector, now, limits) === 'none' ? now : Math.min(now, lastHeardOf(connector) ?? now);
}

/** Since when an identity that is not the newest, or is held, counts as silent. A finding is a word of it as well as its posture is. */
export function silenceBegan({ observedAt, openFindings, carried, silenceFrom }: PartnerWord): Instant {
  let last = Math.max(observedAt, carried?.at ?? 0, silenceFrom ?? 0);
  for (const finding of openFindings)
    if (finding.observedAt !== undefined && finding.observedAt > last) last = finding.observedAt;
  return last;
}

/** What the newest identity reports: its state, or what is worse and still counts beside it. */
function stateOfView(view: PartnerWord, connector: Connector, moment: Moment): ThreatState {
  const state = currentState(view, connector);
  const level = levelOfView(view, connector, moment);
  if (level !== undefined && isWorseThanSecured(level)) return worseOf(withAppState(view, state), level);
  return withAppState(view, state);
}

/** A state of the app that needs action outlives the contact with it. */
function withAppState({ lastAppState }: PartnerWord, state: ThreatState): ThreatState {
  return lastAppState !== undefined && isLostContact(state) && isWorseThanSecured(lastAppState.state)
    ? lastAppState.state
    : state;
}

/**
 * Values that the partner's vendor began to use for many devices say nothing about this one: the last state that was
 * understood stands, or its level as findings have made it since; a level that stands beside such a value counts. One value that is no such change is enough to leave
 * the state unknown.
 */
function currentState(view: PartnerWord, connector: Connector): ThreatState {
  const { unrecognized } = view;
  if (unrecognized === undefined || !unrecognized.terms.every((term) => connector.disregardedTerms?.includes(term)))
    return view.state;
  const { before, understood } = unrecognized;
  if (understood !== undefined && understood.observedAt > (view.lastLevel?.observedAt ?? 0))
    return lastLevelOf({ ...view, lastLevel: understood });
  return before === undefined ? view.state : isAssessment(before) ? lastLevelOf(view) : before;
}

/** The level of an identity: what it reports, what it last reported, and what newer findings and contested states make of it. */
function levelOfView(view: PartnerWord, connector: Connector, moment: Moment): ThreatState | undefined {
  const current = currentState(view, connector);
  let level = raisedBy(view, isAssessment(current) ? current : lastLevel(view, moment), moment);
  if (view.contested !== undefined && moment.isBefore(view.contested.until)) level = worse(level, view.contested.state);
  return level;
}

function raisedBy(view: PartnerWord, posture: ThreatState | undefined, moment: Moment): ThreatState | undefined {
  let level = posture;
  for (const finding of raisingFindings(view, moment.now)) {
    level = worse(level, stateOfOpenFindings([finding]));
    moment.isBefore(finding.raisesUntil ?? moment.now);
  }
  return level;
}

/** A level above secured stays while none is reported, for `badNewsDays`; findings that are newer than the last level stand for one. */
function lastLevel(view: PartnerWord, moment: Moment): ThreatState | undefined {
  if (view.levelMissingSince === undefined) return undefined;
  const state = lastLevelOf(view);
  if (!isWorseThanSecured(state)) return state;
  return moment.isBefore(view.levelMissingSince + moment.limits.badNewsDays * DAY) ? state : undefined;
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
