import { expect, test } from 'vitest';
import type { FindingQuery, FindingRow, HistoryRow, Store } from '../store.ts';
import { device, finding, report, T0 } from './rows.ts';

/** Findings asked for across devices, and the history of one. */
export function historyCases(store: () => Store): void {
  const devices = (...ids: string[]) => store().transaction((tx) => tx.devices.put(ids.map((id) => device(id))));
  const put = (...rows: FindingRow[]) => store().transaction((tx) => tx.findings.put(rows));
  const names = async (query: Partial<FindingQuery>) =>
    (await store().findings.query({ limit: 100, ...query })).map(({ deviceId, id }) => `${deviceId}/${id}`);

  test('findings are found by what is asked for, newest first', async () => {
    await devices('d1', 'd2');
    await put(
      finding('d1', 'f1', { category: 'net.mitm' }),
      finding('d1', 'f2', { observedAt: T0 + 2, state: 'resolved', category: 'app.malware' }),
      finding('d2', 'f1', { observedAt: T0 + 1, severity: undefined }),
      finding('d2', 'f3', { observedAt: T0 + 1, connectorId: 'zimperium', category: 'net.mitm' }),
    );
    expect(await names({})).toEqual(['d1/f2', 'd2/f3', 'd2/f1', 'd1/f1']);
    expect(await names({ state: 'open' })).toEqual(['d2/f3', 'd2/f1', 'd1/f1']);
    expect(await names({ state: 'resolved' })).toEqual(['d1/f2']);
    expect(await names({ severity: 'high', state: 'open' })).toEqual(['d2/f3', 'd1/f1']);
    expect(await names({ severity: 'none' })).toEqual(['d2/f1']);
    expect(await names({ category: 'net.mitm' })).toEqual(['d2/f3', 'd1/f1']);
    expect(await names({ category: 'unclassified' })).toEqual(['d2/f1']);
    expect(await names({ category: ['unclassified', 'net.mitm'] })).toEqual(
      (await names({})).filter((name) => name !== 'd1/f2'),
    );
    expect(await names({ connectorId: 'zimperium' })).toEqual(['d2/f3']);
    expect(await names({ deviceId: 'd1', category: 'app.malware' })).toEqual(['d1/f2']);
  });

  test('a finding that is resolved is found as resolved from then on', async () => {
    await devices('d1');
    await put(finding('d1', 'f1'));
    await put(finding('d1', 'f1', { state: 'resolved', observedAt: T0 + 1 }));
    expect(await names({ state: 'open' })).toEqual([]);
    expect(await names({ state: 'resolved' })).toEqual(['d1/f1']);
  });

  test('pages of findings neither repeat nor leave out, also where times are the same', async () => {
    await devices('d1', 'd2');
    await put(
      ...['d1', 'd2'].flatMap((id) =>
        [1, 2, 3, 4, 5].map((n) =>
          finding(id, `f${n}`, { observedAt: T0 + (n % 2), connectorId: n % 3 === 0 ? 'a' : 'b' }),
        ),
      ),
    );
    const seen: string[] = [];
    let after: FindingRow | undefined;
    for (;;) {
      const page = await store().findings.query({ state: 'open', limit: 3, after });
      seen.push(...page.map(({ deviceId, id }) => `${deviceId}/${id}`));
      if (page.length < 3) break;
      after = page.at(-1);
    }
    expect(seen).toEqual(await names({ state: 'open' }));
    expect(new Set(seen).size).toBe(10);
  });

  const row = (deviceId: string, at: number): HistoryRow => ({
    deviceId,
    at,
    event: { kind: 'mergedLevelChanged', from: null, to: 'secured' },
  });

  test('history comes back newest first, page by page, and goes with its device', async () => {
    await devices('d1', 'd2');
    await store().transaction((tx) => tx.history.append([row('d1', T0), row('d2', T0), row('d1', T0)]));
    await store().transaction((tx) => tx.history.append([row('d1', T0 + 1)]));
    const all = await store().history.ofDevice('d1', 10);
    expect(all.map(({ at }) => at)).toEqual([T0 + 1, T0, T0]);
    expect(all[0]).toEqual({ ...row('d1', T0 + 1), seq: expect.any(Number) });
    expect(await store().history.ofDevice('d1', 1, all[0]?.seq)).toEqual([all[1]]);
    await store().transaction((tx) => tx.devices.delete(['d1']));
    expect(await store().history.ofDevice('d1', 10)).toEqual([]);
    expect(await store().history.ofDevice('d2', 10)).toHaveLength(1);
  });

  test('old history is forgotten, and what is younger stays', async () => {
    await devices('d1');
    const prune = (before: number) => store().transaction((tx) => tx.history.prune(before));
    expect(await prune(T0)).toBe(0);
    await store().transaction((tx) => tx.history.append([row('d1', T0), row('d1', T0 + 1), row('d1', T0 + 2)]));
    expect(await prune(T0 + 2)).toBe(2);
    expect(await prune(T0 + 2)).toBe(0);
    expect((await store().history.ofDevice('d1', 10)).map(({ at }) => at)).toEqual([T0 + 2]);
  });

  test('reports of a device come page by page', async () => {
    await devices('d1');
    await store().transaction(async (tx) => {
      await tx.reports.add(['r1', 'r2', 'r3'].map((id) => report(id)));
      await tx.reports.settle(
        ['r1', 'r2', 'r3'].map((reportId) => ({
          connectorId: 'lookout',
          reportId,
          status: 'accepted',
          deviceId: 'd1',
          flag: null,
          signal: null,
        })),
      );
    });
    const [newest] = await store().reports.ofDevice('d1', 1);
    expect((await store().reports.ofDevice('d1', 5, newest?.seq)).map(({ reportId }) => reportId)).toEqual([
      'r2',
      'r1',
    ]);
  });
}
