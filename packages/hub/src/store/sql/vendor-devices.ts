import type { VendorDevice, VendorDeviceReader, VendorDeviceWriter } from '../store.ts';
import { lastOfEach } from './batch-write.ts';
import type { BatchWrite } from './batch-write.ts';
import { foldKey } from './fold.ts';
import { builders, isOneOf } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

const LEARN: BatchWrite = {
  kind: 'upsert',
  table: 'vendor_devices',
  keys: { vendor_device_id: 'text', connector_id: 'text' },
  values: { device_id: 'text' },
};

export function vendorDeviceReader(session: ReadSession): VendorDeviceReader {
  return {
    async find(keys) {
      const ids = [...new Set(keys.flatMap(({ vendorDeviceId }) => foldKey(vendorDeviceId) ?? []))];
      if (ids.length === 0) return keys.map(() => undefined);
      const rows = await session.query(
        builders[session.dialect]
          .selectFrom('vendor_devices')
          .innerJoin('devices', 'devices.id', 'vendor_devices.device_id')
          .select((eb) => [
            'vendor_devices.connector_id',
            'vendor_devices.vendor_device_id',
            eb.fn.coalesce('devices.superseded_by', 'devices.id').as('device_id'),
          ])
          .where(isOneOf(session.dialect, 'vendor_device_id', ids)),
      );
      const known = new Map(rows.map((row) => [nameOf(row.connector_id, row.vendor_device_id), row.device_id]));
      return keys.map(({ connectorId, vendorDeviceId }) =>
        known.get(nameOf(connectorId, foldKey(vendorDeviceId) ?? '')),
      );
    },
  };
}

export function vendorDevices(session: WriteSession): VendorDeviceReader & VendorDeviceWriter {
  return {
    ...vendorDeviceReader(session),
    async learn(rows) {
      const values = rows.map((row: VendorDevice) => [foldKey(row.vendorDeviceId), row.connectorId, row.deviceId]);
      await session.write(
        LEARN,
        lastOfEach(
          values.filter(([id]) => id !== null),
          2,
        ),
      );
    },
    async move(from, to) {
      await session.execute(
        builders[session.dialect].updateTable('vendor_devices').set({ device_id: to }).where('device_id', '=', from),
      );
    },
    async forget(connectorId) {
      await session.execute(
        builders[session.dialect].deleteFrom('vendor_devices').where('connector_id', '=', connectorId),
      );
    },
  };
}

function nameOf(connectorId: string, vendorDeviceId: string): string {
  return `${connectorId} ${vendorDeviceId}`;
}
