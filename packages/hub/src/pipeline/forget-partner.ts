import { isoTime } from '../platform/clock.ts';
import type { HistoryRow, PostureRow } from '../store/store.ts';
import type { TakeDependencies } from './apply-to-devices.ts';
import type { ReadModel } from '../view/read-model.ts';
import { findingHistory } from './note-history.ts';
import { forgetUnknownTerms } from './record-unknown-terms.ts';
import { settleDevices } from './settle-devices.ts';

/** Devices, findings or reports that one transaction changes. */
const CHUNK = 2_000;
/** Stands between the id of a connector and when it was deleted, in what is kept of its reports. No id holds it. */
const RETIRED = '~';

/** The connector that a kept report came from, also where that was deleted since. */
export function connectorOfReport(keptAs: string): string {
  return keptAs.split(RETIRED, 1)[0] ?? keptAs;
}

/**
 * Ends what the partner of a connector said, that was deleted or goes on with another vendor, so that it does not
 * count beside what comes next under the same id: its views go, its open findings are resolved, its reports wait no more and give
 * up their ids. Raw reports and the history stay. May be repeated, and goes on where a stop interrupted it.
 */
export async function forgetPartner(deps: TakeDependencies, connectorId: string): Promise<void> {
  const { store, clock } = deps;
  // Whoever ever reported left a heartbeat, and it is the last to go.
  if (!(await store.heartbeats.all()).has(connectorId)) return;
  await endViews(deps, connectorId);
  await endFindings(deps, connectorId);
  const retired = `${connectorId}${RETIRED}${isoTime(clock.now())}`;
  while ((await store.transaction((tx) => tx.reports.retire(connectorId, retired, CHUNK))) > 0);
  await store.transaction(async (tx) => {
    await tx.vendorDevices.forget(connectorId);
    await forgetUnknownTerms(tx, connectorId);
    await tx.heartbeats.forget(connectorId);
  });
  // Otherwise the next report would not leave a heartbeat for a minute, by which alone we know that there is something to forget.
  deps.memory.forgetHeartbeat(connectorId);
}

async function endViews(deps: TakeDependencies, connectorId: string): Promise<void> {
  const { store, serial, memory } = deps;
  for (let after = ''; ; ) {
    const ids = await store.postures.withViewOf(connectorId, after, CHUNK);
    const last = ids.at(-1);
    if (last === undefined) return;
    after = last;
    await serial.run(async () => {
      const { postures } = await store.transaction(async (tx) => {
        const now = deps.clock.now();
        const without = withoutPartner(memory, await tx.postures.get(ids), connectorId);
        const removed = without.map(
          ({ before, ended }): HistoryRow => ({
            deviceId: before.deviceId,
            at: now,
            event: { kind: 'partnerRemoved', connectorId, from: ended },
          }),
        );
        return settleDevices(tx, deps, without, now, removed);
      });
      for (const posture of postures) memory.fleet.setPosture(posture);
    });
  }
}

/** The devices of which the partner reported anything (`ended`: the state it gave), without that. */
function withoutPartner(memory: ReadModel, postures: readonly PostureRow[], connectorId: string) {
  return postures.flatMap((before) => {
    const ended = before.views.find((view) => view.connectorId === connectorId)?.state;
    const device = memory.fleet.get(before.deviceId);
    if (ended === undefined || device === undefined) return [];
    return [
      {
        device,
        before,
        views: before.views.filter((view) => view.connectorId !== connectorId),
        failing: before.failing,
        ended,
      },
    ];
  });
}

async function endFindings({ store, clock }: TakeDependencies, connectorId: string): Promise<void> {
  for (;;) {
    const open = await store.findings.query({ connectorId, state: 'open', limit: CHUNK });
    if (open.length === 0) return;
    const ended = open.map((before) => ({ before, after: { ...before, state: 'resolved' as const } }));
    await store.transaction(async (tx) => {
      await tx.findings.put(ended.map(({ after }) => after));
      await tx.history.append(findingHistory(ended, clock.now()));
    });
  }
}
