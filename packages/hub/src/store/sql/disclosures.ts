import { sql } from 'kysely';
import type { DisclosedDevice, Disclosure, DisclosureReader, DisclosureWriter } from '../store.ts';
import { knownNumbers } from './app-inventory-devices.ts';
import { dropUnusedNumbers, isDeviceGone } from './app-inventory-gone.ts';
import { encodeNumbers, numbersIn } from './app-inventory-encoding.ts';
import type { BatchWrite } from './batch-write.ts';
import { builders, isOneOf, isOneOfNumbers } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

const ADD: BatchWrite = {
  kind: 'insertNew',
  table: 'disclosures',
  keys: { message_id: 'text' },
  values: {
    at: 'bigint',
    connector_id: 'text',
    client_id: 'text',
    kind: 'text',
    channel: 'text',
    devices: 'bigint',
    items: 'bigint',
    detail: 'bytea',
  },
};

const PUT_DEVICES: BatchWrite = {
  kind: 'upsert',
  table: 'disclosed_devices',
  keys: { ord: 'bigint', connector_id: 'text', kind: 'text' },
  values: { first_at: 'bigint', last_at: 'bigint', times: 'bigint', scope: 'text', items: 'bigint' },
};

export function disclosureReader(session: ReadSession): DisclosureReader {
  const db = builders[session.dialect];
  return {
    async list({ connectorId, before, from, to, limit }) {
      let query = db
        .selectFrom('disclosures')
        .select([
          'seq',
          'message_id as messageId',
          'at',
          'connector_id as connectorId',
          'client_id as clientId',
          'kind',
          'channel',
          'devices as deviceCount',
          'items as itemCount',
        ]);
      if (connectorId !== undefined) query = query.where('connector_id', '=', connectorId);
      if (before !== undefined)
        query = query.where(
          sql<boolean>`(at, seq) < ((select at from disclosures where seq <= ${before} order by seq desc limit 1), ${before})`,
        );
      if (from !== undefined) query = query.where('at', '>=', from);
      if (to !== undefined) query = query.where('at', '<', to);
      return session.query(query.orderBy('at', 'desc').orderBy('seq', 'desc').limit(limit));
    },
    async devicesOf(seq) {
      const [row] = await session.query(db.selectFrom('disclosures').select('detail').where('seq', '=', seq));
      if (row === undefined) return undefined;
      const devices = decodeDevices(row.detail);
      const names = await session.query(
        db
          .selectFrom('inventory_devices')
          .selectAll()
          .where(
            isOneOfNumbers(
              session.dialect,
              'ord',
              devices.map((device) => device.ord),
            ),
          ),
      );
      const nameOf = new Map(names.map((name) => [name.ord, name.device_id]));
      return devices.flatMap(({ ord, scope, items }) => {
        const deviceId = nameOf.get(ord);
        return deviceId === undefined ? [] : [{ deviceId, scope, items }];
      });
    },
    async ofDevices(deviceIds, connectorId) {
      let query = db
        .selectFrom('disclosed_devices')
        .innerJoin('inventory_devices', 'inventory_devices.ord', 'disclosed_devices.ord')
        .select([
          'device_id as deviceId',
          'connector_id as connectorId',
          'kind',
          'first_at as firstAt',
          'last_at as lastAt',
          'times',
          'scope',
          'items',
        ])
        .where(isOneOf(session.dialect, 'device_id', deviceIds));
      if (connectorId !== undefined) query = query.where('connector_id', '=', connectorId);
      return session.query(query.orderBy('device_id').orderBy('connector_id').orderBy('kind'));
    },
  };
}

export function disclosures(session: WriteSession): DisclosureReader & DisclosureWriter {
  return {
    ...disclosureReader(session),
    record: (disclosure) => record(session, disclosure),
    prune: (before) => prune(session, before),
  };
}

async function record(
  session: WriteSession,
  { messageId, at, connectorId, clientId, kind, channel, devices }: Disclosure,
): Promise<void> {
  const ords = await knownNumbers(
    session,
    devices.map((device) => device.deviceId),
  );
  const numbered = devices
    .map((device) => {
      const ord = ords.get(device.deviceId);
      if (ord === undefined) throw new Error('An inventory is to be handed over of a device that has none.');
      return { ...device, ord };
    })
    .sort((a, b) => a.ord - b.ord);
  const db = builders[session.dialect];
  const items = devices.reduce((sum, device) => sum + device.items, 0);
  const [isNew] = await session.insertNew(ADD, [
    [messageId, at, connectorId, clientId, kind, channel, devices.length, items, encodeDevices(numbered)],
  ]);
  if (isNew !== true) return;
  const before = await session.query(
    db
      .selectFrom('disclosed_devices')
      .select(['ord', 'first_at', 'times'])
      .where('connector_id', '=', connectorId)
      .where('kind', '=', kind)
      .where(
        isOneOfNumbers(
          session.dialect,
          'ord',
          numbered.map((device) => device.ord),
        ),
      ),
  );
  const known = new Map(before.map((row) => [row.ord, row]));
  await session.write(
    PUT_DEVICES,
    numbered.map(({ ord, scope, items: count }) => {
      const past = known.get(ord);
      return [ord, connectorId, kind, past?.first_at ?? at, at, (past?.times ?? 0) + 1, scope, count];
    }),
  );
}

/** Hand-overs that one `prune` takes, of at most some hundred devices each, so that it never holds the database for long. */
const PRUNED_AT_ONCE = 100;

async function prune(session: WriteSession, before: number): Promise<number> {
  const db = builders[session.dialect];
  // The oldest come first, so there is nothing to find behind the first that is young enough.
  const [oldest] = await session.query(db.selectFrom('disclosures').select('seq').orderBy('seq').limit(1));
  if (oldest === undefined) return 0;
  const gone = await session.query(
    db
      .deleteFrom('disclosures')
      .where('seq', '<', oldest.seq + PRUNED_AT_ONCE)
      .where('at', '<', before)
      .returning('detail'),
  );
  const ords = [...new Set(gone.flatMap(({ detail }) => decodeDevices(detail).map(({ ord }) => ord)))];
  if (ords.length === 0) return gone.length;
  const ofThese = isOneOfNumbers(session.dialect, 'ord', ords);
  await session.execute(
    db
      .deleteFrom('disclosed_devices')
      .where(ofThese)
      .where('last_at', '<', before)
      .where(isDeviceGone('disclosed_devices'))
      .where(sql<boolean>`case kind
      when 'apps' then not exists (select 1 from device_apps where device_apps.ord = disclosed_devices.ord)
      else not exists (select 1 from device_certificates where device_certificates.ord = disclosed_devices.ord) end`),
  );
  await dropUnusedNumbers(session, ofThese);
  return gone.length;
}

interface NumberedDevice extends Pick<DisclosedDevice, 'scope' | 'items'> {
  readonly ord: number;
}

/** By ascending number: the difference to the one before, then twice the items, plus one where it was everything. */
function encodeDevices(devices: readonly NumberedDevice[]): Uint8Array {
  let last = 0;
  return encodeNumbers([
    devices.length,
    ...devices.flatMap(({ ord, scope, items }) => {
      const step = ord - last;
      last = ord;
      return [step, items * 2 + (scope === 'all' ? 1 : 0)];
    }),
  ]);
}

function decodeDevices(bytes: Uint8Array): readonly NumberedDevice[] {
  const next = numbersIn(bytes);
  let ord = 0;
  return Array.from({ length: next() }, () => {
    ord += next();
    const what = next();
    return { ord, scope: what % 2 === 1 ? ('all' as const) : ('managed' as const), items: Math.floor(what / 2) };
  });
}
