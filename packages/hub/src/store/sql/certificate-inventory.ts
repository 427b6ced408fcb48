import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { InstalledCertificate } from '@sallyport/core';
import type { CertificateInventoryReader, CertificateInventoryWriter, DeviceCertificates } from '../store.ts';
import { newestOfEach } from './app-inventory.ts';
import { pruneGone, prunedChange } from './app-inventory-gone.ts';
import type { DeviceSet, NewSet } from './app-inventory-devices.ts';
import {
  changedSets,
  goneSet,
  knownNumbers,
  lastChange,
  numbersOf,
  setsByNumber,
  setsOfDevices,
  takeNumbers,
  touchSets,
  writeSets,
} from './app-inventory-devices.ts';
import type { SetEntry } from './app-inventory-encoding.ts';
import { decodeSet, encodeSet, sameButDynamic } from './app-inventory-encoding.ts';
import type { BatchWrite } from './batch-write.ts';
import { builders, isOneOf, isOneOfNumbers, numberRows } from './session.ts';
import type { ReadSession, WriteSession } from './session.ts';

/** Certificates are kept once (a company's CA is on every phone); each device has a set of their numbers. */

const NEW_CERTIFICATES: BatchWrite = {
  kind: 'insertNew',
  table: 'certificates',
  keys: { id: 'bigint' },
  values: { digest: 'text', common_name: 'text', data: 'bytea', uses: 'bigint' },
};

export function certificateInventoryReader(session: ReadSession): CertificateInventoryReader {
  return {
    ofDevices: async (deviceIds) => namedSets(session, await setsOfDevices(session, 'certificates', deviceIds)),
    async changes(platform, after, limit) {
      const sets = await changedSets(session, 'certificates', platform, after, limit);
      const named = new Map(
        (
          await namedSets(
            session,
            sets.filter((set) => !set.gone),
          )
        ).map((row) => [row.deviceId, row]),
      );
      return sets.map(({ change, deviceId }) => ({ change, deviceId, inventory: named.get(deviceId) }));
    },
    lastChange: () => lastChange(session, 'certificates'),
    prunedChange: (platforms) => prunedChange(session, 'certificates', platforms),
  };
}

export function certificateInventory(session: WriteSession): CertificateInventoryReader & CertificateInventoryWriter {
  return {
    ...certificateInventoryReader(session),
    put: (rows) => put(session, rows),
    pruneGone: (prune) => pruneGone(session, 'certificates', prune),
    touch: (deviceIds) => touchSets(session, 'certificates', deviceIds),
    forget: (deviceIds) => forgetCertificates(session, deviceIds),
  };
}

/** Also called when devices are deleted. */
export async function forgetCertificates(session: WriteSession, deviceIds: readonly string[]): Promise<boolean> {
  if (deviceIds.length === 0) return false;
  await session.lock('inventory', 'exclusive');
  const ords = [...(await knownNumbers(session, deviceIds)).values()];
  const sets =
    ords.length === 0
      ? []
      : [...(await setsByNumber(session, 'certificates', ords)).values()].filter((set) => !set.gone);
  if (sets.length === 0) return false;
  await writeSets(session, 'certificates', sets.map(goneSet));
  await countUses(
    session,
    sets.map((set) => [decodeSet(set.items), []]),
  );
  return true;
}

async function put(session: WriteSession, rows: readonly DeviceCertificates[]): Promise<readonly boolean[]> {
  if (rows.length === 0) return [];
  await session.lock('devices', 'shared');
  await session.lock('inventory', 'exclusive');
  const ords = await numbersOf(
    session,
    rows.map((row) => row.deviceId),
  );
  const before = await setsByNumber(session, 'certificates', [...ords.values()]);
  const newest = newestOfEach(rows, (row) => before.get(ords.get(row.deviceId) ?? -1)?.collectedAt ?? -Infinity);
  const taken = rows.map((row) => ords.has(row.deviceId) && newest.get(row.deviceId) === row);
  const fresh = rows.filter((_, i) => taken[i]);
  const ids = await catalogued(
    session,
    fresh.flatMap((row) => row.certificates),
  );
  const changes: (readonly [readonly SetEntry[], readonly SetEntry[]])[] = [];
  const sets = fresh.map((row): NewSet => {
    const ord = ords.get(row.deviceId) as number;
    const old = before.get(ord);
    const entries = entriesOf(row, ids);
    const oldEntries = old === undefined ? [] : decodeSet(old.items);
    changes.push([oldEntries, entries]);
    const isSame =
      old !== undefined && !old.gone && old.platform === row.platform && sameButDynamic(oldEntries, entries);
    return {
      ord,
      platform: row.platform,
      collectedAt: row.collectedAt,
      source: row.source,
      gone: false,
      items: encodeSet(entries),
      change: isSame ? old.change : undefined,
    };
  });
  await writeSets(session, 'certificates', sets);
  await countUses(session, changes);
  return taken;
}

async function catalogued(
  session: WriteSession,
  certificates: readonly InstalledCertificate[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Map(certificates.map((certificate) => [digestOf(certificate), certificate]));
  const rows = await session.query(
    builders[session.dialect]
      .selectFrom('certificates')
      .select(['id', 'digest'])
      .where(isOneOf(session.dialect, 'digest', [...wanted.keys()])),
  );
  const found = new Map(rows.map((row) => [row.digest, row.id]));
  const fresh = [...wanted].filter(([digest]) => !found.has(digest));
  if (fresh.length === 0) return found;
  const first = await takeNumbers(session, 'certificate', fresh.length);
  await session.write(
    NEW_CERTIFICATES,
    fresh.map(([digest, { commonName, data }], i) => [
      first + i,
      digest,
      commonName,
      Uint8Array.from(Buffer.from(data, 'base64')),
      0,
    ]),
  );
  for (const [i, [digest]] of fresh.entries()) found.set(digest, first + i);
  return found;
}

function digestOf({ commonName, data }: InstalledCertificate): string {
  return createHash('sha256')
    .update(JSON.stringify([commonName, data]))
    .digest('hex')
    .slice(0, 32);
}

function entriesOf(row: DeviceCertificates, ids: ReadonlyMap<string, number>): readonly SetEntry[] {
  const entries = new Map<number, SetEntry>();
  for (const certificate of row.certificates) {
    const id = ids.get(digestOf(certificate));
    if (id === undefined) throw new Error('A certificate was not put into the catalogue.');
    entries.set(id, { id, traits: certificate.isIdentity ? 1 : 0, bundle: 0, dynamic: 0 });
  }
  return [...entries.values()].sort((a, b) => a.id - b.id);
}

async function countUses(
  session: WriteSession,
  changes: readonly (readonly [before: readonly SetEntry[], after: readonly SetEntry[]])[],
): Promise<void> {
  const uses = new Map<number, number>();
  for (const [before, after] of changes) {
    for (const { id } of before) uses.set(id, (uses.get(id) ?? 0) - 1);
    for (const { id } of after) uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  const rows = [...uses].filter(([, by]) => by !== 0);
  if (rows.length === 0) return;
  const db = builders[session.dialect];
  const update = sql`update certificates set uses = uses + v.more from ${numberRows(session.dialect, ['certificate', 'more'], rows)} where certificates.id = v.certificate`;
  await session.execute({ compile: () => update.compile(db) });
  await session.execute(
    db
      .deleteFrom('certificates')
      .where(
        isOneOfNumbers(
          session.dialect,
          'id',
          rows.map(([id]) => id),
        ),
      )
      .where('uses', '<=', 0),
  );
}

async function namedSets(session: ReadSession, sets: readonly DeviceSet[]): Promise<readonly DeviceCertificates[]> {
  const decoded = sets.map((set) => decodeSet(set.items));
  const ids = [...new Set(decoded.flat().map((entry) => entry.id))];
  const rows =
    ids.length === 0
      ? []
      : await session.query(
          builders[session.dialect]
            .selectFrom('certificates')
            .select(['id', 'common_name', 'data'])
            .where(isOneOfNumbers(session.dialect, 'id', ids)),
        );
  const byId = new Map(
    rows.map((row) => [row.id, { commonName: row.common_name, data: Buffer.from(row.data).toString('base64') }]),
  );
  return sets.map(({ deviceId, platform, collectedAt, source }, i) => ({
    deviceId,
    platform,
    collectedAt,
    source,
    certificates: (decoded[i] ?? []).flatMap(({ id, traits }) => {
      const certificate = byId.get(id);
      return certificate === undefined ? [] : [{ ...certificate, isIdentity: traits === 1 }];
    }),
  }));
}
