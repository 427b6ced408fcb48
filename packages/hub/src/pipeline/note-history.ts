import type { PartnerView, Reason } from '@sallyport/core';
import { holdChange } from './hold-change.ts';
import type { FindingRow, HistoryEvent, HistoryRow, PostureRow } from '../store/store.ts';

/** What became visibly different about a device, causes first: its partners' words, what they come to, and what follows. */
export function postureHistory(before: PostureRow | undefined, after: PostureRow): readonly HistoryRow[] {
  const words = after.views === before?.views ? [] : after.views.flatMap((view) => levelChange(before, view));
  const events: HistoryEvent[] = [...words];
  if (after.mergedState !== (before?.mergedState ?? 'unknown')) {
    events.push({
      kind: 'mergedLevelChanged',
      from: before?.mergedState ?? null,
      to: after.mergedState,
      causedBy: [...words.map(({ connectorId }) => connectorId), ...endedIn(before, after)],
    });
  }
  if (before?.complianceState !== after.complianceState || failsOtherwise(before, after)) {
    events.push({
      kind: 'complianceChanged',
      from: before?.complianceState ?? null,
      to: after.complianceState,
      reasons: after.reasons,
    });
  }
  return [
    ...holdHistory(before, after),
    ...events.map((event) => ({ deviceId: after.deviceId, at: after.updatedAt, event })),
  ];
}

const NONE: readonly HistoryRow[] = [];

/** Bad news that may be about another device began, or ceased, to be held against this one. */
export function holdHistory(before: PostureRow | undefined, after: PostureRow): readonly HistoryRow[] {
  const change = holdChange(before?.views, after.views);
  if (change === undefined) return NONE;
  return [
    {
      deviceId: after.deviceId,
      at: after.updatedAt,
      event: change.length > 0 ? { kind: 'holdStarted', views: change } : { kind: 'holdEnded' },
    },
  ];
}

function levelChange(
  before: PostureRow | undefined,
  after: PartnerView,
): Extract<HistoryEvent, { kind: 'levelChanged' }>[] {
  const { connectorId, state, reportId } = after;
  const from =
    before?.views.find((view) => view.connectorId === connectorId && isSameRecord(view, after))?.state ?? null;
  return from === state ? [] : [{ kind: 'levelChanged', connectorId, from, to: state, reportId }];
}

/** Of one partner's several identities the same one; what was stored without any is whichever comes. */
function isSameRecord(before: PartnerView, after: PartnerView): boolean {
  return before.identities === undefined || before.identities[0] === after.identities?.[0];
}

/** Connectors whose word counts no more at all. */
function endedIn(before: PostureRow | undefined, after: PostureRow): string[] {
  return (before?.views ?? [])
    .map(({ connectorId }) => connectorId)
    .filter((id) => !after.views.some(({ connectorId }) => connectorId === id));
}

/** Still the same state, for other reasons. What a compliant device is told beside changes with every first report. */
function failsOtherwise(before: PostureRow, after: PostureRow): boolean {
  return after.complianceState !== 'compliant' && kinds(before.reasons) !== kinds(after.reasons);
}

/** Without the findings behind them: those have events of their own. */
function kinds(reasons: readonly Reason[]): string {
  return reasons.map(({ code, policyId, connectorId }) => `${code} ${policyId ?? ''} ${connectorId ?? ''}`).join(';');
}

/** What became different about findings; `before` is what was kept of each, if anything. */
export function findingHistory(
  changes: Iterable<{ readonly before: FindingRow | undefined; readonly after: FindingRow }>,
  at: number,
): readonly HistoryRow[] {
  const rows: HistoryRow[] = [];
  for (const { before, after } of changes) {
    const kind = kindOfChange(before, after);
    if (kind === undefined) continue;
    const { deviceId, connectorId, id, reportId, type, category, severity, title } = after;
    rows.push({
      deviceId,
      at,
      event: {
        kind,
        connectorId,
        findingId: id,
        reportId,
        type,
        category: category ?? 'unclassified',
        severity: severity ?? null,
        title: title ?? null,
      },
    });
  }
  return rows;
}

function kindOfChange(
  before: FindingRow | undefined,
  after: FindingRow,
): 'findingOpened' | 'findingChanged' | 'findingResolved' | 'findingNoted' | undefined {
  if (before === undefined) return after.state === 'open' ? 'findingOpened' : 'findingNoted';
  if (before.state !== after.state) return after.state === 'open' ? 'findingOpened' : 'findingResolved';
  return before.severity !== after.severity && after.state === 'open' ? 'findingChanged' : undefined;
}
