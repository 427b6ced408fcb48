import { rankOfLevel } from '../vocabulary/level.ts';
import type { Finding, FindingReport, OpenFinding, PartnerView, Signal } from '../vocabulary/signal.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { meaningOf, stateOfLevel } from '../vocabulary/threat-state.ts';

export interface AppliedSignal {
  /** The partner's view after the signal; the very same object when nothing changed. `undefined`: still none. */
  readonly view: PartnerView | undefined;
  /** Findings that this signal is the newest word about. */
  readonly findings: readonly Finding[];
  /** Whether the signal said anything newer than what was known. */
  readonly late: boolean;
}

/**
 * Takes one signal into what one partner has said about one device. The outcome does not depend on the order
 * in which signals come, nor on how often: of two words about the same thing the later observation is
 * current, and of two of the same instant the worse one, so raising is immediate and lowering needs newer
 * evidence; a report that does not tell its time lowers nothing. `known` holds the findings, of this partner on this device, that the signal mentions; all of them
 * where it says `securedEndsFindings`.
 */
export function applySignal(view: PartnerView | undefined, known: ReadonlyMap<string, Finding>, signal: Signal): AppliedSignal {
  const newState = signal.state !== undefined && isNewerState(view, signal, signal.state);
  const findings = [...newerFindings(known, endedBefore(view, signal)), ...(newState ? endedNow(known, signal) : [])];
  const late = !newState && findings.length === 0 && (signal.state !== undefined || signal.findings.length > 0);
  if (!newState && findings.length === 0 && (signal.undated === true || (!provesWatch(view, signal) && !isNewestOfFindings(view, signal)))) return { view, findings, late };
  return { view: nextView(view, findings, signal, newState), findings, late };
}

/** Whether even an old word is the first to show that a partner without postures rates threats on the device. */
function provesWatch(view: PartnerView | undefined, signal: Signal): boolean {
  return view?.basis === 'findings' && view.state === 'activated' && ratesThreats(signal);
}

/** Of reports of one instant about the same findings, the same one is named as the newest whatever their order. */
function isNewestOfFindings(view: PartnerView | undefined, signal: Signal): boolean {
  return view?.basis === 'findings' && signal.findings.length > 0 && isAfter(signal, view);
}

function ratesThreats(signal: Signal): boolean {
  return signal.findings.some((finding) => finding.severity !== undefined);
}

function isNewerState(view: PartnerView | undefined, signal: Signal, state: ThreatState): boolean {
  if (signal.endsReports !== undefined && view?.reportId.startsWith(signal.endsReports) !== true) return false;
  if (signal.undated === true) return meaningOf(state).rank > Math.max(meaningOf('secured').rank, view === undefined ? 0 : meaningOf(view.state).rank);
  if (view === undefined || view.basis === 'findings') return true;
  if (signal.observedAt !== view.observedAt) return signal.observedAt > view.observedAt;
  const worse = meaningOf(state).rank - meaningOf(postureOf(view)).rank;
  // The id settles what is left, so that two equal reports leave the same trace in any order.
  return worse !== 0 ? worse > 0 : signal.reportId > view.reportId;
}

/** What the partner itself said of the device. */
function postureOf(view: PartnerView): ThreatState {
  return view.basis === 'postureAndFindings' ? 'secured' : view.state;
}

function newerFindings(known: ReadonlyMap<string, Finding>, signal: Signal): readonly Finding[] {
  if (signal.findings.length === 0) return [];
  const newest = new Map<string, Finding>();
  for (const report of signal.findings) {
    const finding: Finding = {
      ...report, connectorId: signal.connectorId, observedAt: signal.observedAt, reportId: signal.reportId,
    };
    const before = newest.get(report.id) ?? known.get(report.id);
    const counts = signal.undated === true ? isWorse(finding, before) : before === undefined || isNewerFinding(before, finding);
    if (counts) newest.set(report.id, finding);
  }
  return [...newest.values()];
}

/** The signal with its findings over where the partner has called the device secured since. */
function endedBefore(view: PartnerView | undefined, signal: Signal): Signal {
  const { securedEndsFindings: margin } = signal;
  const since = margin !== undefined && view?.basis === 'posture' && view.state === 'secured' && view.observedAt - margin > signal.observedAt;
  return since ? { ...signal, findings: signal.findings.map((finding) => ({ ...finding, state: 'resolved' as const })) } : signal;
}

/** What the partner found before and does not name now, where its word that the device is secured ends it. */
function endedNow(known: ReadonlyMap<string, Finding>, signal: Signal): readonly Finding[] {
  const { securedEndsFindings: margin } = signal;
  if (margin === undefined || signal.state !== 'secured') return [];
  const named = new Set(signal.findings.map(({ id }) => id));
  return [...known.values()]
    .filter((finding) => finding.state === 'open' && finding.observedAt < signal.observedAt - margin && !named.has(finding.id))
    .map((finding) => ({ ...finding, state: 'resolved' as const, observedAt: signal.observedAt, reportId: signal.reportId }));
}

function isWorse(finding: Finding, before: Finding | undefined): boolean {
  return finding.state === 'open' && (before === undefined || rankOfFinding(finding) > rankOfFinding(before));
}

function isNewerFinding(before: Finding, after: Finding): boolean {
  if (after.observedAt !== before.observedAt) return after.observedAt > before.observedAt;
  const worse = rankOfFinding(after) - rankOfFinding(before);
  return worse !== 0 ? worse > 0 : after.reportId > before.reportId;
}

function rankOfFinding(finding: FindingReport): number {
  return (finding.state === 'open' ? 10 : 0) + (finding.severity === undefined ? 0 : 1 + rankOfLevel(finding.severity));
}

function nextView(view: PartnerView | undefined, findings: readonly Finding[], signal: Signal, newState: boolean): PartnerView {
  const openFindings = nextOpenFindings(view, findings);
  if (newState) {
    return withFindings({
      connectorId: signal.connectorId, state: signal.state as ThreatState, observedAt: signal.observedAt, reportId: signal.reportId,
      basis: signal.state === 'secured' && signal.basis !== undefined ? signal.basis : 'posture', openFindings,
    });
  }
  if (view !== undefined && view.basis !== 'findings') return withFindings({ ...view, openFindings });
  const newest = view !== undefined && !isAfter(signal, view) ? view : signal;
  const rated = ratesThreats(signal) || (view !== undefined && view.state !== 'activated');
  return {
    connectorId: signal.connectorId, state: rated ? stateOfOpenFindings(openFindings) : 'activated', observedAt: newest.observedAt,
    reportId: newest.reportId, basis: 'findings', openFindings,
  };
}

/** A posture that covers secured and low is the latter while a finding with a severity is open. */
function withFindings(view: PartnerView): PartnerView {
  if (view.basis !== 'postureAndFindings') return view;
  return { ...view, state: stateOfOpenFindings(view.openFindings) === 'secured' ? 'secured' : 'lowSeverity' };
}

function isAfter(signal: Signal, view: PartnerView): boolean {
  return signal.observedAt !== view.observedAt ? signal.observedAt > view.observedAt : signal.reportId > view.reportId;
}

function nextOpenFindings(view: PartnerView | undefined, findings: readonly Finding[]): PartnerView['openFindings'] {
  const before = view?.openFindings ?? [];
  if (findings.length === 0) return before;
  const changed = new Set(findings.map((f) => f.id));
  const open = findings.filter((f) => f.state === 'open').map(openFinding);
  return [...before.filter((f) => !changed.has(f.id)), ...open].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Absent members stay absent: a posture that was stored and read again must equal the one in memory. */
function openFinding({ id, type, category, severity, title, recommendedAction }: Finding): OpenFinding {
  return { id, type, ...(category && { category }), ...(severity && { severity }), ...(title && { title }), ...(recommendedAction && { recommendedAction }) };
}

/**
 * For a partner that gives no posture of its own: the worst severity that is still open.
 * One that has so far only sent remarks without a severity is merely active; that is no word about the device.
 */
function stateOfOpenFindings(open: PartnerView['openFindings']): ThreatState {
  let worst: ThreatState = 'secured';
  for (const { severity } of open) {
    if (severity === undefined) continue;
    const state = stateOfLevel(severity);
    if (meaningOf(state).rank > meaningOf(worst).rank) worst = state;
  }
  return worst;
}
