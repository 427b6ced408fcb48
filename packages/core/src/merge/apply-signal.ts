import { rankOfLevel } from '../vocabulary/level.ts';
import type {
  ContestedState,
  Finding,
  FindingReport,
  Instant,
  PartnerView,
  ReportedState,
  Signal,
  Unrecognized,
} from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { isAssessment, isLostContact, isWorseThanSecured, meaningOf } from '../vocabulary/threat-state.ts';
import { nextOpenFindings, stateOfOpenFindings } from './open-findings.ts';

export interface AppliedSignal {
  /** The identity's view after the signal; the very same object when nothing changed. `undefined`: still none. */
  readonly view: PartnerView | undefined;
  /** Findings that this signal is the newest report about. */
  readonly findings: readonly Finding[];
  /** Whether the signal reported nothing newer than what was known. */
  readonly late: boolean;
}

const SECOND = 1_000;

/**
 * Takes one signal into what one identity of a partner has reported about one device. The outcome does not depend on
 * the order in which signals come, nor on how often, but for a worse state that is seconds older than a better one
 * and arrives after it: for a while it counts (`contested`). Of two reports about the same thing the later
 * observation is current, and of two of the same instant the worse one, so raising is immediate and lowering needs
 * newer evidence; a report without a time of its own lowers nothing. A state that is no level leaves the last level
 * standing (`lastLevel`). `known` holds the findings, of this partner on this device, that the signal mentions; all
 * of them where it has `securedEndsFindings`.
 */
export function applySignal(
  view: PartnerView | undefined,
  known: ReadonlyMap<string, Finding>,
  signal: Signal,
  limits: SignalLimits,
): AppliedSignal {
  const ofState = asUndated(view, signal);
  const newState = ofState.state !== undefined && isNewerState(view, ofState, ofState.state);
  const findings = [...newerFindings(known, endedBefore(view, signal)), ...(newState ? endedNow(known, signal) : [])];
  const older = newState || view === undefined ? undefined : olderStateThatCounts(view, known, signal, limits);
  const late =
    !newState &&
    older === undefined &&
    findings.length === 0 &&
    (signal.state !== undefined || signal.findings.length > 0);
  if (
    !newState &&
    older === undefined &&
    findings.length === 0 &&
    (signal.undated === true || (!provesWatch(view, signal) && !isNewestOfFindings(view, signal)))
  )
    return { view: heardAgain(view, signal), findings, late };
  return {
    view: newState
      ? viewOfState(view, findings, signal, ofState, limits)
      : nextView(view, findings, signal, older, limits),
    findings,
    late,
  };
}

/** A signal as far as its state is concerned, which may have to stand beside one without a time. */
type StateSignal = Signal & Pick<ReportedState, 'undatedAfter'>;

/** What was observed since the last state with a time is not known to be older than a state without: it may only make it worse. */
function asUndated(view: PartnerView | undefined, signal: Signal): StateSignal {
  if (view === undefined || signal.state === undefined || signal.undated === true || signal.endsReports !== undefined)
    return signal;
  const told = toldLast(view, signal.state);
  if (told?.undatedAfter === undefined || signal.observedAt <= told.undatedAfter || signal.observedAt > told.observedAt)
    return signal;
  if (told === view.lastLevel && signal.observedAt > view.observedAt) return withLevel(signal, signal.state, told);
  return { ...signal, observedAt: Math.max(view.observedAt, told.observedAt), undated: true };
}

/** A level after a state of the app ends that state; what stood behind it without a time goes on as far as it is worse. */
function withLevel(signal: Signal, state: ThreatState, { undatedAfter: after, ...behind }: ReportedState): StateSignal {
  const worse = meaningOf(state).rank >= meaningOf(behind.state).rank ? { state, reportId: signal.reportId } : behind;
  return { ...signal, ...worse, observedAt: behind.observedAt, undatedAfter: after };
}

/** The last state that tells what a new one tells; a level may stand behind a state of the app. */
function toldLast(view: PartnerView, next: ThreatState): ReportedState | undefined {
  if (view.basis === 'findings') return undefined;
  return isAssessment(next) && !isAssessment(view.state) && view.retired !== true ? view.lastLevel : postureOf(view);
}

/** Bad news that a report without a time repeats is no newer for it, but its identity is not silent. */
function heardAgain(view: PartnerView | undefined, signal: Signal): PartnerView | undefined {
  if (view === undefined || signal.undated !== true || (view.held === undefined && view.silenceFrom === undefined))
    return view;
  const { state, findings, observedAt, receivedAt } = signal;
  const repeatsState = state !== undefined && isWorseThanSecured(state) && meaningOf(state).rank === worstKnown(view);
  const repeats =
    repeatsState ||
    findings.some(
      (finding) =>
        finding.state === 'open' &&
        view.openFindings.some(({ id, severity }) => id === finding.id && severity === finding.severity),
    );
  return repeats ? { ...view, silenceFrom: receivedAt ?? observedAt } : view;
}

/** Whether even an old report is the first to show that a partner without postures rates threats on the device. */
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
  if (signal.undated === true)
    return isWorseThanSecured(state) && (view === undefined || meaningOf(state).rank > worstKnown(view));
  if (view === undefined || view.basis === 'findings') return true;
  return isNewer(reported(signal, state), postureOf(view));
}

/** The rank of the worst that counts: what is reported without a time must not take the place of what stands behind a state. */
function worstKnown({ state, lastLevel, lastAppState, contested }: PartnerView): number {
  return Math.max(
    ...[state, lastLevel?.state, lastAppState?.state, contested?.state].map((one) =>
      one === undefined ? 0 : meaningOf(one).rank,
    ),
  );
}

/** The id settles what is left, so that two equal reports leave the same trace in any order. */
function isNewer(report: ReportedState, before: ReportedState): boolean {
  if (report.observedAt !== before.observedAt) return report.observedAt > before.observedAt;
  const worse = meaningOf(report.state).rank - meaningOf(before.state).rank;
  return worse !== 0 ? worse > 0 : report.reportId > before.reportId;
}

/** What the partner itself reported of the device. */
export function postureOf({ state, observedAt, reportId, basis, undatedAfter: after }: PartnerView): ReportedState {
  const told = basis === 'postureAndFindings' ? { state: 'secured' as const, basis } : { state };
  return { ...told, observedAt, reportId, ...(after !== undefined && { undatedAfter: after }) };
}

function newerFindings(known: ReadonlyMap<string, Finding>, signal: Signal): readonly Finding[] {
  if (signal.findings.length === 0) return [];
  const newest = new Map<string, Finding>();
  for (const report of signal.findings) {
    const finding: Finding = {
      ...report,
      connectorId: signal.connectorId,
      observedAt: signal.observedAt,
      reportId: signal.reportId,
    };
    const before = newest.get(report.id) ?? known.get(report.id);
    const counts =
      signal.undated === true ? isWorse(finding, before) : before === undefined || isNewerFinding(before, finding);
    if (counts) newest.set(report.id, finding);
  }
  return [...newest.values()];
}

/** The signal with its findings over where the partner has called the device secured since. */
function endedBefore(view: PartnerView | undefined, signal: Signal): Signal {
  const { securedEndsFindings: margin } = signal;
  const since =
    margin !== undefined &&
    view?.basis === 'posture' &&
    view.state === 'secured' &&
    view.observedAt - margin > signal.observedAt;
  return since
    ? { ...signal, findings: signal.findings.map((finding) => ({ ...finding, state: 'resolved' as const })) }
    : signal;
}

/** What the partner found before and does not name now, where calling the device secured ends it. */
function endedNow(known: ReadonlyMap<string, Finding>, signal: Signal): readonly Finding[] {
  const { securedEndsFindings: margin } = signal;
  if (margin === undefined || signal.state !== 'secured') return [];
  const named = new Set(signal.findings.map(({ id }) => id));
  return [...known.values()]
    .filter(
      (finding) =>
        finding.state === 'open' && finding.observedAt < signal.observedAt - margin && !named.has(finding.id),
    )
    .map((finding) => ({
      ...finding,
      state: 'resolved' as const,
      observedAt: signal.observedAt,
      reportId: signal.reportId,
    }));
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

/** What an older state changes, if anything. */
type OlderState = Pick<PartnerView, 'lastLevel' | 'lastAppState' | 'contested' | 'levelMissingSince'>;

/**
 * An older state is not current, but it counts where it tells the last level or the last state of the app behind a
 * current state that tells none, and for a moment where it is worse and hardly older.
 */
function olderStateThatCounts(
  view: PartnerView,
  known: ReadonlyMap<string, Finding>,
  signal: Signal,
  limits: SignalLimits,
): OlderState | undefined {
  const { state } = signal;
  if (state === undefined || view.basis === 'findings' || signal.endsReports !== undefined || view.retired === true)
    return undefined;
  if (isAssessment(view.state)) return contest(view, known, signal, state, limits);
  if (isAssessment(state)) return olderLevel(view, signal, state);
  const report = reported(signal, state);
  if (signal.undated === true || (view.lastLevel !== undefined && !isNewer(report, view.lastLevel))) return undefined;
  const sooner =
    signal.observedAt < (view.levelMissingSince ?? view.observedAt)
      ? { levelMissingSince: signal.observedAt }
      : undefined;
  const isAppState =
    !isLostContact(state) &&
    isLostContact(view.state) &&
    (view.lastAppState === undefined || isNewer(report, view.lastAppState));
  return isAppState ? { ...sooner, lastAppState: report } : sooner;
}

function olderLevel(view: PartnerView, signal: Signal, state: ThreatState): OlderState | undefined {
  const { lastLevel, lastAppState } = view;
  const report = { ...reported(signal, state), ...undatedAfter(view, signal, state) };
  const counts =
    lastLevel === undefined ||
    (signal.undated === true ? meaningOf(state).rank > meaningOf(lastLevel.state).rank : isNewer(report, lastLevel));
  if (!counts || (signal.undated === true && !isWorseThanSecured(state))) return undefined;
  return {
    lastLevel: report,
    ...(lastAppState !== undefined &&
      signal.undated !== true &&
      !isNewer(lastAppState, report) && { lastAppState: undefined }),
    ...((view.levelMissingSince ?? 0) <= signal.observedAt && { levelMissingSince: view.observedAt }),
  };
}

function contest(
  view: PartnerView,
  known: ReadonlyMap<string, Finding>,
  signal: Signal,
  state: ThreatState,
  { contestWithinSeconds, contestSeconds }: SignalLimits,
): OlderState | undefined {
  const age = view.observedAt - signal.observedAt;
  if (signal.undated === true || age < 0 || age > contestWithinSeconds * SECOND) return undefined;
  if (!isWorseThanSecured(state) || meaningOf(state).rank <= meaningOf(view.contested?.state ?? view.state).rank)
    return undefined;
  const findingIds = signal.findings.filter((finding) => finding.state === 'open').map(({ id }) => id);
  const allResolved =
    findingIds.length > 0 && findingIds.every((id) => isResolvedSince(known.get(id), signal.observedAt));
  if (allResolved) return undefined;
  const receivedAt = signal.receivedAt ?? signal.observedAt;
  return {
    contested: {
      state,
      observedAt: signal.observedAt,
      until: receivedAt + contestSeconds * SECOND,
      findingIds,
      reportId: signal.reportId,
    },
  };
}

function isResolvedSince(finding: Finding | undefined, at: Instant): boolean {
  return finding !== undefined && finding.state === 'resolved' && finding.observedAt > at;
}

function reported({ observedAt, reportId, basis }: Signal, state: ThreatState): ReportedState {
  return { state, observedAt, reportId, ...(state === 'secured' && basis !== undefined && { basis }) };
}

function viewOfState(
  view: PartnerView | undefined,
  findings: readonly Finding[],
  signal: Signal,
  ofState: StateSignal,
  limits: SignalLimits,
): PartnerView {
  return withFindings(
    stateView(view, ofState, ofState.state as ThreatState, nextOpenFindings(view, findings, signal, limits), limits),
  );
}

function nextView(
  view: PartnerView | undefined,
  findings: readonly Finding[],
  signal: Signal,
  older: OlderState | undefined,
  limits: SignalLimits,
): PartnerView {
  const openFindings = nextOpenFindings(view, findings, signal, limits);
  if (view !== undefined && view.basis !== 'findings')
    return withFindings(older === undefined ? { ...view, openFindings } : compact({ ...view, ...older, openFindings }));
  const newest = view !== undefined && !isAfter(signal, view) ? view : signal;
  const rated = ratesThreats(signal) || (view !== undefined && view.state !== 'activated');
  return {
    ...identityOf(view),
    connectorId: signal.connectorId,
    state: rated ? stateOfOpenFindings(openFindings) : 'activated',
    observedAt: newest.observedAt,
    reportId: newest.reportId,
    basis: 'findings',
    openFindings,
  };
}

function stateView(
  view: PartnerView | undefined,
  signal: StateSignal,
  state: ThreatState,
  openFindings: PartnerView['openFindings'],
  limits: SignalLimits,
): PartnerView {
  const next: PartnerView = {
    ...identityOf(view),
    connectorId: signal.connectorId,
    state,
    observedAt: signal.observedAt,
    reportId: signal.reportId,
    basis: state === 'secured' && signal.basis !== undefined ? signal.basis : 'posture',
    openFindings,
    ...undatedAfter(view, signal, state),
  };
  const contested = view?.contested && stillContested(view.contested, signal, state, limits);
  if (isAssessment(state)) return contested === undefined ? next : { ...next, contested };
  // A removal of unknown age may be one from before the level.
  if (signal.retires === true && signal.undated !== true) return { ...next, retired: true };
  return compact({
    ...next,
    contested,
    ...behind(view, signal, state),
    unrecognized: unrecognized(view, signal, state),
  });
}

/** What stands before a state without a time, and is not known to be older than it. */
function undatedAfter(
  view: PartnerView | undefined,
  signal: StateSignal,
  state: ThreatState,
): Pick<ReportedState, 'undatedAfter'> {
  if (signal.undatedAfter !== undefined) return { undatedAfter: signal.undatedAfter };
  if (signal.undated !== true) return {};
  const before = view && toldLast(view, state);
  return { undatedAfter: before?.undatedAfter ?? before?.observedAt ?? 0 };
}

function unrecognized(view: PartnerView | undefined, signal: Signal, state: ThreatState): Unrecognized | undefined {
  const terms =
    state === 'unknown' ? (signal.unknownTerms?.filter(({ about }) => about === 'protection').map(termKey) ?? []) : [];
  if (terms.length === 0) return undefined;
  const before =
    view === undefined || view.retired === true
      ? undefined
      : view.unrecognized === undefined
        ? view.state
        : view.unrecognized.before;
  // What was told without a time may be old, and is no news but for what it closes.
  const beside =
    signal.undated === true || signal.understood === undefined
      ? view?.unrecognized?.understood
      : reported(signal, signal.understood);
  return { terms, ...(before !== undefined && { before }), ...(beside !== undefined && { understood: beside }) };
}

const NO_IDENTITY: Pick<PartnerView, 'identities'> = {};

function identityOf(
  view: PartnerView | undefined,
): Pick<PartnerView, 'identities' | 'since' | 'tied' | 'held' | 'silenceFrom'> {
  if (view === undefined) return NO_IDENTITY;
  const { identities, since, tied, held, silenceFrom } = view;
  return {
    ...(identities && { identities }),
    ...(since !== undefined && { since }),
    ...(tied && { tied }),
    ...(held && { held }),
    ...(silenceFrom !== undefined && { silenceFrom }),
  };
}

/** Names an unknown value of a vendor, so that devices with the same one can be counted. */
export function termKey({ field, value }: { readonly field: string; readonly value: string }): string {
  return `${field}: ${value}`;
}

/** What stands behind a state that is no level. */
function behind(view: PartnerView | undefined, signal: Signal, state: ThreatState): OlderState {
  if (view === undefined || view.basis === 'findings' || view.retired === true)
    return { levelMissingSince: signal.observedAt };
  const before = postureOf(view);
  const lastLevel = isAssessment(view.state) ? before : view.lastLevel;
  const lastAppState =
    isAssessment(view.state) || !isLostContact(state)
      ? undefined
      : isLostContact(view.state)
        ? view.lastAppState
        : before;
  return {
    lastLevel,
    lastAppState,
    levelMissingSince: isAssessment(view.state) ? signal.observedAt : (view.levelMissingSince ?? view.observedAt),
  };
}

/** A contested state ends with the next state that is clearly newer, no better, or resolves its findings by name. */
function stillContested(
  contested: ContestedState,
  signal: Signal,
  state: ThreatState,
  limits: SignalLimits,
): ContestedState | undefined {
  if ((signal.receivedAt ?? signal.observedAt) >= contested.until) return undefined;
  if (
    signal.observedAt > contested.observedAt + limits.contestWithinSeconds * SECOND ||
    meaningOf(state).rank >= meaningOf(contested.state).rank
  )
    return undefined;
  const resolved = new Set(signal.findings.filter((finding) => finding.state === 'resolved').map(({ id }) => id));
  const byName = contested.findingIds.length > 0 && contested.findingIds.every((id) => resolved.has(id));
  return byName ? undefined : contested;
}

/** A posture that covers secured and low is the latter while a finding with a severity is open. */
function withFindings(view: PartnerView): PartnerView {
  if (view.basis !== 'postureAndFindings') return view;
  return { ...view, state: stateOfOpenFindings(view.openFindings) === 'secured' ? 'secured' : 'lowSeverity' };
}

function isAfter(signal: Signal, view: PartnerView): boolean {
  return signal.observedAt !== view.observedAt ? signal.observedAt > view.observedAt : signal.reportId > view.reportId;
}

/** Absent members stay absent: a view that was stored and read again must equal the one in memory. */
function compact(view: PartnerView): PartnerView {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined)) as unknown as PartnerView;
}
