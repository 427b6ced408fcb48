import type { AppInventoryReader, AppInventoryWriter } from '../store.ts';
import type { BatchWrite } from './batch-write.ts';
import { knownNumbers } from './app-inventory-devices.ts';
import { builders, isOneOfNumbers } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

/** Rows that one `prunePendingApps` takes. */
const PRUNED_AT_ONCE = 500;

const PUT: BatchWrite = {
  kind: 'upsert',
  table: 'pending_apps',
  keys: { ord: 'bigint' },
  values: { until: 'bigint', sealed: 'text' },
};

export function pendingAppsReader(session: ReadSession): Pick<AppInventoryReader, 'pendingApps'> {
  return {
    async pendingApps(deviceId) {
      const [row] = await session.query(
        builders[session.dialect]
          .selectFrom('pending_apps')
          .innerJoin('inventory_devices', 'inventory_devices.ord', 'pending_apps.ord')
          .select(['device_id as deviceId', 'until', 'sealed'])
          .where('device_id', '=', deviceId),
      );
      return row;
    },
  };
}

/** Those of devices without an inventory are left out: there is nothing that they could become part of. */
export function pendingApps(
  session: WriteSession,
): Pick<AppInventoryWriter, 'putPendingApps' | 'forgetPendingApps' | 'prunePendingApps'> {
  const db = builders[session.dialect];
  return {
    async putPendingApps(rows) {
      if (rows.length === 0) return;
      await session.lock('inventory', 'exclusive');
      const ords = await knownNumbers(
        session,
        rows.map((row) => row.deviceId),
      );
      await session.write(
        PUT,
        rows.flatMap(({ deviceId, until, sealed }) => {
          const ord = ords.get(deviceId);
          return ord === undefined ? [] : [[ord, until, sealed]];
        }),
      );
    },
    async forgetPendingApps(deviceIds) {
      if (deviceIds.length === 0) return;
      const ords = [...(await knownNumbers(session, deviceIds)).values()];
      await session.execute(db.deleteFrom('pending_apps').where(isOneOfNumbers(session.dialect, 'ord', ords)));
    },
    async prunePendingApps(now) {
      const over = db
        .selectFrom('pending_apps')
        .select('ord')
        .where('until', '<=', now)
        .orderBy('until')
        .limit(PRUNED_AT_ONCE);
      return (await session.query(db.deleteFrom('pending_apps').where('ord', 'in', over).returning('ord'))).length;
    },
  };
}
