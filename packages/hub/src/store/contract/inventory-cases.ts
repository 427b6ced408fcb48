import { expect, test } from 'vitest';
import type { DeviceApps, DeviceCertificates, KeptApp, Store } from '../store.ts';
import { apps, DIARY, MAIL, TORCH } from './app-rows.ts';
import { device, T0 } from './rows.ts';

export function inventoryCases(store: () => Store): void {
  const putDevices = (...ids: string[]) => store().transaction((tx) => tx.devices.put(ids.map((id) => device(id))));
  const put = (...rows: DeviceApps[]) => store().transaction((tx) => tx.appInventory.put(rows));
  const ofDevice = async (id: string) => (await store().appInventory.ofDevices([id]))[0];
  const detected = async () =>
    (
      await store().appInventory.query({
        limit: 100,
        offset: 0,
        orderBy: [{ column: 'displayName', descending: false }],
      })
    ).map((app) => [app.displayName, app.deviceCount]);
  const idOf = async (name: string) =>
    (
      await store().appInventory.query({
        limit: 1,
        offset: 0,
        filter: { op: 'eq', column: 'displayName', value: name },
      })
    )[0]?.id ?? '';

  test('every fact of an app comes back, and what was not told stays untold', async () => {
    await putDevices('d1');
    expect(await put(apps('d1', [TORCH, MAIL, DIARY]))).toEqual([true]);
    const kept = await ofDevice('d1');
    expect(kept).toEqual({ ...apps('d1', []), apps: expect.any(Array) });
    const byName = new Map(kept?.apps.map(({ id, ...app }) => [app.name, [app, id]]));
    for (const app of [MAIL, TORCH, DIARY])
      expect(byName.get(app.name)).toEqual([app, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(await ofDevice('nobody')).toBeUndefined();
  });

  test('an app without an identifier, and an empty list, can be kept', async () => {
    await putDevices('d1', 'd2');
    const nameless: KeptApp = { appPlatform: 'macOS', listed: true, name: 'https+++lucid', bundleSize: 0 };
    await put(apps('d1', [nameless, { appPlatform: 'macOS', listed: true }]), apps('d2', []));
    expect((await ofDevice('d1'))?.apps.map(({ id: _id, ...app }) => app)).toEqual(
      expect.arrayContaining([nameless, { appPlatform: 'macOS', listed: true }]),
    );
    expect((await ofDevice('d2'))?.apps).toEqual([]);
  });

  test('each device keeps its own size of an app that is known with another', async () => {
    await putDevices('d1', 'd2', 'd3');
    const { bundleSize: _size, ...unsized } = MAIL;
    await put(apps('d1', [MAIL]), apps('d2', [{ ...MAIL, bundleSize: 1 }]), apps('d3', [unsized]));
    expect((await ofDevice('d1'))?.apps[0]?.bundleSize).toBe(MAIL.bundleSize);
    expect((await ofDevice('d2'))?.apps[0]?.bundleSize).toBe(1);
    expect((await ofDevice('d3'))?.apps[0]).not.toHaveProperty('bundleSize');
    expect(await store().appInventory.count()).toBe(1);
  });

  test('an inventory of an unknown device, and one older than what is kept, is not taken', async () => {
    await putDevices('d1');
    expect(await put(apps('nobody', [MAIL]), apps('d1', [MAIL], { collectedAt: T0 + 5 }))).toEqual([false, true]);
    expect(await put(apps('d1', [TORCH], { collectedAt: T0 + 4 }))).toEqual([false]);
    expect(
      await put(
        apps('d1', [TORCH], { collectedAt: T0 + 6 }),
        apps('d1', [DIARY], { collectedAt: T0 + 7 }),
        apps('d1', [], { collectedAt: T0 + 6 }),
      ),
    ).toEqual([false, true, false]);
    expect((await ofDevice('d1'))?.apps.map((app) => app.name)).toEqual(['Diary']);
    expect(await detected()).toEqual([]);
  });

  test('changes come in order, the newest of each device once, for one platform', async () => {
    await putDevices('d1', 'd2', 'd3');
    await put(apps('d1', [MAIL]), apps('d2', [MAIL]));
    await put(apps('d3', [MAIL], { platform: 'android' }));
    const first = await store().appInventory.changes('iOS', 0, 10);
    expect(first.map((change) => change.deviceId)).toEqual(['d1', 'd2']);
    const [android] = await store().appInventory.changes('android', 0, 10);
    expect(await store().appInventory.lastChange()).toBe(android?.change);
    expect(await store().certificateInventory.lastChange()).toBe(0);
    await put(apps('d1', [TORCH], { collectedAt: T0 + 1 }));
    const next = await store().appInventory.changes('iOS', first.at(-1)?.change ?? 0, 10);
    expect(next.map(({ deviceId, inventory }) => [deviceId, inventory?.apps.map((app) => app.name)])).toEqual([
      ['d1', [TORCH.name]],
    ]);
    expect((await store().appInventory.changes('iOS', 0, 10)).map((change) => change.deviceId)).toEqual(['d2', 'd1']);
    expect((await store().appInventory.changes('iOS', 0, 1)).map((change) => change.deviceId)).toEqual(['d2']);
    expect(await store().appInventory.changes('android', 0, 10)).toHaveLength(1);
    expect(await store().appInventory.changes('windows', 0, 10)).toEqual([]);
  });

  test('the same inventory again is no change, nor is one that differs only in what apps stored; both are kept', async () => {
    await putDevices('d1');
    await put(apps('d1', [MAIL, TORCH]));
    const [before] = await store().appInventory.changes('iOS', 0, 10);
    await put(apps('d1', [TORCH, { ...MAIL, dynamicSize: 1 }], { collectedAt: T0 + 9 }));
    expect(await store().appInventory.changes('iOS', before?.change ?? 0, 10)).toEqual([]);
    const kept = await ofDevice('d1');
    expect([kept?.collectedAt, kept?.apps.find((app) => app.name === MAIL.name)?.dynamicSize]).toEqual([T0 + 9, 1]);
    await put(apps('d1', [TORCH, { ...MAIL, managed: false }], { collectedAt: T0 + 10 }));
    expect(await store().appInventory.changes('iOS', before?.change ?? 0, 10)).toHaveLength(1);
  });

  test('detected apps are counted by device, listed ones only, and vanish with their last device', async () => {
    await putDevices('d1', 'd2', 'd3');
    await put(
      apps('d1', [MAIL, TORCH, DIARY]),
      apps('d2', [MAIL, { ...TORCH, listed: false }]),
      apps('d3', [MAIL, MAIL]),
    );
    expect(await detected()).toEqual([
      ['Example Mail', 3],
      [TORCH.name, 1],
    ]);
    await put(
      apps('d1', [MAIL], { collectedAt: T0 + 1 }),
      apps('d3', [{ ...DIARY, listed: true }], { collectedAt: T0 + 1 }),
    );
    expect(await detected()).toEqual([
      ['Diary', 1],
      ['Example Mail', 2],
    ]);
    await store().transaction((tx) => tx.devices.delete(['d1', 'd3', 'nobody']));
    expect(await detected()).toEqual([['Example Mail', 1]]);
    const forget = () => store().transaction((tx) => tx.appInventory.forget(['d2', 'nobody']));
    expect([await forget(), await forget()]).toEqual([true, false]);
    expect(await detected()).toEqual([]);
    expect(await store().appInventory.count()).toBe(0);
  });

  test('detected apps are filtered and sorted in any case, in pages', async () => {
    await putDevices('d1', 'd2');
    const zoom = (shortVersion: string): KeptApp => ({
      appPlatform: 'androidWorkProfile',
      listed: true,
      appId: 'us.zoom',
      name: 'Zoom 100%_',
      shortVersion,
      publisher: 'Zoom Inc',
    });
    await put(apps('d1', [MAIL, TORCH, zoom('6.0'), zoom('6.1')]), apps('d2', [MAIL]));
    const names = async (filter: Parameters<Store['appInventory']['count']>[0]) => {
      const found = await store().appInventory.query({
        filter,
        limit: 10,
        offset: 0,
        orderBy: [
          { column: 'deviceCount', descending: true },
          { column: 'version', descending: false },
        ],
      });
      expect(await store().appInventory.count(filter)).toBe(found.length);
      return found.map((app) => `${app.displayName} ${app.version}`);
    };
    expect(await names(undefined)).toEqual([
      'Example Mail 4.2.1',
      `${TORCH.name} 1`,
      'Zoom 100%_ 6.0',
      'Zoom 100%_ 6.1',
    ]);
    expect(await names({ op: 'contains', column: 'displayName', value: 'TØRCH' })).toEqual([`${TORCH.name} 1`]);
    expect(await names({ op: 'contains', column: 'displayName', value: '0%_' })).toHaveLength(2);
    expect(await names({ op: 'startswith', column: 'displayName', value: '%' })).toEqual([]);
    expect(
      await names({
        op: 'and',
        parts: [
          { op: 'eq', column: 'platform', value: 'AndroidWorkProfile' },
          { op: 'not', part: { op: 'eq', column: 'version', value: '6.0' } },
        ],
      }),
    ).toEqual(['Zoom 100%_ 6.1']);
    expect(await names({ op: 'ne', column: 'publisher', value: 'zoom inc' })).toHaveLength(2);
    expect(await names({ op: 'eq', column: 'publisher', value: null })).toHaveLength(2);
    expect(await names({ op: 'ge', column: 'deviceCount', value: 2 })).toEqual(['Example Mail 4.2.1']);
    expect(await names({ op: 'gt', column: 'sizeInByte', value: 48_234_495 })).toEqual(['Example Mail 4.2.1']);
    const page = await store().appInventory.query({
      limit: 1,
      offset: 1,
      orderBy: [{ column: 'displayName', descending: true }],
    });
    expect(page.map((app) => app.displayName)).toEqual(['Zoom 100%_']);
    const mail = await idOf('Example Mail');
    const [one] = await store().appInventory.query({
      limit: 1,
      offset: 0,
      filter: { op: 'eq', column: 'id', value: mail },
    });
    expect(await store().appInventory.detected([mail, 'nothing'])).toEqual([one]);
    expect(one).toMatchObject({
      appId: 'com.example.mail',
      version: '4.2.1',
      platform: 'ios',
      sizeInByte: 48_234_496,
      deviceCount: 2,
      publisher: null,
    });
  });

  test('the devices of an app are found in pages, also among thousands of others', async () => {
    const ids = Array.from({ length: 9000 }, (_, i) => `d${String(i).padStart(5, '0')}`);
    await putDevices(...ids);
    await put(...ids.map((id, i) => apps(id, i % 1500 === 7 ? [MAIL, DIARY, TORCH] : [MAIL, DIARY])));
    const torch = await idOf(TORCH.name ?? '');
    const found = await store().appInventory.devicesWith(torch, 0, 4);
    expect(found).toHaveLength(4);
    const rest = await store().appInventory.devicesWith(torch, found.at(-1)?.place ?? 0, 4);
    expect([...found, ...rest].map((each) => each.deviceId).sort()).toEqual(ids.filter((_, i) => i % 1500 === 7));
    expect(await store().appInventory.devicesWith(torch, rest.at(-1)?.place ?? 0, 4)).toEqual([]);
    expect(await store().appInventory.devicesWith(await idOf('Example Mail'), 0, 700)).toHaveLength(700);
    expect(await store().appInventory.devicesWith('nothing', 0, 10)).toEqual([]);
    expect((await detected())[0]).toEqual(['Example Mail', 9000]);
  });

  test('a device that goes leaves word that it is gone, and nothing else; when it comes back it is a change', async () => {
    await putDevices('d1');
    await put(apps('d1', [MAIL]));
    const [first] = await store().appInventory.changes('iOS', 0, 10);
    await store().transaction((tx) => tx.devices.delete(['d1']));
    const gone = await store().appInventory.changes('iOS', first?.change ?? 0, 10);
    expect(gone).toEqual([{ change: expect.any(Number), deviceId: 'd1', inventory: undefined }]);
    expect(await ofDevice('d1')).toBeUndefined();
    await putDevices('d1');
    await put(apps('d1', [MAIL]));
    expect(await store().appInventory.changes('iOS', gone[0]?.change ?? 0, 10)).toMatchObject([
      { deviceId: 'd1', inventory: { apps: [{ name: 'Example Mail' }] } },
    ]);
  });

  test('the managed apps of a device are remembered until newer ones come or it is forgotten', async () => {
    await putDevices('d1');
    const remember = (ids: string[], at: number, id = 'd1') =>
      store().transaction((tx) => tx.appInventory.putManagedApps(id, ids, at));
    expect(await store().appInventory.managedApps('d1')).toBeUndefined();
    expect(await remember(['a', 'b'], T0)).toBe(true);
    expect(await remember(['c'], T0 - 1)).toBe(false);
    expect(await remember(['c'], T0, 'nobody')).toBe(false);
    expect(await store().appInventory.managedApps('d1')).toEqual({ appIds: ['a', 'b'], collectedAt: T0 });
    expect(await remember([], T0 + 1)).toBe(true);
    expect(await store().appInventory.managedApps('d1')).toEqual({ appIds: [], collectedAt: T0 + 1 });
    await store().transaction((tx) => tx.devices.delete(['d1']));
    expect(await store().appInventory.managedApps('d1')).toBeUndefined();
  });

  test('the apps that declarations of a device manage are remembered apart from the managed ones until newer ones come or it is forgotten', async () => {
    await putDevices('d1');
    const remember = (ids: string[], at: number, id = 'd1') =>
      store().transaction((tx) => tx.appInventory.putDeclaredApps(id, ids, at));
    expect(await store().appInventory.declaredApps('d1')).toBeUndefined();
    expect(await remember(['a', 'b'], T0)).toBe(true);
    expect(await remember(['c'], T0 - 1)).toBe(false);
    expect(await remember(['c'], T0, 'nobody')).toBe(false);
    expect(await store().appInventory.declaredApps('d1')).toEqual({ appIds: ['a', 'b'], collectedAt: T0 });
    expect(await remember([], T0 + 1)).toBe(true);
    expect(await store().appInventory.declaredApps('d1')).toEqual({ appIds: [], collectedAt: T0 + 1 });
    expect(await store().appInventory.managedApps('d1')).toBeUndefined();
    await store().transaction((tx) => tx.devices.delete(['d1']));
    expect(await store().appInventory.declaredApps('d1')).toBeUndefined();
  });

  test('inventories that are written at once are all counted', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `d${i}`);
    await putDevices(...ids);
    await Promise.all(ids.map((id) => put(apps(id, [MAIL, TORCH]))));
    expect(await detected()).toEqual([
      ['Example Mail', 20],
      [TORCH.name, 20],
    ]);
    const changes = (await store().appInventory.changes('iOS', 0, 100)).map((change) => change.change);
    expect(new Set(changes).size).toBe(20);
  });

  test('certificates come back byte for byte, shared ones are kept once, and changes are told', async () => {
    await putDevices('d1', 'd2');
    const data = Buffer.from(Array.from({ length: 700 }, (_, i) => i % 256)).toString('base64');
    const of = (deviceId: string, changes: Partial<DeviceCertificates> = {}): DeviceCertificates => ({
      deviceId,
      platform: 'iOS',
      collectedAt: T0,
      source: 'nanomdm',
      certificates: [
        { commonName: 'Example CA', data, isIdentity: false },
        { commonName: deviceId, data: 'AAEC', isIdentity: true },
      ],
      ...changes,
    });
    const putCertificates = (...rows: DeviceCertificates[]) =>
      store().transaction((tx) => tx.certificateInventory.put(rows));
    expect(await putCertificates(of('d1'), of('d2'), of('nobody'))).toEqual([true, true, false]);
    expect(await store().certificateInventory.ofDevices(['d1'])).toEqual([of('d1')]);
    const changes = await store().certificateInventory.changes('iOS', 0, 10);
    expect(changes.map((change) => change.inventory)).toEqual([of('d1'), of('d2')]);
    const last = changes.at(-1)?.change ?? 0;
    await putCertificates(of('d1', { collectedAt: T0 + 1 }));
    expect(await store().certificateInventory.changes('iOS', last, 10)).toEqual([]);
    await putCertificates(of('d1', { collectedAt: T0 + 2, certificates: [] }));
    await store().transaction((tx) => tx.devices.delete(['d2']));
    expect(
      (await store().certificateInventory.changes('iOS', last, 10)).map(({ deviceId, inventory }) => [
        deviceId,
        inventory?.certificates,
      ]),
    ).toEqual([
      ['d1', []],
      ['d2', undefined],
    ]);
    const forget = () => store().transaction((tx) => tx.certificateInventory.forget(['d1', 'nobody']));
    expect([await forget(), await forget()]).toEqual([true, false]);
    expect(await store().certificateInventory.ofDevices(['d1', 'd2'])).toEqual([]);
  });

  test('a touched inventory is a change, and as it was', async () => {
    await putDevices('d1', 'd2');
    await put(apps('d1', [MAIL]), apps('d2', [MAIL]));
    const before = await store().appInventory.changes('iOS', 0, 10);
    await store().transaction(async (tx) => {
      await tx.appInventory.touch(['d1', 'nobody']);
      await tx.certificateInventory.touch(['d1', 'nobody']);
    });
    expect(await store().appInventory.changes('iOS', before.at(-1)?.change ?? 0, 10)).toEqual([
      { ...before[0], change: expect.any(Number) },
    ]);
    expect(await detected()).toEqual([['Example Mail', 2]]);
  });

  test('inventory methods that take several things take none', async () => {
    await store().transaction(async (tx) => {
      expect(await tx.appInventory.put([])).toEqual([]);
      expect(await tx.certificateInventory.put([])).toEqual([]);
      await tx.appInventory.putPendingApps([]);
      await tx.appInventory.forgetPendingApps([]);
      await tx.appInventory.forget([]);
      await tx.appInventory.touch([]);
      await tx.certificateInventory.touch([]);
      await tx.certificateInventory.forget([]);
      expect(await tx.appInventory.ofDevices([])).toEqual([]);
      expect(await tx.certificateInventory.ofDevices([])).toEqual([]);
      expect(await tx.disclosures.ofDevices([])).toEqual([]);
    });
  });
}
