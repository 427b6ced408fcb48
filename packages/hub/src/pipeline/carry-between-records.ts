import { carryOver, viewsOfReinstated, viewsOfSuperseded, type PartnerView } from '@sallyport/core';
import type { DeviceRow, HistoryEvent, OutboxKind, OutboxRow, PostureRow, Transaction } from '../store/store.ts';
import { identified } from '../view/snapshot-row.ts';
import type { TakeDependencies } from './apply-to-devices.ts';
import { holdHistory } from './note-history.ts';
import { holdChanges } from './revoke-access.ts';
import { settleDevices, type UnsettledDevice } from './settle-devices.ts';
import { phoneKeysOf, successorIn, type SettledRecord } from './settle-reenrolment.ts';

const NO_VIEWS: readonly PartnerView[] = [];

/**
 * Bad news of records that are superseded now goes over to those that superseded them; records that no longer are have
 * their own again, and keep that of their successors. The records have been written.
 */
export async function carryBetween(
  tx: Transaction,
  { memory, origin }: Pick<TakeDependencies, 'memory' | 'origin'>,
  settled: readonly SettledRecord[],
  now: number,
): Promise<void> {
  const relinked = settled.filter(({ successor, previousSuccessor }) => successor !== previousSuccessor);
  if (relinked.length === 0) return;
  const postures = new Map(
    (await tx.postures.get(settled.map(({ row }) => row.id))).map((posture) => [posture.deviceId, posture]),
  );
  const views = new Map(settled.map(({ row }) => [row.id, postures.get(row.id)?.views ?? NO_VIEWS]));
  const viewsOf = (id: string): readonly PartnerView[] => views.get(id) ?? NO_VIEWS;
  for (const { row, previousSuccessor } of relinked) {
    if (previousSuccessor !== undefined)
      views.set(row.id, viewsOfReinstated(viewsOf(row.id), memory.connectors, now, memory.signalLimits));
  }
  for (const { row, successor } of relinked) {
    if (successor !== undefined)
      views.set(successor, carryOver(viewsOf(row.id), viewsOf(successor), memory.connectors, now, memory.signalLimits));
  }
  const changed = settled
    .map(({ row }) => row.id)
    .filter((id) => viewsOf(id) !== (postures.get(id)?.views ?? NO_VIEWS));
  const carried = changed.map(
    (id): PostureRow => ({ ...(postures.get(id) ?? unevaluated(id, now)), views: viewsOf(id), updatedAt: now }),
  );
  await tx.postures.put(carried);
  await tx.history.append(carried.flatMap((after) => holdHistory(postures.get(after.deviceId), after)));
  await tx.outbox.append(carried.flatMap((after) => holdChanges(postures.get(after.deviceId), after, origin)));
}

function unevaluated(deviceId: string, now: number): PostureRow {
  return {
    deviceId,
    views: NO_VIEWS,
    mergedState: 'unknown',
    complianceState: 'unknown',
    reasons: [],
    failing: {},
    graceUntil: null,
    updatedAt: now,
  };
}

export interface EvaluatedRecord {
  readonly row: DeviceRow;
  readonly posture: PostureRow;
}

/**
 * Evaluates the records that others depend on, or that depend on them, after everything that was reported of them has been
 * applied; publishes what became of each.
 * @param written the record that the caller wrote, and evaluates itself unless it is superseded
 */
export async function evaluateRecords(
  tx: Transaction,
  deps: TakeDependencies,
  settled: readonly SettledRecord[],
  written: string | undefined,
): Promise<readonly EvaluatedRecord[]> {
  const given = new Set(
    settled.flatMap(({ successor, previousSuccessor }) => (successor === previousSuccessor ? [] : [successor])),
  );
  const affected = settled.filter(
    ({ row, changed, successor }) => ((changed || given.has(row.id)) && row.id !== written) || successor !== undefined,
  );
  if (affected.length === 0 && settled.every(({ successor, previousSuccessor }) => successor === previousSuccessor))
    return [];
  const rows = new Map(settled.map(({ row }) => [row.id, row]));
  const before = new Map((await tx.postures.get([...rows.keys()])).map((posture) => [posture.deviceId, posture]));
  const devices = affected.map(({ row, successor }) =>
    unsettled(row, before, successor === undefined ? undefined : { id: successor, row: rows.get(successor) }),
  );
  const now = deps.clock.now();
  const { postures } = await settleDevices(
    tx,
    deps,
    devices,
    now,
    settled.flatMap((record) => enrolmentHistory(record, now)),
  );
  await tx.outbox.append(settled.flatMap((record) => enrolmentEvents(record, deps)));
  return affected.map(({ row }, i) => ({ row, posture: postures[i] as PostureRow }));
}

function unsettled(
  row: DeviceRow,
  postures: ReadonlyMap<string, PostureRow>,
  successor: { readonly id: string; readonly row: DeviceRow | undefined } | undefined,
): UnsettledDevice {
  const before = postures.get(row.id);
  const views =
    successor === undefined
      ? (before?.views ?? NO_VIEWS)
      : viewsOfSuperseded(postures.get(successor.id)?.views ?? NO_VIEWS);
  return {
    device: identified(row.resource),
    before,
    views,
    failing: before?.failing ?? {},
    successor: successor?.row && identified(successor.row.resource).facts,
    alwaysTold: true,
  };
}

function enrolmentHistory(
  { row, successor, previousSuccessor }: SettledRecord,
  at: number,
): { readonly deviceId: string; readonly at: number; readonly event: HistoryEvent }[] {
  if (successor === previousSuccessor) return [];
  if (successor === undefined)
    return [{ deviceId: row.id, at, event: { kind: 'reinstated', deviceId: previousSuccessor as string } }];
  return [
    { deviceId: row.id, at, event: { kind: 'superseded', deviceId: successor } },
    { deviceId: successor, at, event: { kind: 'supersedes', deviceId: row.id } },
  ];
}

function enrolmentEvents(
  { row, successor, previousSuccessor }: SettledRecord,
  { clock, origin }: TakeDependencies,
): Omit<OutboxRow, 'seq'>[] {
  if (successor === previousSuccessor) return [];
  const kind: OutboxKind = successor === undefined ? 'device-reinstated' : 'device-superseded';
  return [
    {
      kind,
      subject: row.id,
      at: clock.now(),
      payload: { deviceId: row.id, otherDeviceId: successor ?? previousSuccessor, origin },
    },
  ];
}

/** Most devices that an event names. */
const MAX_NAMED = 10;

/** Tells that a live record has come to share a serial number, UDID or IMEI with other live ones: what is reported by that key is about nobody in particular. */
export function sharedKeyEvents(
  settled: readonly SettledRecord[],
  row: DeviceRow,
  before: DeviceRow | undefined,
  at: number,
  origin: string,
): Omit<OutboxRow, 'seq'>[] {
  const reinstated = settled.some(
    ({ successor, previousSuccessor }) => successor === undefined && previousSuccessor !== undefined,
  );
  const known = new Set(before === undefined || reinstated ? [] : phoneKeysOf(before).map(nameOf));
  const others = settled
    .filter((record) => record.successor === undefined && record.row.id !== row.id)
    .map((record) => record.row);
  if (successorIn(row) !== undefined || others.length === 0) return [];
  return phoneKeysOf(row)
    .filter((key) => !known.has(nameOf(key)))
    .flatMap((key) => {
      const deviceIds = others
        .filter((other) => phoneKeysOf(other).some((one) => nameOf(one) === nameOf(key)))
        .map(({ id }) => id);
      if (deviceIds.length === 0) return [];
      return [
        {
          kind: 'device-key-shared' as const,
          subject: row.id,
          at,
          payload: {
            deviceId: row.id,
            keyType: key.type,
            otherDeviceIds: deviceIds.slice(0, MAX_NAMED),
            devices: deviceIds.length + 1,
            origin,
          },
        },
      ];
    });
}

function nameOf({ type, value }: { readonly type: string; readonly value: string }): string {
  return `${type} ${value.toLowerCase()}`;
}
