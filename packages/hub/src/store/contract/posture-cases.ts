import { expect, test } from 'vitest';
import type { Store } from '../store.ts';
import { device, finding, posture, T0 } from './rows.ts';

export function postureCases(store: () => Store): void {
  test('a posture comes back as it went in and is replaced by the next', async () => {
    const row = posture('d1', {
      views: [
        {
          connectorId: 'lookout',
          state: 'highSeverity',
          observedAt: T0,
          reportId: 'r"1"',
          basis: 'findings',
          openFindings: [{ id: 'f1', type: 'MALWARE', severity: 'high' }],
        },
      ],
      mergedState: 'highSeverity',
      complianceState: 'inGracePeriod',
      failing: { builtIn: T0 },
      graceUntil: T0 + 1,
      reasons: [{ code: 'threat_level_above_allowed', policyId: 'p', findingIds: ['f1'] }],
    });
    await store().transaction(async (tx) => {
      await tx.devices.put([device('d1')]);
      await tx.postures.put([posture('d1'), row]);
      expect(await tx.postures.get(['d1'])).toEqual([row]);
    });
    expect(await store().postures.get(['d1', 'nobody'])).toEqual([row]);
  });

  test('devices are counted by compliance state', async () => {
    await store().transaction(async (tx) => {
      await tx.devices.put(['d1', 'd2', 'd3', 'd4'].map((id) => device(id)));
      await tx.postures.put([posture('d1'), posture('d2'), posture('d3', { complianceState: 'noncompliant' })]);
    });
    expect(await store().postures.countByState()).toEqual(
      new Map([
        ['compliant', 2],
        ['noncompliant', 1],
      ]),
    );
  });

  test('a posture is counted where it stands after it was read and written, however often, in one transaction', async () => {
    const noncompliant = posture('d1', { complianceState: 'noncompliant', mergedState: 'highSeverity' });
    const last = posture('d1', { mergedState: 'lowSeverity', updatedAt: T0 + 1 });
    await store().transaction(async (tx) => {
      await tx.devices.put(['d1', 'd2'].map((id) => device(id)));
      await tx.postures.put([posture('d1')]);
    });
    const writes = [[noncompliant, last], [noncompliant], [posture('d1'), posture('d2')], [noncompliant], [last]];
    for (const [i, rows] of writes.entries()) {
      await store().transaction(async (tx) => {
        await tx.postures.get(['d1', 'd2']);
        for (const write of writes.slice(0, i)) await tx.postures.put(write);
        await tx.postures.put(rows);
      });
      const expected = rows.at(-1)?.deviceId === 'd2' ? posture('d1') : rows.at(-1);
      expect(await store().postures.get(['d1'])).toEqual([expected]);
      const states = (await store().postures.get(['d1', 'd2'])).map(({ complianceState }) => complianceState);
      expect(await store().postures.countByState()).toEqual(
        new Map([...new Set(states)].map((state) => [state, states.filter((s) => s === state).length])),
      );
    }
  });

  test('devices that a partner has a view of are found, in pages', async () => {
    const view = {
      connectorId: 'look_out',
      state: 'secured',
      observedAt: T0,
      reportId: 'r1',
      basis: 'posture',
      openFindings: [],
    } as const;
    await store().transaction(async (tx) => {
      await tx.devices.put(['d1', 'd2', 'd3', 'd4'].map((id) => device(id)));
      await tx.postures.put([
        posture('d3', { views: [view] }),
        posture('d1', { views: [view] }),
        posture('d2'),
        posture('d4', { views: [{ ...view, connectorId: 'look_out_2' }] }),
      ]);
    });
    expect(await store().postures.withViewOf('look_out', '', 10)).toEqual(['d1', 'd3']);
    expect(await store().postures.withViewOf('look_out', 'd1', 10)).toEqual(['d3']);
    expect(await store().postures.withViewOf('look_out', '', 1)).toEqual(['d1']);
    expect(await store().postures.withViewOf('', '', 10)).toEqual([]);
  });

  test('putting a device again keeps its posture and findings', async () => {
    await store().transaction(async (tx) => {
      await tx.devices.put([device('d1')]);
      await tx.postures.put([posture('d1')]);
      await tx.findings.put([finding('d1', 'f1')]);
    });
    await store().transaction((tx) => tx.devices.put([device('d1', { deviceName: 'renamed' })]));
    expect(await store().postures.get(['d1'])).toHaveLength(1);
    expect(await store().findings.ofDevices(['d1'])).toHaveLength(1);
  });

  test('findings without a category are found until they have one', async () => {
    await store().transaction(async (tx) => {
      await tx.devices.put([device('d1')]);
      await tx.findings.put([
        finding('d1', 'f1'),
        finding('d1', 'f2', { category: 'unclassified' }),
        finding('d1', 'f3', { category: 'app.malware' }),
      ]);
    });
    expect((await store().findings.withoutCategory(10)).map(({ id }) => id)).toEqual(['f1']);
    await store().transaction((tx) => tx.findings.put([finding('d1', 'f1', { category: 'unclassified' })]));
    expect(await store().findings.withoutCategory(10)).toEqual([]);
  });

  test('findings are replaced by device, partner and id, and come newest first', async () => {
    await store().transaction(async (tx) => {
      await tx.devices.put([device('d1'), device('d2')]);
      await tx.findings.put([finding('d1', 'f1'), finding('d1', 'f2', { observedAt: T0 + 5 }), finding('d2', 'f1')]);
      await tx.findings.put([
        finding('d1', 'f1', { state: 'resolved', observedAt: T0 + 9, title: 'gone' }),
        finding('d1', 'f1', { connectorId: 'zimperium', observedAt: T0 + 7 }),
      ]);
    });
    expect(await store().findings.ofDevices(['d1'])).toEqual([
      finding('d1', 'f1', { state: 'resolved', observedAt: T0 + 9, title: 'gone' }),
      finding('d1', 'f1', { connectorId: 'zimperium', observedAt: T0 + 7 }),
      finding('d1', 'f2', { observedAt: T0 + 5 }),
    ]);
    expect(await store().findings.ofDevices(['d1', 'd2'])).toHaveLength(4);
  });
}
