import { HubError } from '@sallyport/contracts';
import type { DeviceKey, DeviceKeyType, Signal } from '@sallyport/core';
import { isoTime } from '../platform/clock.ts';
import { LIVE_SINCE, type DeviceRow, type PostureRow, type StoredReport, type Transaction } from '../store/store.ts';
import { applyToDevices, type TakeDependencies } from './apply-to-devices.ts';
import { identified, snapshotRow } from '../view/snapshot-row.ts';
import { auditRow } from '../documents/audit-row.ts';
import { carryBetween, evaluateRecords, sharedKeyEvents, type EvaluatedRecord } from './carry-between-records.ts';
import { forgetPartner } from './forget-partner.ts';
import type { Match } from './match-device.ts';
import type { ReadModel } from '../view/read-model.ts';
import { isPartners, matchDevices, matchesByEmail, vendorKeys } from './match-device.ts';
import { isCompliantState } from '../view/compliant-state.ts';
import type { AssignedReports, DeviceRegistry, NamedReport } from './ports.ts';
import { holdChanges } from './revoke-access.ts';
import { settleDevices } from './settle-devices.ts';
import { settleReenrolment, successorIn, type SettledRecord } from './settle-reenrolment.ts';

/** The properties of a `managedDevice` that partners may know it by. */
const KEYS: readonly (readonly [DeviceKeyType, string])[] = [
  ['managedDeviceId', 'id'],
  ['entraDeviceId', 'azureADDeviceId'],
  ['serialNumber', 'serialNumber'],
  ['imei', 'imei'],
  ['udid', 'udid'],
  ['easDeviceId', 'easDeviceId'],
  ['email', 'userPrincipalName'],
  ['email', 'emailAddress'],
];

/** Waiting reports that are looked at together. */
const PAGE = 1_000;

/** What another room does in the transaction that changes a device. */
export type DeviceHook = (tx: Transaction, before: DeviceRow, after: DeviceRow) => Promise<void>;

/** Devices come, change and go; reports that waited for one are applied when it appears. */
export class RegisterDevice implements DeviceRegistry {
  readonly #deps: TakeDependencies;
  readonly #hooks: readonly DeviceHook[];

  constructor(deps: TakeDependencies, hooks: readonly DeviceHook[] = []) {
    this.#deps = deps;
    this.#hooks = hooks;
  }

  async put(actor: string, row: DeviceRow, check?: (tx: Transaction) => Promise<void>): Promise<void> {
    await this.#write(actor, row.id, async (_before, tx) => {
      await check?.(tx);
      return row;
    });
  }

  change(
    actor: string,
    id: string,
    make: (before: DeviceRow, tx: Transaction) => Promise<DeviceRow | undefined>,
  ): Promise<DeviceRow | undefined> {
    return this.#write(actor, id, async (before, tx) => before && make(before, tx));
  }

  async reinstate(actor: string, id: string): Promise<DeviceRow | undefined> {
    return this.#write(actor, id, async (before) => {
      if (before !== undefined && successorIn(before) === undefined)
        throw new HubError('conflict', `The device ${id} is not superseded.`, { field: 'id' });
      return (
        before && {
          ...before,
          resource: { ...before.resource, [LIVE_SINCE]: isoTime(this.#deps.clock.now()) },
          modifiedAt: this.#deps.clock.now(),
        }
      );
    });
  }

  #write(
    actor: string,
    id: string,
    make: (before: DeviceRow | undefined, tx: Transaction) => Promise<DeviceRow | undefined>,
  ): Promise<DeviceRow | undefined> {
    const { store, memory, serial, clock } = this.#deps;
    return serial.run(async () => {
      const written = await store.transaction(async (tx) => {
        await tx.devices.hold();
        const [before] = await tx.devices.get([id]);
        const made = await make(before, tx);
        if (made === undefined) return undefined;
        const settled = await settleReenrolment(tx, made, before, clock.now(), this.#deps.memory.signalLimits);
        const row = settled.find((record) => record.row.id === id)?.row ?? made;
        await this.#writeRecords(
          tx,
          actor,
          settled.filter((record) => record.changed && record.row.id !== id),
        );
        await tx.devices.put([row]);
        await carryBetween(tx, this.#deps, settled, clock.now());
        const posture = await this.#put(tx, actor, row, before);
        const freed = await this.#applyFreed(tx, [...keysGivenUp(before, row), ...keysOfSettled(settled)]);
        const records = await evaluateRecords(tx, this.#deps, settled, row.id);
        await tx.outbox.append(sharedKeyEvents(settled, row, before, clock.now(), this.#deps.origin));
        return { row, posture, freed, records };
      });
      if (written === undefined) return undefined;
      memory.fleet.put(snapshotRow(written.row, written.posture));
      this.#remember(written.freed, written.records);
      return written.row;
    });
  }

  /** Settles what is stored of one record and of those that share a key with it, where that has not been done; answers whether it had to be. */
  async settleStored(id: string): Promise<boolean> {
    const isUnsettled = async (row: DeviceRow, tx: Transaction): Promise<boolean> =>
      (await settleReenrolment(tx, row, row, this.#deps.clock.now(), this.#deps.memory.signalLimits)).some(
        (record) => record.row.id === id && record.changed,
      );
    return (
      (await this.#write('sallyport', id, async (before, tx) =>
        before !== undefined && (await isUnsettled(before, tx)) ? before : undefined,
      )) !== undefined
    );
  }

  async #writeRecords(tx: Transaction, actor: string, settled: readonly SettledRecord[]): Promise<void> {
    if (settled.length === 0) return;
    const before = new Map((await tx.devices.get(settled.map(({ row }) => row.id))).map((row) => [row.id, row]));
    await tx.devices.put(settled.map(({ row }) => row));
    await tx.audit.append(
      settled.map(({ row }) =>
        auditRow(
          actor,
          { kind: 'managedDevice', id: row.id, before: before.get(row.id)?.resource ?? {}, after: row.resource },
          this.#deps.clock.now(),
        ),
      ),
    );
  }

  #remember(freed: readonly PostureRow[], records: readonly EvaluatedRecord[]): void {
    const { fleet } = this.#deps.memory;
    for (const posture of freed) fleet.setPosture(posture);
    for (const { row, posture } of records) fleet.put(snapshotRow(row, posture));
  }

  async remove(actor: string, id: string): Promise<boolean> {
    const { store, memory, serial, clock, origin } = this.#deps;
    return serial.run(async () => {
      const removed = await store.transaction(async (tx) => {
        await tx.devices.hold();
        const [before] = await tx.devices.get([id]);
        if (before === undefined) return undefined;
        const [posture] = await tx.postures.get([id]);
        const settled = await settleReenrolment(tx, undefined, before, clock.now(), this.#deps.memory.signalLimits);
        const successor = successorIn(before);
        // What partners call the phone goes on to mean it.
        if (successor !== undefined) await tx.vendorDevices.move(id, successor);
        await tx.devices.delete([id]);
        await tx.members.removeAll(id);
        const at = clock.now();
        await tx.audit.append([auditRow(actor, { kind: 'managedDevice', id, before: before.resource }, at)]);
        const { entraDeviceId, easDeviceId, facts } = identified(before.resource);
        await tx.outbox.append([
          {
            kind: 'device-removed',
            subject: id,
            at,
            payload: {
              deviceId: id,
              entraDeviceId,
              easDeviceId,
              userId: facts.userId ?? null,
              compliant: false,
              wasCompliant: isCompliantState(posture?.complianceState ?? 'unknown'),
              origin,
            },
          },
        ]);
        if (posture !== undefined)
          await tx.outbox.append(holdChanges(posture, { ...posture, views: [], updatedAt: at }, origin));
        await this.#writeRecords(
          tx,
          actor,
          settled.filter((record) => record.changed),
        );
        await carryBetween(tx, this.#deps, settled, at);
        const freed = await this.#applyFreed(tx, [...keysOf(before), ...keysOfSettled(settled)]);
        return { freed, records: await evaluateRecords(tx, this.#deps, settled, undefined) };
      });
      if (removed === undefined) return false;
      memory.fleet.remove(id);
      this.#remember(removed.freed, removed.records);
      return true;
    });
  }

  forgetPartner(connectorId: string): Promise<void> {
    return forgetPartner(this.#deps, connectorId);
  }

  async matchWaitingByEmail(connectorId: string): Promise<void> {
    const { store, memory, serial } = this.#deps;
    for (let after = 0; ; ) {
      const page = await store.reports.waiting(PAGE, after);
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.seq;
      const keys = page
        .filter((report) => report.connectorId === connectorId)
        .flatMap(({ signal }) => signal?.keys.filter(({ type }) => type === 'email') ?? []);
      const postures = await serial.run(() => store.transaction((tx) => this.#applyFreed(tx, keys)));
      for (const posture of postures) memory.fleet.setPosture(posture);
    }
  }

  async assignReports(actor: string, deviceId: string, reports: readonly NamedReport[]): Promise<AssignedReports> {
    const { store, memory, serial, clock } = this.#deps;
    return serial.run(async () => {
      const { applied, notAssigned, postures } = await store.transaction(async (tx) => {
        if ((await tx.devices.get([deviceId])).length === 0)
          throw new HubError('not_found', `There is no managed device ${deviceId}.`, { field: 'deviceId' });
        const { waiting, notAssigned } = await sortNamed(tx, reports);
        if (waiting.length === 0) return { applied: 0, notAssigned, postures: [] };
        const learnt = waiting.flatMap(({ signal }) =>
          signal === null ? [] : vendorKeys(signal).map((key) => ({ ...key, deviceId })),
        );
        await tx.vendorDevices.learn(learnt);
        const taken = await this.#applyWaiting(tx, deviceId, await withSameVendorIds(tx, memory, waiting, deviceId));
        await tx.audit.append([
          auditRow(
            actor,
            {
              kind: 'managedDevice',
              id: deviceId,
              before: {},
              after: { assignedReports: waiting.map((r) => r.reportId) },
            },
            clock.now(),
          ),
        ]);
        return { ...taken, notAssigned };
      });
      for (const posture of postures) memory.fleet.setPosture(posture);
      return { assigned: applied, notAssigned };
    });
  }

  async #put(tx: Transaction, actor: string, row: DeviceRow, before: DeviceRow | undefined): Promise<PostureRow> {
    const now = this.#deps.clock.now();
    if (before !== undefined) for (const hook of this.#hooks) await hook(tx, before, row);
    await tx.audit.append([
      auditRow(actor, { kind: 'managedDevice', id: row.id, before: before?.resource, after: row.resource }, now),
    ]);
    const waiting = await this.#waitingFor(tx, row);
    const [applied] = waiting.length === 0 ? [] : (await this.#applyWaiting(tx, row.id, waiting)).postures;
    if (applied !== undefined) return applied;
    const superseded = successorIn(row) !== undefined ? (await tx.postures.get([row.id]))[0] : undefined;
    // It is evaluated after the record that superseded it.
    if (superseded !== undefined) return superseded;
    // No report told anything new; the device's own properties may have.
    const device = identified(row.resource);
    const [current] = await tx.postures.get([row.id]);
    const { postures } = await settleDevices(
      tx,
      this.#deps,
      [{ device, before: current, views: current?.views ?? [], failing: current?.failing ?? {}, alwaysTold: true }],
      now,
    );
    return postures[0] as PostureRow;
  }

  /** Waiting reports that now have exactly this device. */
  async #waitingFor(tx: Transaction, row: DeviceRow): Promise<readonly StoredReport[]> {
    const candidates = (await tx.reports.waitingFor(keysOf(row))).filter((report) => report.signal !== null);
    const { matches, learnt } = await matchDevices(
      tx,
      candidates.map((report) => report.signal as Signal),
      matchesByEmail(this.#deps.memory),
    );
    const ofDevice = learnt.flat().filter(({ deviceId }) => deviceId === row.id);
    if (ofDevice.length > 0) await tx.vendorDevices.learn(ofDevice);
    const certain = candidates.filter((_, i) => isMatch(matches[i], row.id));
    return ofDevice.length === 0 ? certain : withSameVendorIds(tx, this.#deps.memory, certain, row.id);
  }

  /** Reports that could have meant several devices, of which one has gone or is known by other keys now. */
  async #applyFreed(tx: Transaction, keys: readonly DeviceKey[]): Promise<readonly PostureRow[]> {
    const waiting =
      keys.length === 0 ? [] : (await tx.reports.waitingFor(keys)).filter((report) => report.signal !== null);
    if (waiting.length === 0) return [];
    const { matches, learnt } = await matchDevices(
      tx,
      waiting.map((report) => report.signal as Signal),
      matchesByEmail(this.#deps.memory),
    );
    await tx.vendorDevices.learn(learnt.flat());
    const ofDevice = Map.groupBy(waiting.keys(), (i) => deviceOf(matches[i]));
    const postures: PostureRow[] = [];
    for (const [deviceId, places] of ofDevice) {
      if (deviceId === undefined) continue;
      postures.push(
        ...(
          await this.#applyWaiting(
            tx,
            deviceId,
            places.map((i) => waiting[i] as StoredReport),
          )
        ).postures,
      );
    }
    return postures;
  }

  async #applyWaiting(
    tx: Transaction,
    deviceId: string,
    waiting: readonly StoredReport[],
  ): Promise<{ readonly applied: number; readonly postures: readonly PostureRow[] }> {
    const signals = waiting.map((report) => report.signal as Signal);
    const found = (await matchDevices(tx, signals, matchesByEmail(this.#deps.memory))).matches;
    const matches = found.map(
      (match): Match => ({
        kind: 'matched',
        deviceId,
        waited: true,
        ...(isMatch(match, deviceId) && match.kind === 'matched' && { evidence: match.evidence }),
      }),
    );
    const applied = await applyToDevices(tx, this.#deps, signals, matches, this.#deps.clock.now());
    await tx.reports.settle(
      signals.map((signal, i) => ({
        connectorId: signal.connectorId,
        reportId: signal.reportId,
        deviceId,
        flag: signal.flag ?? null,
        signal: null,
        status: applied.statuses[i] === 'late' ? ('late' as const) : ('accepted' as const),
      })),
    );
    return { applied: waiting.length, postures: applied.postures };
  }
}

/** Those of the named reports that wait, each once and in the order of arrival; and those that do not, with the reason. */
async function sortNamed(
  tx: Transaction,
  named: readonly NamedReport[],
): Promise<{ readonly waiting: readonly StoredReport[] } & Pick<AssignedReports, 'notAssigned'>> {
  const unique = new Map(named.map((report) => [JSON.stringify([report.connectorId, report.reportId]), report]));
  const waiting: StoredReport[] = [];
  const notAssigned: AssignedReports['notAssigned'][number][] = [];
  for (const { connectorId, reportId } of unique.values()) {
    const report = await tx.reports.get(connectorId, reportId);
    if (report?.signal) waiting.push(report);
    else
      notAssigned.push({
        connectorId,
        reportId,
        problem: report === undefined ? 'unknown' : 'settled',
        deviceId: report?.deviceId ?? null,
      });
  }
  return { waiting: waiting.sort((a, b) => a.seq - b.seq), notAssigned };
}

/** With `reports` everything else that waits under the same partner's id, in the order of arrival: it has just been learnt. */
async function withSameVendorIds(
  tx: Transaction,
  memory: ReadModel,
  reports: readonly StoredReport[],
  deviceId: string,
): Promise<readonly StoredReport[]> {
  const signals = reports.flatMap(({ signal }) => signal ?? []);
  const keys = signals.flatMap((signal) => signal.keys.filter(isPartners));
  if (keys.length === 0) return reports;
  const waiting = (await tx.reports.waitingFor(keys)).filter((report) => report.signal !== null);
  const { matches } = await matchDevices(
    tx,
    waiting.map((report) => report.signal as Signal),
    matchesByEmail(memory),
  );
  const others = waiting.filter(
    (report, i) => isMatch(matches[i], deviceId) && !reports.some((one) => one.seq === report.seq),
  );
  return [...reports, ...others].sort((a, b) => a.seq - b.seq);
}

function isMatch(match: Match | undefined, deviceId: string): boolean {
  return deviceOf(match) === deviceId;
}

function deviceOf(match: Match | undefined): string | undefined {
  return match?.kind === 'matched' ? match.deviceId : undefined;
}

/** What reports may have waited for, where enrolments have changed. */
function keysOfSettled(settled: readonly SettledRecord[]): readonly DeviceKey[] {
  return settled.some((record) => record.successor !== record.previousSuccessor)
    ? settled.flatMap(({ row }) => keysOf(row))
    : [];
}

/** What a device was known by and is not any more. */
function keysGivenUp(before: DeviceRow | undefined, after: DeviceRow): readonly DeviceKey[] {
  if (before === undefined) return [];
  const kept = new Set(keysOf(after).map(({ type, value }) => `${type} ${value.toLowerCase()}`));
  return keysOf(before).filter(({ type, value }) => !kept.has(`${type} ${value.toLowerCase()}`));
}

function keysOf(row: DeviceRow): readonly DeviceKey[] {
  return KEYS.flatMap(([type, property]) => {
    const value = row.resource[property];
    return typeof value === 'string' && value !== '' ? [{ type, value }] : [];
  });
}
