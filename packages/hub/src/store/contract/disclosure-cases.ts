import { expect, test } from 'vitest';
import type { DeviceApps, Disclosure, Store } from '../store.ts';
import { apps, DIARY, MAIL } from './app-rows.ts';
import { device, T0 } from './rows.ts';

export function disclosureCases(store: () => Store): void {
  const putDevices = (...ids: string[]) => store().transaction((tx) => tx.devices.put(ids.map((id) => device(id))));
  const put = (...rows: DeviceApps[]) => store().transaction((tx) => tx.appInventory.put(rows));

  test('hand-overs are on record, newest first, and outlive the device', async () => {
    await putDevices('d1', 'd2');
    await put(apps('d1', [MAIL]), apps('d2', [MAIL]));
    const disclosure = (messageId: string, changes: Partial<Disclosure> = {}): Disclosure => ({
      messageId,
      at: T0,
      connectorId: 'lookout',
      clientId: 'client',
      kind: 'apps',
      channel: 'fetch',
      devices: [{ deviceId: 'd2', scope: 'managed', items: 3 }],
      ...changes,
    });
    const record = (one: Disclosure) => store().transaction((tx) => tx.disclosures.record(one));
    await record(disclosure('m1'));
    await record(
      disclosure('m2', {
        at: T0 + 5,
        devices: [
          { deviceId: 'd2', scope: 'all', items: 200 },
          { deviceId: 'd1', scope: 'managed', items: 0 },
        ],
      }),
    );
    await record(disclosure('m2', { at: T0 + 6 }));
    await record(disclosure('m3', { connectorId: 'zimperium', kind: 'certificates', channel: 'push', devices: [] }));
    await store().transaction((tx) => tx.devices.delete(['d1']));

    const all = await store().disclosures.list({ limit: 10 });
    expect(all.map((row) => row.messageId)).toEqual(['m2', 'm3', 'm1']);
    expect(all[0]).toEqual({
      seq: expect.any(Number),
      messageId: 'm2',
      at: T0 + 5,
      connectorId: 'lookout',
      clientId: 'client',
      kind: 'apps',
      channel: 'fetch',
      deviceCount: 2,
      itemCount: 200,
    });
    expect(
      (await store().disclosures.list({ limit: 10, connectorId: 'lookout', before: all[0]?.seq })).map(
        (row) => row.messageId,
      ),
    ).toEqual(['m1']);
    expect((await store().disclosures.list({ limit: 1, before: all[1]?.seq })).map((row) => row.messageId)).toEqual([
      'm1',
    ]);
    const last = Math.max(...all.map((row) => row.seq));
    const after = async (before: number) => (await store().disclosures.list({ limit: 10, before })).length;
    expect([await after(last + 1), await after(all[2]?.seq ?? 0), await after(0)]).toEqual([2, 0, 0]);
    const between = async (from?: number, to?: number) =>
      (await store().disclosures.list({ limit: 10, from, to })).map((row) => row.messageId);
    expect([await between(T0 + 5), await between(T0, T0 + 5), await between(T0 + 6)]).toEqual([
      ['m2'],
      ['m3', 'm1'],
      [],
    ]);
    expect(await store().disclosures.devicesOf(all[0]?.seq ?? 0)).toEqual(
      expect.arrayContaining([
        { deviceId: 'd1', scope: 'managed', items: 0 },
        { deviceId: 'd2', scope: 'all', items: 200 },
      ]),
    );
    expect(await store().disclosures.devicesOf(0)).toBeUndefined();
    expect(await store().disclosures.ofDevices(['d2'])).toEqual([
      {
        deviceId: 'd2',
        connectorId: 'lookout',
        kind: 'apps',
        firstAt: T0,
        lastAt: T0 + 5,
        times: 2,
        scope: 'all',
        items: 200,
      },
    ]);
    expect(await store().disclosures.ofDevices(['d1', 'd2'], 'zimperium')).toEqual([]);
  });

  test('old hand-overs are forgotten, and with the last of them what is summed up of devices that are gone', async () => {
    await putDevices('d1', 'd2', 'd3');
    await put(apps('d1', [MAIL]), apps('d2', [MAIL]), apps('d3', [MAIL]));
    const record = (messageId: string, at: number, ...ids: readonly string[]) =>
      store().transaction((tx) =>
        tx.disclosures.record({
          messageId,
          at,
          connectorId: 'lookout',
          clientId: 'client',
          kind: 'apps',
          channel: 'fetch',
          devices: ids.map((deviceId) => ({ deviceId, scope: 'all', items: 1 })),
        }),
      );
    await record('m1', T0, 'd1', 'd2', 'd3');
    await record('m2', T0 + 5, 'd3');
    await store().transaction((tx) => tx.devices.delete(['d1', 'd3']));
    const prune = (before: number) => store().transaction((tx) => tx.disclosures.prune(before));
    expect(await prune(T0)).toBe(0);
    expect(await prune(T0 + 1)).toBe(1);
    expect(await prune(T0 + 1)).toBe(0);
    expect((await store().disclosures.list({ limit: 10 })).map((row) => row.messageId)).toEqual(['m2']);
    // The removals are not forgotten yet: by the sums it is known who has to be told of them.
    expect((await store().disclosures.ofDevices(['d1', 'd2', 'd3'])).map((row) => row.deviceId)).toEqual([
      'd1',
      'd2',
      'd3',
    ]);
    await store().transaction(async (tx) =>
      tx.appInventory.pruneGone({ upTo: await tx.appInventory.lastChange(), disclosedBefore: T0 + 1 }),
    );
    expect((await store().disclosures.ofDevices(['d1', 'd2', 'd3'])).map((row) => row.deviceId)).toEqual(['d2', 'd3']);
    expect(await prune(T0 + 9)).toBe(1);
    expect((await store().disclosures.ofDevices(['d1', 'd2', 'd3'])).map((row) => row.deviceId)).toEqual(['d2']);
  });

  test('apps that wait are kept apart, until they are taken back, their time is over or the device is gone', async () => {
    await putDevices('d1', 'd2', 'd3');
    await put(apps('d1', [MAIL]), apps('d2', [MAIL]), apps('d3', []));
    const wait = (deviceId: string, until: number, sealed = 'x') =>
      store().transaction((tx) => tx.appInventory.putPendingApps([{ deviceId, until, sealed }]));
    const waiting = async () =>
      (await Promise.all(['d1', 'd2', 'd3', 'nobody'].map((id) => store().appInventory.pendingApps(id)))).map(
        (row) => row?.sealed,
      );
    await wait('nobody', T0);
    for (const id of ['d1', 'd2', 'd3']) await wait(id, T0);
    await wait('d3', T0 + 9, 'newer');
    expect(await store().appInventory.pendingApps('d3')).toEqual({ deviceId: 'd3', until: T0 + 9, sealed: 'newer' });
    expect(await store().appInventory.changes('iOS', 3, 10)).toEqual([]);
    await store().transaction((tx) => tx.devices.delete(['d1']));
    const prune = (now: number) => store().transaction((tx) => tx.appInventory.prunePendingApps(now));
    expect([await prune(T0 - 1), await prune(T0), await prune(T0)]).toEqual([0, 1, 0]);
    expect(await waiting()).toEqual([undefined, undefined, 'newer', undefined]);
    await store().transaction((tx) => tx.appInventory.forgetPendingApps(['d3', 'nobody']));
    expect(await waiting()).toEqual([undefined, undefined, undefined, undefined]);
  });

  test("devices with users' own apps are found, until they have none any more", async () => {
    await putDevices('d1', 'd2', 'd3', 'd4');
    await put(
      apps('d1', [MAIL, DIARY]),
      apps('d2', [MAIL, { ...DIARY, listed: true }]),
      apps('d3', [DIARY]),
      apps('d4', [DIARY], { platform: 'android' }),
    );
    const found = async (after = 0, limit = 10) =>
      (await store().appInventory.withOwnApps('iOS', after, limit)).map(({ deviceId }) => deviceId);
    expect(await found()).toEqual(['d1', 'd3']);
    const [first] = await store().appInventory.withOwnApps('iOS', 0, 1);
    expect(await found(first?.place)).toEqual(['d3']);
    await store().transaction((tx) => tx.appInventory.touch(['d1', 'd3']));
    expect(await found()).toEqual(['d1', 'd3']);
    await put(apps('d1', [MAIL], { collectedAt: T0 + 1 }));
    await store().transaction((tx) => tx.devices.delete(['d3']));
    expect(await found()).toEqual([]);
  });

  test('removals are forgotten up to a change, with all that was kept for devices that are gone', async () => {
    await putDevices('d1', 'd2', 'd3', 'd4', 'd5');
    await put(apps('d1', [MAIL]), apps('d2', [MAIL]), apps('d3', [MAIL]), apps('d5', [MAIL], { platform: 'android' }));
    await store().transaction((tx) =>
      tx.certificateInventory.put([
        { deviceId: 'd1', platform: 'iOS', collectedAt: T0, source: 'api', certificates: [] },
      ]),
    );
    await store().transaction((tx) => tx.appInventory.putManagedApps('d4', ['a'], T0));
    await store().transaction((tx) =>
      tx.disclosures.record({
        messageId: 'm1',
        at: T0,
        connectorId: 'lookout',
        clientId: 'client',
        kind: 'apps',
        channel: 'fetch',
        devices: ['d1', 'd2'].map((deviceId) => ({ deviceId, scope: 'all', items: 1 })),
      }),
    );
    const seq = (await store().disclosures.list({ limit: 1 }))[0]?.seq ?? 0;
    await store().transaction((tx) => tx.devices.delete(['d1', 'd4', 'd5']));
    const upTo = await store().appInventory.lastChange();
    await store().transaction((tx) => tx.appInventory.forget(['d2']));
    const prune = (disclosedBefore?: number) =>
      store().transaction(async (tx) => [
        await tx.appInventory.pruneGone({ upTo, disclosedBefore }),
        await tx.certificateInventory.pruneGone({ upTo: await tx.certificateInventory.lastChange(), disclosedBefore }),
      ]);
    const floors = async () =>
      Promise.all([
        store().appInventory.prunedChange(['iOS']),
        store().appInventory.prunedChange(['iOS', 'android']),
        store().certificateInventory.prunedChange(['iOS', 'android']),
        store().appInventory.prunedChange([]),
      ]);
    const goneIds = async () =>
      (await store().appInventory.changes('iOS', 0, 10)).flatMap(({ deviceId, inventory }) =>
        inventory === undefined ? [deviceId] : [],
      );
    expect([await goneIds(), await floors()]).toEqual([
      ['d1', 'd2'],
      [0, 0, 0, 0],
    ]);
    expect(await prune()).toEqual([2, 1]);
    expect(await prune()).toEqual([0, 0]);
    expect([await goneIds(), await floors()]).toEqual([['d2'], [upTo - 1, upTo, 2, 0]]);
    // Whose hand-overs are on record is known by name for as long as they are.
    expect((await store().disclosures.devicesOf(seq))?.map(({ deviceId }) => deviceId)).toEqual(['d1', 'd2']);
    await store().transaction((tx) => tx.disclosures.prune(T0 + 1));
    expect((await store().disclosures.ofDevices(['d1', 'd2'])).map(({ deviceId }) => deviceId)).toEqual(['d2']);
    await putDevices('d1');
    await put(apps('d1', [MAIL]));
    expect(await store().appInventory.changes('iOS', upTo + 1, 10)).toMatchObject([
      { deviceId: 'd1', inventory: { apps: [{ name: 'Example Mail' }] } },
    ]);
  });

  test('the sum of the hand-overs of a removed device goes with the removal when its hand-overs are forgotten already', async () => {
    await putDevices('d1');
    await put(apps('d1', [MAIL]));
    await store().transaction((tx) =>
      tx.disclosures.record({
        messageId: 'm1',
        at: T0,
        connectorId: 'lookout',
        clientId: 'client',
        kind: 'apps',
        channel: 'fetch',
        devices: [{ deviceId: 'd1', scope: 'all', items: 1 }],
      }),
    );
    await store().transaction((tx) => tx.devices.delete(['d1']));
    await store().transaction((tx) => tx.disclosures.prune(T0 + 1));
    const sums = async () => (await store().disclosures.ofDevices(['d1'])).length;
    expect(await sums()).toBe(1);
    await store().transaction(async (tx) =>
      tx.appInventory.pruneGone({ upTo: await tx.appInventory.lastChange(), disclosedBefore: T0 + 1 }),
    );
    expect(await sums()).toBe(0);
  });
}
