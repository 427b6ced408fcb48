import type { Finding, PartnerView, Signal } from '../vocabulary/signal.ts';
import { isAssessment } from '../vocabulary/threat-state.ts';
import { applySignal } from './apply-signal.ts';

/** How a signal was matched to its device. */
export interface MatchEvidence {
  /** By an id of the device that its management put there: the managed device's or Entra's. */
  readonly tied?: boolean | undefined;
  /** The partner's own id was known before to mean this device. */
  readonly known?: boolean | undefined;
  /** The signal may be about this device or about another: only its bad news counts. */
  readonly held?: boolean | undefined;
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
  views: readonly PartnerView[], known: ReadonlyMap<string, Finding>, signal: Signal, evidence: MatchEvidence = {},
): AppliedToDevice {
  const identities = identitiesOf(signal);
  const view = viewOfSignal(views, signal, identities, evidence);
  const applied = applySignal(view, ofIdentity(known, views, view, evidence), signal);
  if (applied.view === undefined || applied.view === view) return { views, findings: applied.findings, late: applied.late };
  const after = withIdentity(applied.view, view, signal, identities, evidence);
  const others = views.filter((other) => other !== view);
  return { views: settled([...others, after], after.connectorId), findings: applied.findings, late: applied.late };
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
 * device so named belongs to the first one that names it so; what was stored before identities were told apart, to
 * whoever was known then to be this device.
 */
function viewOfSignal(views: readonly PartnerView[], signal: Signal, identities: readonly string[], evidence: MatchEvidence): PartnerView | undefined {
  const meansNewest = identities.length === 0 && (signal.state === undefined || evidence.tied === true);
  let newest: PartnerView | undefined;
  let unnamed: PartnerView | undefined;
  for (const view of views) {
    if (view.connectorId !== signal.connectorId || (view.held ?? false) !== (evidence.held ?? false)) continue;
    if (view.identities === undefined) unnamed = identities.length === 0 || evidence.known === true ? view : undefined;
    else if (view.identities.length === 0 && view.tied === true && evidence.tied === true) unnamed = view;
    else if (!meansNewest && isSameIdentity(view.identities, identities)) return view;
    newest = view;
  }
  return meansNewest ? newest : unnamed;
}

function isSameIdentity(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 ? b.length === 0 : a.some((id) => b.includes(id));
}

/** Findings that another identity has open are not this one's to end, unless it ends the other's level as well. */
function ofIdentity(
  known: ReadonlyMap<string, Finding>, views: readonly PartnerView[], view: PartnerView | undefined, { tied }: MatchEvidence,
): ReadonlyMap<string, Finding> {
  const isEnded = (other: PartnerView): boolean => tied === true && (view === undefined || other.observedAt <= (view.since ?? 0));
  const others = views.filter((other) => other !== view && other.connectorId === (view?.connectorId ?? other.connectorId) && !isEnded(other));
  if (known.size === 0 || others.every(({ openFindings }) => openFindings.length === 0)) return known;
  const theirs = new Set(others.flatMap(({ openFindings }) => openFindings.map(({ id }) => id)));
  const own = new Set(view?.openFindings.map(({ id }) => id));
  return new Map([...known].filter(([id]) => own.has(id) || !theirs.has(id)));
}

/** More ids than any partner has for one record of a device. */
const MOST_IDS = 8;

function withIdentity(after: PartnerView, before: PartnerView | undefined, signal: Signal, ids: readonly string[], { tied, held }: MatchEvidence): PartnerView {
  const known = before?.identities;
  const isKnown = known !== undefined && ids.every((id) => known.includes(id));
  const since = before === undefined ? signal.observedAt : Math.min(before.since ?? 0, signal.observedAt);
  const isTied = before?.tied === true || tied === true;
  if (isKnown && since === before?.since && isTied === (before.tied === true)) return after;
  return {
    ...after, identities: isKnown && known.length > 0 ? known : [...new Set([...(known ?? []), ...ids])].slice(0, MOST_IDS), since,
    ...(isTied && { tied: true as const }), ...(held === true && { held: true as const }),
  };
}

/** Views in the order of their identities, with what follows from each other for those of one partner. */
function settled(views: readonly PartnerView[], connectorId: string): readonly PartnerView[] {
  if (views.length === 1) return views;
  const sorted = [...views].sort((a, b) => (a.since ?? 0) - (b.since ?? 0) || (a.reportId < b.reportId ? -1 : 1));
  return sorted.map((view, place) => {
    if (view.connectorId !== connectorId) return view;
    const superseded = isSuperseded(view, sorted.slice(place + 1));
    if (superseded === (view.superseded === true)) return view;
    const { superseded: _, ...rest } = view;
    return superseded ? { ...rest, superseded: true } : rest;
  });
}

/**
 * Whether a newer identity, tied to the device by its management, has reported a level, and this one none since the
 * newer one's first report. An identity that merely names a serial number, an IMEI or a mail address ends nothing.
 */
function isSuperseded(view: PartnerView, newer: readonly PartnerView[]): boolean {
  const levelAt = isAssessment(view.state) ? view.observedAt : view.lastLevel?.observedAt ?? view.observedAt;
  return newer.some((other) => other.connectorId === view.connectorId && other.tied === true && other.held !== true
    && levelAt <= (other.since ?? 0) && (isAssessment(other.state) || other.lastLevel !== undefined));
}
