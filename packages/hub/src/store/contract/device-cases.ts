import { expect, test } from 'vitest';
import type { DeviceKey } from '@sallyport/core';
import { STRICT, SUPERSEDED_BY, type DeviceSnapshotRow, type Store } from '../store.ts';
import { device, finding, idsOf, posture, report, signal, T0 } from './rows.ts';

export function deviceCases(store: () => Store): void {
  const put = (...rows: ReturnType<typeof device>[]) => store().transaction((tx) => tx.devices.put(rows));
  const find = (...keys: DeviceKey[]) => store().devices.findByKeys(keys);

  test('a device comes back as it went in, and unknown ids are left out', async () => {
    const row = {
      ...device('d1', { note: 'kept as it is', nested: { list: [1, null] }, serialNumber: 'AbC' }),
      modifiedAt: T0 + 3,
    };
    await put(row);
    expect(await store().devices.get(['nobody', 'd1', 'd1'])).toEqual([row]);
  });

  test('putting a device again replaces it; of repetitions in one batch the last counts', async () => {
    await put(device('d1', { deviceName: 'first', imei: '1' }));
    await put(device('d1', { deviceName: 'second' }), device('d1', { deviceName: 'third', imei: '3' }));
    expect((await store().devices.get(['d1']))[0]?.resource['deviceName']).toBe('third');
    expect(await store().devices.count()).toBe(1);
    expect(await find({ type: 'imei', value: '1' }, { type: 'imei', value: '3' })).toEqual([[], ['d1']]);
  });

  test('devices are found by every kind of key, in any case, in the order of asking', async () => {
    await put(
      device('d1', { azureADDeviceId: 'E1', serialNumber: 'Sn-1', imei: '35000', udid: 'UD1', easDeviceId: 'EAS1' }),
      device('d2', { serialNumber: 'sn-2' }),
    );
    expect(
      await find(
        { type: 'easDeviceId', value: 'eas1' },
        { type: 'serialNumber', value: 'SN-2' },
        { type: 'serialNumber', value: ' sN-1 ' },
        { type: 'managedDeviceId', value: 'D2' },
        { type: 'entraDeviceId', value: 'e1' },
        { type: 'udid', value: 'ud1' },
        { type: 'imei', value: '35000' },
        { type: 'imei', value: '' },
        { type: 'vendorDeviceId', value: 'd1' },
        { type: 'email', value: 'd1' },
        { type: 'imei', value: 'sn-1' },
      ),
    ).toEqual([['d1'], ['d2'], ['d1'], ['d2'], ['d1'], ['d1'], ['d1'], [], [], [], []]);
  });

  test('of transactions that hold the devices, each finds what those before it wrote', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        store().transaction(async (tx) => {
          await tx.devices.hold();
          const [taken = []] = await tx.devices.findByKeys([{ type: 'entraDeviceId', value: 'e1' }]);
          if (taken.length > 0) return false;
          await tx.devices.put([device(`d${n}`, { azureADDeviceId: 'E1' })]);
          return true;
        }),
      ),
    );
    expect(answers.filter((written) => written)).toHaveLength(1);
    expect(await store().devices.count()).toBe(1);
  });

  test('a mail address names the devices of its user, each once', async () => {
    await put(
      device('d1', { userPrincipalName: 'Ada@example.com', emailAddress: 'ada@example.com' }),
      device('d2', { emailAddress: 'ADA@example.com' }),
      device('d3', { userPrincipalName: 'alan@example.com' }),
    );
    const [ada] = await find({ type: 'email', value: 'ada@EXAMPLE.com' });
    expect([...(ada ?? [])].sort()).toEqual(['d1', 'd2']);
  });

  test('the keys of a superseded record, and what partners call it, name the record that superseded it', async () => {
    await put(
      device('d1', { serialNumber: 'S', azureADDeviceId: 'E1', [SUPERSEDED_BY]: 'd2' }),
      device('d2', { serialNumber: 'S' }),
      device('d3', { serialNumber: 'S' }),
    );
    const keys: DeviceKey[] = [
      { type: 'serialNumber', value: 's' },
      { type: 'managedDeviceId', value: 'd1' },
      { type: 'entraDeviceId', value: 'e1' },
    ];
    expect(await find(...keys)).toEqual([['d2', 'd3'], ['d2'], ['d2']]);
    expect(await store().devices.carriersOf(keys)).toEqual([['d1', 'd2', 'd3'], ['d1'], ['d1']]);
    expect([
      await store().devices.sharedKeys('serialNumber', '', 2, 9, 9),
      await store().devices.sharedKeys('serialNumber', '', 2, 2, 9),
      await store().devices.sharedKeys('imei', '', 2, 9, 9),
    ]).toEqual([['s'], [], []]);
    expect(await store().devices.sharedKeys('serialNumber', 's', 2, 9, 9)).toEqual([]);
    expect(await store().devices.olderRecordsOf(['d3', 'd2', 'd1'])).toEqual([[], ['d1'], []]);
    const own = [{ connectorId: 'lookout', vendorDeviceId: 'v1' }];
    await store().transaction((tx) => tx.vendorDevices.learn(own.map((key) => ({ ...key, deviceId: 'd1' }))));
    expect(await store().vendorDevices.find(own)).toEqual(['d2']);
    const snapshot: DeviceSnapshotRow[] = [];
    for await (const page of store().devices.snapshot()) snapshot.push(...page);
    expect(snapshot.map(({ supersededBy }) => supersededBy)).toEqual(['d2', undefined, undefined]);
    await put(device('d1', { serialNumber: 'S', azureADDeviceId: 'E1' }));
    expect(await find(...keys.slice(1))).toEqual([['d1'], ['d1']]);
    await store().transaction((tx) => tx.vendorDevices.move('d1', 'd3'));
    expect(await store().vendorDevices.find(own)).toEqual(['d3']);
  });

  test('an ambiguous key names all of its devices', async () => {
    await put(
      device('d2', { serialNumber: 'SAME' }),
      device('d1', { serialNumber: 'same' }),
      device('d3', { serialNumber: 'other' }),
    );
    const [found] = await find({ type: 'serialNumber', value: 'Same' });
    expect([...(found ?? [])].sort()).toEqual(['d1', 'd2']);
  });

  test('an absent, empty or blank value is no key', async () => {
    await put(device('d1', { serialNumber: '', imei: null, udid: '   ' }), device('d2', { serialNumber: 5 }));
    expect(
      await find(
        { type: 'serialNumber', value: '' },
        { type: 'udid', value: '' },
        { type: 'imei', value: 'null' },
        { type: 'serialNumber', value: '5' },
      ),
    ).toEqual([[], [], [], []]);
  });

  test('inside a transaction keys are found as the transaction left them', async () => {
    await put(device('d1', { imei: '1' }));
    await store().transaction(async (tx) => {
      await tx.devices.put([device('d1', { imei: '2' }), device('d2', { imei: '2' })]);
      const [one, two] = await tx.devices.findByKeys([
        { type: 'imei', value: '1' },
        { type: 'imei', value: '2' },
      ]);
      expect(one).toEqual([]);
      expect([...(two ?? [])].sort()).toEqual(['d1', 'd2']);
    });
  });

  test('deleting a device takes all but its reports along', async () => {
    await store().transaction(async (tx) => {
      await tx.devices.put([device('d1', { imei: '1' }), device('d2')]);
      await tx.postures.put([posture('d1'), posture('d2')]);
      await tx.findings.put([finding('d1', 'f1')]);
      await tx.reports.add([report('r1')]);
      await tx.reports.settle([
        { connectorId: 'lookout', reportId: 'r1', status: 'accepted', deviceId: 'd1', flag: null, signal: null },
      ]);
    });
    expect(await store().transaction((tx) => tx.devices.delete(['d1', 'nobody', 'd1']))).toBe(1);
    expect(await store().devices.get(['d1'])).toEqual([]);
    expect(await find({ type: 'imei', value: '1' })).toEqual([[]]);
    expect((await store().postures.get(['d1', 'd2'])).map((row) => row.deviceId)).toEqual(['d2']);
    expect(await store().findings.ofDevices(['d1'])).toEqual([]);
    expect(await store().reports.ofDevice('d1', 5)).toHaveLength(1);
  });

  test('a snapshot has every device once, ordered by id, with its posture', async () => {
    const rows = Array.from({ length: 4500 }, (_, i) => device(`d${String(i).padStart(5, '0')}`));
    await store().transaction(async (tx) => {
      await tx.devices.put([...rows].reverse());
      await tx.devices.put([
        device('e1', {
          operatingSystem: 'iOS',
          osVersion: '18.5',
          azureADDeviceId: 'EntraId',
          easDeviceId: 'EAS',
          serialNumber: 'Sn"1"',
          userId: 'U1',
          lastSyncDateTime: '2026-02-01T00:00:00.5Z',
          enrolledDateTime: '2026-01-02T00:00:00+01:00',
        }),
      ]);
      await tx.devices.put([
        device('d00001', { deviceEnrollmentType: 'androidEnterpriseFullyManaged', [STRICT]: true }),
      ]);
      await tx.postures.put([posture('e1', { complianceState: 'noncompliant', graceUntil: 5, failing: { p1: T0 } })]);
    });
    const all: DeviceSnapshotRow[] = [];
    for await (const page of store().devices.snapshot()) all.push(...page);
    expect(idsOf(all)).toEqual([...idsOf(rows), 'e1']);
    expect(all[0]).toEqual({
      id: 'd00000',
      operatingSystem: 'Android',
      osVersion: '15',
      azureADDeviceId: null,
      easDeviceId: null,
      serialNumber: null,
      userId: null,
      lastSyncAt: Date.parse('2026-02-28T12:00:00Z'),
      enrolledAt: Date.parse('2026-01-01T00:00:00Z'),
      androidManagement: null,
      posture: null,
    });
    expect(all[1]).toMatchObject({ androidManagement: 'deviceOwner', strict: true });
    expect(all.at(-1)).toEqual({
      id: 'e1',
      operatingSystem: 'iOS',
      osVersion: '18.5',
      azureADDeviceId: 'EntraId',
      easDeviceId: 'EAS',
      serialNumber: 'Sn"1"',
      userId: 'U1',
      lastSyncAt: Date.parse('2026-02-01T00:00:00.500Z'),
      enrolledAt: Date.parse('2026-01-01T23:00:00Z'),
      androidManagement: null,
      posture: posture('e1', { complianceState: 'noncompliant', graceUntil: 5, failing: { p1: T0 } }),
    });
  });

  test('the snapshot of an empty store is empty', async () => {
    for await (const page of store().devices.snapshot()) expect(page).toEqual([]);
  });

  test('a snapshot and writers do not wait for each other', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => device(`d${String(i).padStart(5, '0')}`));
    await put(...rows);
    const seen: string[] = [];
    for await (const page of store().devices.snapshot()) {
      seen.push(...idsOf(page));
      // Written while the snapshot is open, in front of and behind where it stands.
      await store().transaction(async (tx) => {
        await tx.devices.put([device('a-early'), device('z-late')]);
        await tx.postures.put([posture('d00001'), posture('d04999')]);
      });
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => id.startsWith('d'))).toEqual(idsOf(rows));
  });

  test('a snapshot can be left in the middle', async () => {
    await put(...Array.from({ length: 5000 }, (_, i) => device(`d${i}`)));
    for await (const page of store().devices.snapshot()) {
      expect(page.length).toBeGreaterThan(0);
      break;
    }
    expect(await store().devices.count()).toBe(5000);
  });

  test('what a partner calls a device is learnt, per partner, until something else is learnt or the device goes', async () => {
    await put(device('d1'), device('d2'));
    const find = (...ids: string[]) =>
      store().vendorDevices.find(ids.map((vendorDeviceId) => ({ connectorId: 'lookout', vendorDeviceId })));
    await store().transaction((tx) =>
      tx.vendorDevices.learn([
        { connectorId: 'lookout', vendorDeviceId: 'V-1', deviceId: 'd1' },
        { connectorId: 'lookout', vendorDeviceId: ' v-1', deviceId: 'd2' },
        { connectorId: 'other', vendorDeviceId: 'V-2', deviceId: 'd1' },
        { connectorId: 'lookout', vendorDeviceId: '  ', deviceId: 'd1' },
      ]),
    );
    expect(await find('v-1', 'V-2', '', 'v-1 ')).toEqual(['d2', undefined, undefined, 'd2']);
    await store().transaction((tx) =>
      tx.vendorDevices.learn([{ connectorId: 'lookout', vendorDeviceId: 'v-1', deviceId: 'd1' }]),
    );
    expect(await find('v-1')).toEqual(['d1']);
    await store().transaction((tx) => tx.vendorDevices.forget('other'));
    expect(await find('v-1')).toEqual(['d1']);
    await store().transaction((tx) => tx.devices.delete(['d1']));
    expect(await find('v-1')).toEqual([undefined]);
  });

  test.each([
    [
      'imei',
      '490154203237518',
      ['49-015420-323751-8', '49 015420 323751 8', '49015420323751', '4901542032375101', '490154203237518'],
    ],
    ['imei', '35 693803 564380 9', ['356938035643809', '35693803564380']],
    ['imei', '35693803564380', ['356938035643809']],
    ['udid', '00008030-001A2B3C4D5E802E', ['00008030001a2b3c4d5e802e', '00008030-001A2B3C4D5E802E']],
    ['udid', '00008030001A2B3C4D5E802E', ['00008030-001a2b3c4d5e802e']],
  ] as const)('a device whose %s is %s is found by its other spellings', async (type, kept, spellings) => {
    await put(device('d1', { [type]: kept }), device('d2', { [type]: 'another' }));
    const keys = spellings.map((value) => ({ type, value }));
    expect(await store().devices.findByKeys(keys)).toEqual(keys.map(() => ['d1']));
    expect(
      idsOf(
        await store().devices.query({ filter: { op: 'eq', column: type, value: spellings[0] }, limit: 10, offset: 0 }),
      ),
    ).toEqual(['d1']);
    expect(await store().devices.findByKeys([{ type, value: '490154203237519' }])).toEqual([[]]);
  });

  test('a report waits under every spelling of its keys', async () => {
    const row = report('r1');
    await store().transaction(async (tx) => {
      await tx.reports.add([row]);
      await tx.reports.settle([
        {
          connectorId: row.connectorId,
          reportId: row.reportId,
          status: 'unmatched',
          deviceId: null,
          flag: null,
          signal: signal('r1', [{ type: 'imei', value: '49015420323751' }]),
        },
      ]);
    });
    expect(await store().reports.waitingFor([{ type: 'imei', value: '49-015420-323751-8' }])).toHaveLength(1);
  });
}
