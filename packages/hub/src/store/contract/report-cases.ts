import { expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import type { ReportStatus, Store } from '../store.ts';
import { device, report, signal, T0 } from './rows.ts';

export function reportCases(store: () => Store): void {
  const add = (...reportIds: string[]) =>
    store().transaction((tx) => tx.reports.add(reportIds.map((id) => report(id))));
  const settle = (
    reportId: string,
    status: ReportStatus,
    of: { deviceId?: string; signal?: Signal; flag?: string } = {},
  ) =>
    store().transaction((tx) =>
      tx.reports.settle([
        {
          connectorId: 'lookout',
          reportId,
          status,
          deviceId: of.deviceId ?? null,
          signal: of.signal ?? null,
          flag: of.flag ?? null,
        },
      ]),
    );
  const reportIds = (rows: readonly { reportId: string }[]) => rows.map((row) => row.reportId);

  test('a report is kept once, and the answer says which were new, in order', async () => {
    expect(await add('r2', 'r1')).toEqual([true, true]);
    const answer = await store().transaction((tx) =>
      tx.reports.add([
        report('r1'),
        report('r3'),
        report('r3', { raw: 'again' }),
        report('r1', { connectorId: 'zimperium' }),
        report('r0'),
      ]),
    );
    expect(answer).toEqual([false, true, false, true, true]);
    expect(await store().reports.count()).toBe(5);
    expect((await store().reports.get('lookout', 'r3'))?.raw).toBe(report('r3').raw);
    expect(await store().reports.get('lookout', 'nothing')).toBeUndefined();
  });

  test('the same report in transactions that run at once is new for one of them', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => add('r1', 'r2')));
    expect(answers.flat().filter(Boolean)).toHaveLength(2);
    expect(await store().reports.count()).toBe(2);
  });

  test('raw comes back byte for byte', async () => {
    const raw = '{"a": "å \\u0000 \u{1F4F1}"}\r\n\t';
    await store().transaction((tx) => tx.reports.add([report('r1', { raw })]));
    expect((await store().reports.get('lookout', 'r1'))?.raw).toBe(raw);
  });

  test('reports are replayed in order of arrival', async () => {
    await add('b', 'a', 'd');
    await add('c');
    const all = await store().reports.replay(0, 10);
    expect(reportIds(all)).toEqual(['b', 'a', 'd', 'c']);
    expect(reportIds(await store().reports.replay(all[1]?.seq ?? 0, 1))).toEqual(['d']);
  });

  test('settling says what became of a report', async () => {
    await add('r1', 'r2');
    await settle('r1', 'late', { deviceId: 'd1', flag: 'unknown_word' });
    expect(await store().reports.get('lookout', 'r1')).toEqual({
      ...report('r1'),
      seq: expect.any(Number),
      deviceId: 'd1',
      status: 'late',
      flag: 'unknown_word',
      signal: null,
    });
  });

  test('the reports of a device come newest first', async () => {
    await add('r1', 'r2', 'r3');
    for (const id of ['r3', 'r1', 'r2']) await settle(id, 'accepted', { deviceId: id === 'r2' ? 'other' : 'd1' });
    expect(reportIds(await store().reports.ofDevice('d1', 10))).toEqual(['r3', 'r1']);
    expect(reportIds(await store().reports.ofDevice('d1', 1))).toEqual(['r3']);
  });

  test('waiting reports are found by any of their keys, in any case, oldest first', async () => {
    await add('r1', 'r2', 'r3', 'r4');
    await settle('r2', 'ambiguous', { signal: signal('r2', [{ type: 'serialNumber', value: 'SN1' }]) });
    await settle('r1', 'unmatched', {
      signal: signal('r1', [
        { type: 'imei', value: '35' },
        { type: 'serialNumber', value: ' sn1' },
      ]),
    });
    await settle('r3', 'unmatched', { signal: signal('r3', [{ type: 'imei', value: '36' }]) });
    await settle('r4', 'accepted', { deviceId: 'd1' });
    const waitingFor = async (...keys: Signal['keys']) => reportIds(await store().reports.waitingFor(keys));
    expect(await waitingFor({ type: 'serialNumber', value: 'Sn1' })).toEqual(['r1', 'r2']);
    expect(
      await waitingFor(
        { type: 'imei', value: '35' },
        { type: 'imei', value: '36' },
        { type: 'serialNumber', value: 'SN1' },
      ),
    ).toEqual(['r1', 'r2', 'r3']);
    expect(await waitingFor({ type: 'imei', value: 'SN1' }, { type: 'serialNumber', value: '' })).toEqual([]);
    const [row] = await store().reports.waitingFor([{ type: 'imei', value: '36' }]);
    expect(await store().reports.waitingFor([{ type: 'imei', value: '36' }], (row?.observedAt ?? 0) - 1)).toHaveLength(
      1,
    );
    expect(await store().reports.waitingFor([{ type: 'imei', value: '36' }], row?.observedAt)).toEqual([]);
    expect(row?.signal).toEqual(signal('r3', [{ type: 'imei', value: '36' }]));
  });

  test('a report added with its device is accepted for it, until it is settled otherwise', async () => {
    const keys = [{ type: 'imei', value: '35' }] as const;
    const settled = (reportId: string, status: ReportStatus, deviceId: string | null, flag: string | null = null) => ({
      connectorId: 'lookout',
      reportId,
      status,
      deviceId,
      flag,
      signal: deviceId === null ? signal(reportId, keys) : null,
    });
    await store().transaction(async (tx) => {
      const ids = ['same', 'late', 'other', 'flagged', 'unmatched', 'back', 'unsettled'];
      expect(await tx.reports.add(ids.map((id) => ({ ...report(id), deviceId: 'd1' })))).toEqual(ids.map(() => true));
      await tx.reports.settle([
        settled('same', 'accepted', 'd1'),
        settled('late', 'accepted', 'd1'),
        settled('late', 'late', 'd1'),
        settled('other', 'accepted', 'd2'),
        settled('flagged', 'accepted', 'd1', 'unknown_word'),
        settled('unmatched', 'unmatched', null),
        settled('back', 'unmatched', null),
      ]);
      expect((await tx.reports.waitingFor(keys)).map(({ reportId }) => reportId)).toEqual(['unmatched', 'back']);
      await tx.reports.settle([settled('back', 'accepted', 'd1'), settled('late', 'accepted', 'd1')]);
    });
    const kept = (await store().reports.replay(0, 10)).map(({ reportId, status, deviceId, flag }) => [
      reportId,
      status,
      deviceId,
      flag,
    ]);
    expect(kept).toEqual([
      ['same', 'accepted', 'd1', null],
      ['late', 'accepted', 'd1', null],
      ['other', 'accepted', 'd2', null],
      ['flagged', 'accepted', 'd1', 'unknown_word'],
      ['unmatched', 'unmatched', null, null],
      ['back', 'accepted', 'd1', null],
      ['unsettled', 'accepted', 'd1', null],
    ]);
    expect((await store().reports.waiting(10)).map(({ reportId }) => reportId)).toEqual(['unmatched']);
  });

  test('a report that was settled for good waits no longer', async () => {
    await add('r1');
    const keys = [{ type: 'imei' as const, value: '35' }];
    await settle('r1', 'unmatched', { signal: signal('r1', keys) });
    expect(reportIds(await store().reports.waiting(10))).toEqual(['r1']);
    await settle('r1', 'accepted', { deviceId: 'd1', signal: signal('r1', keys) });
    expect(await store().reports.waiting(10)).toEqual([]);
    expect(await store().reports.waitingFor(keys)).toEqual([]);
    expect((await store().reports.get('lookout', 'r1'))?.signal).toBeNull();
  });

  test('waiting reports are listed oldest first, in pages', async () => {
    await add('r1', 'r2', 'r3', 'r4');
    for (const id of ['r4', 'r2', 'r1']) await settle(id, 'unmatched', { signal: signal(id, []) });
    await settle('r3', 'accepted', { deviceId: 'd1' });
    const all = await store().reports.waiting(10);
    expect(reportIds(all)).toEqual(['r1', 'r2', 'r4']);
    expect(reportIds(await store().reports.waiting(1, all[0]?.seq))).toEqual(['r2']);
  });

  test('a report and the device it waits for do not miss each other', async () => {
    const keys = [{ type: 'imei' as const, value: '35' }];
    const reportComes = store().transaction(async (tx) => {
      await tx.reports.add([report('r1')]);
      const [found] = await tx.devices.findByKeys(keys);
      const deviceId = found?.[0] ?? null;
      await tx.reports.settle([
        {
          connectorId: 'lookout',
          reportId: 'r1',
          status: deviceId ? 'accepted' : 'unmatched',
          deviceId,
          flag: null,
          signal: signal('r1', keys),
        },
      ]);
      return deviceId !== null;
    });
    const deviceComes = store().transaction(async (tx) => {
      await tx.devices.put([{ ...device('d1', { imei: '35' }), modifiedAt: T0 }]);
      return (await tx.reports.waitingFor(keys)).length > 0;
    });
    const [reportFoundDevice, deviceFoundReport] = await Promise.all([reportComes, deviceComes]);
    expect([reportFoundDevice, deviceFoundReport].filter(Boolean)).toHaveLength(1);
  });

  test('reports of a connector are retired in parts: kept, waiting no more, and their ids are free', async () => {
    const waiting = signal('r2', [{ type: 'serialNumber', value: 'S1' }]);
    await add('r1', 'r2', 'r3');
    await store().transaction((tx) => tx.reports.add([report('r1', { connectorId: 'zimperium' })]));
    await settle('r1', 'accepted', { deviceId: 'd1' });
    await settle('r2', 'unmatched', { signal: waiting });
    const retire = () => store().transaction((tx) => tx.reports.retire('lookout', 'lookout~1', 2));
    expect([await retire(), await retire(), await retire()]).toEqual([2, 1, 0]);
    expect(await store().reports.waiting(10)).toEqual([]);
    expect(await store().reports.waitingFor(waiting.keys)).toEqual([]);
    expect(await store().reports.get('lookout~1', 'r2')).toMatchObject({ status: 'late', signal: null });
    expect(await store().reports.ofDevice('d1', 10)).toMatchObject([
      { connectorId: 'lookout~1', reportId: 'r1', status: 'accepted' },
    ]);
    expect(await add('r1')).toEqual([true]);
    expect(await store().reports.get('zimperium', 'r1')).toBeDefined();
  });
}
