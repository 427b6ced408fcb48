import type { Store, StoredReport } from '../../store/store.ts';

type Named = Pick<StoredReport, 'connectorId' | 'reportId'>;

/**
 * The reports that what is current about a device comes from, however old they are: of each partner the one that its state is
 * from, and those that its open findings are from. Those that are held against it wait, and those that came over are of an older record.
 */
export async function decidingReports(store: Pick<Store, 'postures' | 'findings' | 'reports'>, deviceId: string): Promise<readonly StoredReport[]> {
  const [[posture], findings] = await Promise.all([store.postures.get([deviceId]), store.findings.ofDevices([deviceId])]);
  const named: readonly Named[] = [...posture?.views ?? [], ...findings.filter(({ state }) => state === 'open').slice(0, MOST_FINDINGS)];
  const unique = [...new Map(named.map((report) => [keyOf(report), report])).values()];
  const found = await Promise.all(unique.map(({ connectorId, reportId }) => store.reports.get(connectorId, reportId)));
  const elsewhere = new Set((posture?.views ?? []).filter(({ held, carried }) => held !== undefined || carried !== undefined).map(keyOf));
  // One that was assigned to another device since says nothing of this one, unless it is held against it or came over.
  return found.filter((report) => report !== undefined).filter((report) => report.deviceId === deviceId || elsewhere.has(keyOf(report)));
}

const MOST_FINDINGS = 50;

export function keyOf({ connectorId, reportId }: Named): string {
  return JSON.stringify([connectorId, reportId]);
}
