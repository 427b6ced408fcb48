import type { Finding, Instant, OpenFinding, PartnerView, Signal } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import { isAssessment, isWorseThanSecured } from '../vocabulary/threat-state.ts';
import { applySignal } from './apply-signal.ts';
import { newestOf } from './word-of-partner.ts';

/** How a signal was matched to its device. */
export interface MatchEvidence {
  /** By an id of the device that its management put there: the managed device's or Entra's. */
  readonly tied?: boolean | undefined;
  /** The partner's own id was known before to mean this device. */
  readonly known?: boolean | undefined;
}

export interface AppliedToDevice {
  /** All views of the device after the signal; the very same array when nothing changed. */
  readonly views: readonly PartnerView[];
  readonly findings: readonly Finding[];
  readonly late: boolean;
}

/**
 * Takes one signal into the views of a device: into that of the identity which reports, one identity's reports never
 * touching another's. `known` holds the findings as `applySignal` wants them.
 */
export function applyToViews(
  views: readonly PartnerView[],
  known: ReadonlyMap<string, Finding>,
  signal: Signal,
  evidence: MatchEvidence,
  limits: SignalLimits,
): AppliedToDevice {
  const identities = identitiesOf(signal);
  const own = viewOfSignal(views, signal, identities, evidence);
  const held = heldView(views, signal);
  // What was held against the device is known to be about it now.
  const view = own ?? (held && settledView(held, identities));
  const applied = applySignal(view, ofIdentity(known, views, view, evidence), signal, limits);
  const after =
    applied.view === undefined || applied.view === own
      ? own
      : withIdentity(applied.view, view, signal, identities, evidence);
  const isSettled = held !== undefined && (own === undefined || isSettledBy(held, signal));
  if (after === own && !isSettled) return { views, findings: applied.findings, late: applied.late };
  const others = views.filter((other) => other !== own && (other !== held || !isSettled));
  const all = inOrder(after === undefined ? others : [...others, after]);
  return {
    views: settled(withSilence(all, views, own, after, signal), signal.connectorId),
    findings: applied.findings,
    late: applied.late,
  };
}

/**
 * The silence of an identity that is the newest no longer, or that was older already when it was first heard, begins now:
 * as long as it was the only one it did not have to report again.
 */
function withSilence(
  all: readonly PartnerView[],
  before: readonly PartnerView[],
  own: PartnerView | undefined,
  after: PartnerView | undefined,
  { connectorId, observedAt, receivedAt }: Signal,
): readonly PartnerView[] {
  const ofPartner = (view: PartnerView): boolean => view.connectorId === connectorId;
  const newest = newestOf(all.filter(ofPartner));
  const newestBefore = newestOf(before.filter(ofPartner));
  const wasNewest = newestBefore === own ? after : newestBefore;
  return all.map((view) => {
    if (view === newest) return withoutSilence(view);
    return view === wasNewest || (own === undefined && view === after)
      ? { ...view, silenceFrom: receivedAt ?? observedAt }
      : view;
  });
}

function withoutSilence(view: PartnerView): PartnerView {
  if (view.silenceFrom === undefined) return view;
  const { silenceFrom: _, ...rest } = view;
  return rest;
}

/**
 * Takes a signal that may be about this device or about another: its bad news is held against the device; its good news
 * only ends what the same identity's earlier bad news held. It leaves no finding.
 *
 * @param isOver whether its bad news is over already (`isOutdated`); asked only where nothing of its identity is held yet
 */
export function holdAgainst(
  views: readonly PartnerView[],
  signal: Signal,
  limits: SignalLimits,
  isOver: () => boolean = () => false,
): readonly PartnerView[] {
  const before = heldView(views, signal);
  if (before === undefined && (!isBadNews(signal) || isOver())) return views;
  const { view } = applySignal(before, NO_FINDINGS, signal, limits);
  if (view === undefined || view === before) return views;
  const others = views.filter((other) => other !== before);
  if (view.retired === true || !isBad(view)) return settled(others, signal.connectorId);
  const since = Math.min(before?.since ?? signal.observedAt, signal.observedAt);
  return settled(
    [...others, { ...view, identities: NO_IDS, since, held: before?.held ?? holdNamesOf(signal) }],
    signal.connectorId,
  );
}

/** Ends what the identity of the signal held against the device: it is known now to be about another one. */
export function releaseHold(views: readonly PartnerView[], signal: Signal): readonly PartnerView[] {
  const held = heldView(views, signal);
  return held === undefined
    ? views
    : settled(
        views.filter((view) => view !== held),
        signal.connectorId,
      );
}

/** What a hold is known by: the partner's own ids of the device, or every key where it gives none. */
export function holdNamesOf(signal: Pick<Signal, 'keys'>): readonly string[] {
  const ids = identitiesOf(signal);
  return ids.length > 0 ? ids : signal.keys.map(({ type, value }) => `${type}: ${value.trim().toLowerCase()}`);
}

const NO_FINDINGS: ReadonlyMap<string, Finding> = new Map();
const NO_IDS: readonly string[] = [];

function heldView(views: readonly PartnerView[], signal: Signal): PartnerView | undefined {
  if (!views.some(({ held }) => held !== undefined)) return undefined;
  const names = holdNamesOf(signal);
  return views.find(
    (view) => view.connectorId === signal.connectorId && view.held?.some((name) => names.includes(name)) === true,
  );
}

function settledView({ held: _, ...view }: PartnerView, identities: readonly string[]): PartnerView {
  return { ...view, identities };
}

/** Whether a signal of an identity that has a view of its own beside the hold is a newer level, which ends it. */
function isSettledBy(held: PartnerView, { state, observedAt, undated }: Signal): boolean {
  return state !== undefined && isAssessment(state) && undated !== true && observedAt >= held.observedAt;
}

/** Whether anything in the signal is worse than secured. */
export function isBadNews({ state, findings }: Signal): boolean {
  return (
    (state !== undefined && isWorseThanSecured(state)) ||
    findings.some((finding) => finding.state === 'open' && finding.severity !== undefined)
  );
}

/** Whether anything in the view is worse than secured. */
export function isBad({ state, lastLevel, lastAppState, openFindings, basis, contested }: PartnerView): boolean {
  if (
    [state, lastLevel?.state, lastAppState?.state, contested?.state].some(
      (one) => one !== undefined && isWorseThanSecured(one),
    )
  )
    return true;
  return openFindings.some(({ severity }) => severity !== undefined) && (basis === 'findings' || !isAssessment(state));
}

/** What the partner itself calls the device, in the form in which ids are compared. */
export function identitiesOf(signal: Pick<Signal, 'keys'>): readonly string[] {
  const ids: string[] = [];
  for (const { type, value } of signal.keys) if (type === 'vendorDeviceId') ids.push(value.trim().toLowerCase());
  return ids;
}

/**
 * The view that a signal is about. A report that names no identity means the newest one if it is about findings alone, or
 * names the device by an id of its management; else it is an identity of its own. What no identity reported of the
 * device so named belongs to the first one that names it so, unless it was removed; what was stored before identities were told apart, to
 * whoever was known then to be this device. Findings of an identity that never reported a posture belong to the newest
 * one that did, where management ties both to the device: vendors name a device differently in their lists and events.
 */
function viewOfSignal(
  views: readonly PartnerView[],
  signal: Signal,
  identities: readonly string[],
  evidence: MatchEvidence,
): PartnerView | undefined {
  const meansNewest = identities.length === 0 && (signal.state === undefined || evidence.tied === true);
  let newest: PartnerView | undefined;
  let unnamed: PartnerView | undefined;
  let own: PartnerView | undefined;
  let tiedPosture: PartnerView | undefined;
  for (const view of views) {
    if (view.connectorId !== signal.connectorId || view.held !== undefined) continue;
    if (view.identities === undefined) unnamed = identities.length === 0 || evidence.known === true ? view : undefined;
    else if (view.identities.length === 0 && view.tied === true && view.retired !== true && evidence.tied === true)
      unnamed = view;
    else if (!meansNewest && isSameIdentity(view.identities, identities)) own = view;
    if (view.tied === true && view.basis !== 'findings') tiedPosture = view;
    if (view.carried === undefined) newest = view;
  }
  if (signal.state === undefined && evidence.tied === true && (own === undefined || own.basis === 'findings'))
    own = tiedPosture ?? own;
  return own ?? (meansNewest ? newest : unnamed);
}

export function isSameIdentity(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 ? b.length === 0 : a.some((id) => b.includes(id));
}

/** Findings that another identity has open are not this one's to end, unless it ends the other's level as well. */
function ofIdentity(
  known: ReadonlyMap<string, Finding>,
  views: readonly PartnerView[],
  view: PartnerView | undefined,
  { tied }: MatchEvidence,
): ReadonlyMap<string, Finding> {
  const isEnded = (other: PartnerView): boolean =>
    tied === true && (view === undefined || other.observedAt <= (view.since ?? 0));
  const others = views.filter(
    (other) => other !== view && other.connectorId === (view?.connectorId ?? other.connectorId) && !isEnded(other),
  );
  if (known.size === 0 || others.every(({ openFindings }) => openFindings.length === 0)) return known;
  const theirs = new Set(others.flatMap(({ openFindings }) => openFindings.map(({ id }) => id)));
  const own = new Set(view?.openFindings.map(({ id }) => id));
  return new Map([...known].filter(([id]) => own.has(id) || !theirs.has(id)));
}

/** More ids than any partner has for one record of a device. */
const MOST_IDS = 8;

function withIdentity(
  after: PartnerView,
  before: PartnerView | undefined,
  signal: Signal,
  ids: readonly string[],
  { tied }: MatchEvidence,
): PartnerView {
  const known = before?.identities;
  // Findings may belong to another identity, which they do not name.
  const isKnown = known !== undefined && (signal.state === undefined || ids.every((id) => known.includes(id)));
  const since = before === undefined ? signal.observedAt : Math.min(before.since ?? 0, signal.observedAt);
  // A report without an identity is taken to be the newest one's, and proves nothing about it.
  const isTied = before?.tied === true || (tied === true && (ids.length > 0 || (known ?? NO_IDS).length === 0));
  if (isKnown && since === before?.since && isTied === (before.tied === true)) return after;
  return {
    ...after,
    identities: isKnown && known.length > 0 ? known : [...new Set([...(known ?? []), ...ids])].slice(0, MOST_IDS),
    since,
    ...(isTied && { tied: true as const }),
  };
}

function inOrder(views: readonly PartnerView[]): readonly PartnerView[] {
  return views.length < 2
    ? views
    : [...views].sort((a, b) => (a.since ?? 0) - (b.since ?? 0) || (a.reportId < b.reportId ? -1 : 1));
}

/** Views in the order of their identities, with what follows from each other for those of one partner. */
export function settled(views: readonly PartnerView[], connectorId: string): readonly PartnerView[] {
  if (views.length < 2) return views;
  const sorted = inOrder(views);
  return sorted.map((view, place) => {
    if (view.connectorId !== connectorId) return view;
    const at = supersededAt(view, sorted.slice(place + 1));
    return at === undefined ? withoutMark(view) : superseded(view, at);
  });
}

function withoutMark(view: PartnerView): PartnerView {
  if (view.superseded === undefined) return view;
  const { superseded: _, ...rest } = view;
  return rest;
}

/** Findings from before the newer identity are over as its level is; newer ones go on raising. */
function superseded(view: PartnerView, at: Instant): PartnerView {
  const isOver = ({ observedAt, raisesUntil }: OpenFinding): boolean =>
    raisesUntil !== undefined && (observedAt ?? 0) <= at;
  if (view.superseded === true && !view.openFindings.some(isOver)) return view;
  const openFindings = view.openFindings.map((finding) => (isOver(finding) ? withoutRaise(finding) : finding));
  return { ...view, openFindings, superseded: true };
}

function withoutRaise({ raisesUntil: _, ...finding }: OpenFinding): OpenFinding {
  return finding;
}

/**
 * When the last newer identity began that is tied to the device by its management and has reported a level, if this one has
 * reported none since. An identity that merely names a serial number, an IMEI or a mail address ends nothing.
 */
function supersededAt(view: PartnerView, newer: readonly PartnerView[]): Instant | undefined {
  const levelAt = isAssessment(view.state) ? view.observedAt : (view.lastLevel?.observedAt ?? view.observedAt);
  const since = newer
    .filter(
      (other) =>
        other.connectorId === view.connectorId &&
        other.tied === true &&
        other.held === undefined &&
        reportsLevel(other, view),
    )
    .map((other) => other.since ?? 0)
    .filter((at) => levelAt < at);
  return since.length === 0 ? undefined : Math.max(...since);
}

/** The end of a finding is no level, but for a partner that reports nothing else. */
function reportsLevel({ state, lastLevel, basis }: PartnerView, than: PartnerView): boolean {
  return lastLevel !== undefined || (isAssessment(state) && (basis !== 'findings' || than.basis === 'findings'));
}
