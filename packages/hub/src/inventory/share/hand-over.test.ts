import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Platform } from '@sallyport/core';
import { LOOKOUT, phone, testPipeline, type TestPipeline } from '../../pipeline/testing.ts';
import { KeepInventory } from '../keep-inventory.ts';
import { createDataKey } from '../../platform/data-key.ts';
import type { Store } from '../../store/store.ts';
import type { HandOverDependencies } from './hand-over.ts';
import { handOver } from './hand-over.ts';
import { readCursor } from './hand-over-cursor.ts';

const IPHONE = '00000000-0000-4000-8000-00000000000a';
const ANDROID = '00000000-0000-4000-8000-00000000000b';

let hub: TestPipeline;
let keeper: KeepInventory;

beforeEach(async () => {
  hub = await testPipeline();
  keeper = new KeepInventory({ store: hub.store, clock: hub.clock, dataKey: createDataKey(new Uint8Array(32)) });
  await hub.devices.put(
    'test',
    phone(IPHONE, hub.clock.now(), { operatingSystem: 'iOS', managedDeviceOwnerType: 'company', userId: null }),
  );
  await hub.devices.put(
    'test',
    phone(ANDROID, hub.clock.now(), { operatingSystem: 'Android', managedDeviceOwnerType: 'company', userId: null }),
  );
  await hub.configuration.write('admin', async (tx, changed) => {
    const after = {
      allowPartnerToCollectIOSApplicationMetadata: true,
      allowPartnerToCollectAndroidApplicationMetadata: true,
    };
    await tx.documents.put('mobileThreatDefenseConnector', LOOKOUT, after, hub.clock.now());
    changed({ kind: 'mobileThreatDefenseConnector', id: LOOKOUT, before: undefined, after });
  });
});
afterEach(() => hub.close());

const keep = (deviceId: string, name: string) =>
  keeper.keepApps([
    {
      source: 'api',
      keys: [{ type: 'managedDeviceId', value: deviceId }],
      collectedAt: hub.clock.now(),
      apps: [{ name }],
    },
  ]);

/** The store, with `meanwhile` done after the changes of `platform` were read. */
function storeWith(platform: Platform, meanwhile: () => Promise<unknown>): HandOverDependencies['store'] {
  const { store } = hub;
  let done = false;
  const changes: Store['appInventory']['changes'] = async (of, after, limit) => {
    if (of !== platform && !done) await untilDone;
    const found = await store.appInventory.changes(of, after, limit);
    if (of === platform && !done) {
      await meanwhile();
      done = true;
      release();
    }
    return found;
  };
  let release = (): void => undefined;
  const untilDone = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { ...pick(store), appInventory: { ...store.appInventory, changes } };
}

const pick = ({
  certificateInventory,
  devices,
  documents,
  disclosures,
  transaction,
}: Store): Omit<HandOverDependencies['store'], 'appInventory'> => ({
  certificateInventory,
  devices,
  documents,
  disclosures,
  transaction: transaction.bind(hub.store) as Store['transaction'],
});

test('what is committed between the readings of two platforms is on the next page, not on none', async () => {
  const owner = { tenantId: 'tenant', connectorId: LOOKOUT, kind: 'apps' } as const;
  const page = (store: HandOverDependencies['store'], cursor?: string) =>
    handOver(
      { store, view: hub.decider.view, clock: hub.clock, tenantId: 'tenant' },
      {
        connectorId: LOOKOUT,
        kind: 'apps',
        cursor: cursor === undefined ? undefined : readCursor(owner, cursor),
        limit: 10,
        channel: 'fetch',
        clientId: 'client',
      },
    );
  const meanwhile = async () => {
    await keep(IPHONE, 'Mail');
    await keep(ANDROID, 'Maps');
  };
  const first = await page(storeWith('iOS', meanwhile));
  expect(first).toMatchObject({ devices: [], more: false });
  const second = await page(hub.store, first.cursor);
  expect(second.devices.map((device) => device.managedDeviceId)).toEqual([IPHONE, ANDROID]);
});
