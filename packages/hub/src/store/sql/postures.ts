import type { ComplianceState } from '@sallyport/core';
import type { PostureReader, PostureWriter } from '../store.ts';
import { lastOfEach } from './batch-write.ts';
import type { BatchWrite } from './batch-write.ts';
import { postureText, toPosture } from './posture-body.ts';
import { builders, isOneOf } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

const PUT_POSTURES: BatchWrite = {
  kind: 'upsert',
  table: 'postures',
  keys: { device_id: 'text' },
  values: { compliance_state: 'text', merged_state: 'text', body: 'text' },
};

/** Where the state is what it was. An index that is told the same again is written all the same. */
const PUT_BODIES: BatchWrite = {
  kind: 'update',
  table: 'postures',
  keys: { device_id: 'text' },
  values: { merged_state: 'text', body: 'text' },
};

export function postureReader(session: ReadSession): PostureReader {
  const db = builders[session.dialect];
  return {
    async get(deviceIds) {
      const rows = await session.query(
        db
          .selectFrom('postures')
          .select('body')
          .where(isOneOf(session.dialect, 'device_id', deviceIds)),
      );
      return rows.map((row) => toPosture(JSON.parse(row.body)));
    },
    async withViewOf(connectorId, afterId, limit) {
      // Also true of a reason that names it; who asks looks at the views themselves.
      const rows = await session.query(
        db
          .selectFrom('postures')
          .select('device_id')
          .where('device_id', '>', afterId)
          .where('body', 'like', `%"${connectorId.replace(/[\\%_"]/g, '_')}"%`)
          .orderBy('device_id')
          .limit(limit),
      );
      return rows.map((row) => row.device_id);
    },
    async countByState() {
      const rows = await session.query(
        db
          .selectFrom('postures')
          .groupBy('compliance_state')
          .select((eb) => ['compliance_state', eb.fn.countAll<number>().as('count')]),
      );
      return new Map(rows.map((row) => [row.compliance_state, row.count]));
    },
  };
}

export function postures(session: WriteSession): PostureReader & PostureWriter {
  const reader = postureReader(session);
  /** Of the devices whose postures were read in this transaction, and thereby locked. */
  const states = new Map<string, ComplianceState>();
  return {
    ...reader,
    async get(deviceIds) {
      // The device is locked, not the posture: the first report about a device finds none to lock.
      await session.lockDevices(deviceIds);
      const found = await reader.get(deviceIds);
      for (const { deviceId, complianceState } of found) states.set(deviceId, complianceState);
      return found;
    },
    async put(rows) {
      const values = lastOfEach(
        rows.map((row) => [row.deviceId, row.complianceState, row.mergedState, postureText(row)]),
        1,
      );
      const { same = [], other = [] } = Object.groupBy(values, ([id, state]) =>
        states.get(id as string) === state ? 'same' : 'other',
      );
      await session.write(
        PUT_BODIES,
        same.map(([id = null, , ...body]) => [id, ...body]),
      );
      await session.write(PUT_POSTURES, other);
      for (const { deviceId, complianceState } of rows) states.set(deviceId, complianceState);
    },
  };
}
