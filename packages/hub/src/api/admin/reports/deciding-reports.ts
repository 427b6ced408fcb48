import { sourcesOf, type DecidingView, type PartnerView } from '@sallyport/core';
import type { AccessView } from '../../../view/ports.ts';
import type { FindingRow, Store, StoredReport } from '../../../store/store.ts';

type Named = Pick<StoredReport, 'connectorId' | 'reportId'>;

export interface DecidingOptions {
  readonly store: Pick<Store, 'postures' | 'findings' | 'reports'>;
  readonly view: Pick<AccessView, 'decidingViews'>;
}

/**
 * The reports that today's verdict on a device's level comes from, however old they are. Of what is held against it and what came
 * over from an older record, the report itself waits, or is about that record.
 */
export async function decidingReports(
  { store, view }: DecidingOptions,
  deviceId: string,
  now: number,
): Promise<readonly StoredReport[]> {
  const [[posture], findings] = await Promise.all([
    store.postures.get([deviceId]),
    store.findings.ofDevices([deviceId]),
  ]);
  const deciding = posture === undefined ? [] : view.decidingViews(deviceId, posture);
  const named = deciding.flatMap((one) =>
    reportsOf(one, findings, now).map((reportId) => ({ connectorId: one.view.connectorId, reportId })),
  );
  const unique = [...new Map(named.map((report) => [keyOf(report), report])).values()].slice(0, MOST);
  const found = await Promise.all(unique.map(({ connectorId, reportId }) => store.reports.get(connectorId, reportId)));
  return found.filter((report) => report !== undefined);
}

/** More than anybody reads. */
const MOST = 50;

function reportsOf(
  deciding: DecidingView<PartnerView>,
  findings: readonly FindingRow[],
  now: number,
): readonly string[] {
  const { reportIds, findingIds } = sourcesOf(deciding, now);
  const { connectorId, reportId } = deciding.view;
  const ofFindings = findings
    .filter((finding) => finding.connectorId === connectorId && findingIds.includes(finding.id))
    .map((finding) => finding.reportId);
  // What is held leaves no findings of the device.
  return reportIds.length + ofFindings.length === 0 ? [reportId] : [...reportIds, ...ofFindings];
}

export function keyOf({ connectorId, reportId }: Named): string {
  return JSON.stringify([connectorId, reportId]);
}
