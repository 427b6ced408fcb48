import { expect } from 'vitest';
import { call } from '@sallyport/simulators/hub';
import type { OutboxRow } from '../../store/store.ts';
import type { HubUnderLoad } from './hub-under-load.ts';
import { allReports, recomputePostures, storedPostures } from './recompute.ts';

/** Nobody reports at the moment: what was promised must be there, and what is there must be right. */
export async function expectNothingLost(load: HubUnderLoad): Promise<void> {
  await load.withStore(async (store) => {
    const reports = await allReports(store);
    expectEachAcknowledgedOnce(
      load,
      reports.map(({ reportId, raw }) => ({ reportId, raw })),
    );

    const recomputed = await recomputePostures(store, reports, Date.now());
    expect(
      await storedPostures(
        store,
        recomputed.map(({ deviceId }) => deviceId),
      ),
    ).toEqual(recomputed);
    await expectDecisionsToFollow(load, recomputed);

    const told: OutboxRow[] = [];
    for (;;) {
      const page = await store.outbox.after(told.at(-1)?.seq ?? 0, 1_000);
      if (page.length === 0) break;
      told.push(...page);
    }
    await expectDoorHeard(load, told);
  });
}

function expectEachAcknowledgedOnce(
  load: HubUnderLoad,
  kept: readonly { readonly reportId: string; readonly raw: string }[],
): void {
  const byId = new Map(kept.map(({ reportId, raw }) => [reportId, raw]));
  expect(byId.size, 'reports that are kept twice').toBe(kept.length);
  for (const { acknowledged } of load.reporters) {
    const lost = [...acknowledged.keys()].filter((id) => !byId.has(id));
    expect(lost, 'acknowledged reports that are not kept').toEqual([]);
    for (const [id, report] of acknowledged) expect(JSON.parse(byId.get(id) as string)).toEqual(report);
  }
}

/** The memory that decisions are made from says what the database says. */
async function expectDecisionsToFollow(
  load: HubUnderLoad,
  postures: readonly { readonly deviceId: string; readonly complianceState: string }[],
): Promise<void> {
  const { phones, ca, evaluator } = load.seeded;
  const stateOf = new Map(postures.map(({ deviceId, complianceState }) => [deviceId, complianceState]));
  const known = phones.filter(({ id }) => stateOf.has(id));
  const answer = await call(`${load.hub.baseUrl}/access/v1/evaluations`, ca, {
    token: evaluator,
    body: {
      action: { name: 'access' },
      resource: { type: 'application', id: 'Exchange' },
      evaluations: known.map(({ id, user }) => ({
        subject: { type: 'user', id: user, properties: { device_id: id } },
      })),
    },
  });
  expect(answer.status, answer.text).toBe(200);
  const granted = answer.json<{ evaluations: { decision: boolean }[] }>().evaluations.map(({ decision }) => decision);
  expect(granted).toEqual(known.map(({ id }) => stateOf.get(id) === 'compliant'));
}

/** Each row of the outbox that concerns a device reached the door, and the door heard them in order. */
async function expectDoorHeard(load: HubUnderLoad, outbox: readonly OutboxRow[]): Promise<void> {
  const wanted = outbox.filter((row) => row.kind === 'device-posture-changed');
  await load.listener.heardUpTo(wanted.at(-1)?.seq ?? 0);
  const { events } = load.listener;
  expect(
    events.filter(({ event }) => event === 'reset'),
    'the door was told to forget',
  ).toEqual([]);
  const changes = events.filter(({ event }) => event === 'access-changed');
  const positions = changes.map(({ id }) => Number(id));
  expect(positions, 'events in order, each once').toEqual([...new Set(positions)].sort((a, b) => a - b));
  const first = positions[0] ?? 0;
  expect(positions).toEqual(wanted.filter(({ seq }) => seq >= first).map(({ seq }) => seq));
  const subjectOf = new Map(wanted.map(({ seq, subject }) => [seq, subject]));
  expect(
    changes.every(({ id, data }) => data['deviceId'] === subjectOf.get(Number(id))),
    'events of the right device',
  ).toBe(true);
}
