import {
  applyToViews,
  holdAgainst,
  isWorseThanSecured,
  releaseHold,
  type Finding,
  type MatchEvidence,
  type PartnerView,
  type Signal,
  type SignalLimits,
} from '@sallyport/core';
import type { FindingRow, PostureRow } from '../store/store.ts';
import type { ReportOutcome } from './ports.ts';
import { isAhead, pulledBack } from './pulled-back.ts';

/** A device's partner views while a batch of signals is taken into them. */
export interface WorkingPosture {
  readonly deviceId: string;
  readonly before: PostureRow | undefined;
  views: readonly PartnerView[];
  /** By connector and finding id. */
  readonly findings: Map<string, FindingRow>;
  /** With what was kept of each before the batch. */
  readonly changedFindings: Map<string, { readonly before: FindingRow | undefined; readonly after: FindingRow }>;
  /** Partners whose stored reports lay ahead of the clock: when these were observed is not known. */
  readonly ahead: ReadonlySet<string>;
  readonly now: number;
  cause: { readonly connectorId: string; readonly reportId: string } | null;
}

export function workingPosture(
  deviceId: string,
  before: PostureRow | undefined,
  findings: readonly FindingRow[],
  now: number,
  limits: SignalLimits,
): WorkingPosture {
  const views = before?.views ?? NO_VIEWS;
  const latest = now + ORDER_MS;
  const ahead = views.filter((view) => isAhead(view, latest));
  return {
    deviceId,
    before,
    now,
    ahead: ahead.length === 0 ? NOBODY : new Set(ahead.map(({ connectorId }) => connectorId)),
    views: ahead.length === 0 ? views : views.map((view) => pulledBack(view, now, now, limits)),
    cause: null,
    changedFindings: new Map(),
    findings: new Map(
      findings.map((f) => [findingKey(f.connectorId, f.id), f.observedAt > latest ? { ...f, observedAt: now } : f]),
    ),
  };
}

const NO_VIEWS: readonly PartnerView[] = [];
const NOBODY: ReadonlySet<string> = new Set();
/** Reports that come together count milliseconds after each other (`TimesAhead`). */
const ORDER_MS = 1_000;

/**
 * Bad news is not older than what was stored by a clock that was ahead. When it was observed is not compared any more, so
 * it may only make things worse, as a report without a time of its own.
 */
function asComparable({ ahead, now }: WorkingPosture, signal: Signal): Signal {
  if (!ahead.has(signal.connectorId) || signal.observedAt >= now) return signal;
  const { state, findings } = signal;
  const isOpen = findings.some((finding) => finding.state === 'open');
  if (!isOpen && (state === undefined || !isWorseThanSecured(state))) return signal;
  const onlyOpens = state === undefined && findings.every((finding) => finding.state === 'open');
  return { ...signal, observedAt: now, ...(!onlyOpens && { undated: true as const }) };
}

/** Takes one signal in; returns whether it was news. */
export function mergeSignal(
  working: WorkingPosture,
  given: Signal,
  evidence: MatchEvidence,
  limits: SignalLimits,
): ReportOutcome['status'] {
  const signal = asComparable(working, given);
  const applied = applyToViews(working.views, knownFindings(working, signal), signal, evidence, limits);
  for (const finding of applied.findings) {
    const row = { ...finding, deviceId: working.deviceId };
    const key = findingKey(finding.connectorId, finding.id);
    const change = working.changedFindings.get(key);
    working.changedFindings.set(key, {
      before: change === undefined ? working.findings.get(key) : change.before,
      after: row,
    });
    working.findings.set(key, row);
  }
  change(working, applied.views, signal);
  return applied.late ? 'late' : 'accepted';
}

/** Takes in what may be about this device or about another, unless it is over already. */
export function holdSignal(working: WorkingPosture, signal: Signal, limits: SignalLimits, isOver: () => boolean): void {
  change(working, holdAgainst(working.views, signal, limits, isOver), signal);
}

/** Ends what was held against this device: the signal's identity is known now to be another one. */
export function releaseSignal(working: WorkingPosture, signal: Signal): void {
  change(working, releaseHold(working.views, signal), signal);
}

function change(working: WorkingPosture, views: readonly PartnerView[], { connectorId, reportId }: Signal): void {
  if (views === working.views) return;
  working.views = views;
  working.cause = { connectorId, reportId };
}

function knownFindings(working: WorkingPosture, signal: Signal): ReadonlyMap<string, Finding> {
  const known = new Map<string, Finding>();
  if (signal.securedEndsFindings !== undefined) {
    for (const finding of working.findings.values())
      if (finding.connectorId === signal.connectorId) known.set(finding.id, finding);
    return known;
  }
  for (const { id } of signal.findings) {
    const finding = working.findings.get(findingKey(signal.connectorId, id));
    if (finding !== undefined) known.set(id, finding);
  }
  return known;
}

function findingKey(connectorId: string, id: string): string {
  return `${connectorId}\u0000${id}`;
}
