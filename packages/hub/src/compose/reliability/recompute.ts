import { applyToViews, type Finding, type PartnerView, type Signal } from '@sallyport/core';
import { parsePartnerReport } from '../../api/partner/parse-report.ts';
import { ReadModel } from '../../view/read-model.ts';
import type { PostureRow, Store, StoredReport } from '../../store/store.ts';

/** A device's posture as it must be, judging from nothing but the raw reports. */
export type Recomputed = Pick<PostureRow, 'deviceId' | 'mergedState' | 'complianceState' | 'reasons'> & {
  readonly views: readonly PartnerView[];
};

export async function allReports(store: Store): Promise<readonly StoredReport[]> {
  const reports: StoredReport[] = [];
  for (;;) {
    const page = await store.reports.replay(reports.at(-1)?.seq ?? 0, 1_000);
    if (page.length === 0) return reports;
    reports.push(...page);
  }
}

/** Reads each report's raw text again, merges, and evaluates by the policies in the store. */
export async function recomputePostures(
  store: Store,
  reports: readonly StoredReport[],
  now: number,
): Promise<readonly Recomputed[]> {
  const memory = new ReadModel(() => now);
  await memory.load(store);
  const views = new Map<string, readonly PartnerView[]>();
  const findings = new Map<string, Map<string, Finding>>();
  for (const report of reports) {
    const signal = signalOf(report);
    const deviceId = signal.keys[0]?.value ?? '';
    const known = childOf(findings, `${deviceId} ${signal.connectorId}`);
    const tied = signal.keys[0]?.type === 'managedDeviceId';
    const applied = applyToViews(views.get(deviceId) ?? [], known, signal, { tied }, memory.signalLimits);
    views.set(deviceId, applied.views);
    for (const finding of applied.findings) known.set(finding.id, finding);
  }
  return [...views].flatMap(([deviceId, ofDevice]) => {
    const facts = memory.facts(deviceId);
    if (facts === undefined) return [];
    const current = byConnector(ofDevice);
    const verdict = memory.evaluate(facts, { views: current, failing: {} }, now);
    return [
      {
        deviceId,
        views: current,
        mergedState: verdict.merged.state,
        complianceState: verdict.state,
        reasons: verdict.reasons,
      },
    ];
  });
}

/** The stored postures in the form that `recomputePostures` gives. */
export async function storedPostures(store: Store, ids: readonly string[]): Promise<readonly Recomputed[]> {
  const rows = new Map((await store.postures.get(ids)).map((row) => [row.deviceId, row]));
  return ids.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined
      ? []
      : [
          {
            deviceId: id,
            views: byConnector(row.views),
            mergedState: row.mergedState,
            complianceState: row.complianceState,
            reasons: row.reasons,
          },
        ];
  });
}

function signalOf({ raw, connectorId, receivedAt }: StoredReport): Signal {
  const parsed = parsePartnerReport(JSON.parse(raw), connectorId, receivedAt);
  if (!parsed.ok) throw new Error(`A kept report cannot be read again: ${parsed.error.message}`);
  const { signal } = parsed.incoming;
  return { ...signal, observedAt: Math.min(signal.observedAt, receivedAt), receivedAt };
}

function byConnector(views: readonly PartnerView[]): readonly PartnerView[] {
  return views.toSorted((a, b) => (a.connectorId < b.connectorId ? -1 : 1));
}

function childOf<V>(maps: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let child = maps.get(key);
  if (child === undefined) maps.set(key, (child = new Map()));
  return child;
}
