import { randomUUID } from 'node:crypto';
import type { DeviceKey, InstalledApp, InstalledCertificate, Instant, Platform } from '@sallyport/core';
import { platformOf } from '@sallyport/core';
import type { Clock } from '../platform/clock.ts';
import type { DataKey } from '../platform/data-key.ts';
import type { DeviceApps, DeviceRow, PendingApps, Store, Transaction } from '../store/store.ts';
import { ownerTypeOf, someoneSeesAllApps } from './inventory-sharing.ts';
import { isWhole, keptApps, rememberedByPlatform } from './keep-inventory-part.ts';
import type { SeenByAll } from './keep-inventory-part.ts';
import { isOfSameTime, openPending, parted, sealPending, withManaged } from './keep-inventory-pending.ts';
import { matchDevices } from '../pipeline/match-device.ts';
import type { AccessView } from '../view/ports.ts';

/** What a collector learnt of one device. */
export interface Collected {
  /** The id of the source, `api` or `graph`. */
  readonly source: string;
  /** What the source calls the device, where it has a name of its own for it. */
  readonly ownId?: string | undefined;
  readonly keys: readonly DeviceKey[];
  /** When the device told it; a time in the future counts as now. */
  readonly collectedAt: Instant;
}

/** What a device reports of the apps that its declarations manage: what changed, or all of it. */
export interface DeclaredApps {
  readonly managed: readonly string[];
  /** Those that are managed no longer, or not yet. */
  readonly others: readonly string[];
  /** There are no others than these. */
  readonly isWhole: boolean;
}

export interface CollectedApps extends Collected {
  readonly apps: readonly InstalledApp[];
  /** true: whether an app is managed is in another list, `keepManagedApps`. */
  readonly managedElsewhere?: boolean | undefined;
}

/**
 * `unmatched`, `ambiguous`: it is not known whose it is, and it is dropped: it is personal data, and the device
 * will tell it again. `older`: something newer is kept already.
 */
export type InventoryOutcome = 'kept' | 'older' | 'unmatched' | 'ambiguous';

export interface InventoryKeeper {
  /** Keeps apps of devices, in one transaction; answers in order. */
  keepApps(rows: readonly CollectedApps[]): Promise<readonly InventoryOutcome[]>;
  /** Which apps of a device are managed, where the source tells it apart from what is installed. */
  keepManagedApps(row: Collected & { readonly appIds: readonly string[] }): Promise<InventoryOutcome>;
  /** Which apps of a device its declarations manage. */
  keepDeclaredApps(row: Collected & DeclaredApps): Promise<InventoryOutcome>;
  keepCertificates(
    rows: readonly (Collected & { readonly certificates: readonly InstalledCertificate[] })[],
  ): Promise<readonly InventoryOutcome[]>;
  /** Forgets the inventories of a device that its management has let go. */
  release(row: Omit<Collected, 'collectedAt'>): Promise<InventoryOutcome>;
  /** Forgets them because an administrator says so; whether there was anything to forget. */
  forget(actor: string, deviceId: string): Promise<boolean>;
  /** `listener` is called after something was kept or forgotten by this process. */
  onChanged(listener: () => void): void;
}

export interface KeepInventoryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly dataKey: DataKey;
}

/** The one place where inventories are written: whose it is, what of it is kept, and what administrators see. */
export class KeepInventory implements InventoryKeeper {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #dataKey: DataKey;
  readonly #listeners: (() => void)[] = [];

  constructor({ store, clock, dataKey }: KeepInventoryOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#dataKey = dataKey;
  }

  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  keepApps(rows: readonly CollectedApps[]): Promise<readonly InventoryOutcome[]> {
    return this.#write(rows, async (tx, found) => {
      const seenByAll = rememberedByPlatform((platform) => someoneSeesAllApps(tx.documents, platform));
      const sets: DeviceApps[] = [];
      const waiting: (PendingApps | undefined)[] = [];
      for (const { row, device } of found) {
        const { apps, pending } =
          row.managedElsewhere === true
            ? await this.#join(tx, device, row, seenByAll)
            : { apps: row.apps, pending: undefined };
        sets.push({
          ...ofDevice(device),
          source: row.source,
          collectedAt: this.#past(row.collectedAt),
          apps: await keptApps(device, apps, seenByAll),
        });
        waiting.push(pending);
      }
      const taken = await tx.appInventory.put(sets);
      await tx.appInventory.forgetPendingApps(
        found.flatMap(({ row, device }, i) => (row.managedElsewhere === true && taken[i] === true ? [device.id] : [])),
      );
      await tx.appInventory.putPendingApps(
        waiting.flatMap((pending, i) => (pending !== undefined && taken[i] === true ? [pending] : [])),
      );
      return taken;
    });
  }

  /** The installed apps with what is known of their management, and those that wait for it to become known. */
  async #join(
    tx: Transaction,
    device: DeviceRow,
    row: CollectedApps,
    seenByAll: SeenByAll,
  ): Promise<{ readonly apps: readonly InstalledApp[]; readonly pending: PendingApps | undefined }> {
    const [managed, declared] = await Promise.all([
      tx.appInventory.managedApps(device.id),
      tx.appInventory.declaredApps(device.id),
    ]);
    const apps = withManaged(row.apps, { commanded: managed?.appIds, declared: declared?.appIds });
    if (await isWhole(device, seenByAll)) return { apps, pending: undefined };
    const rest = isOfSameTime(managed, this.#past(row.collectedAt)) ? [] : apps.filter((app) => app.managed !== true);
    return {
      apps: apps.filter((app) => app.managed === true),
      pending: rest.length === 0 ? undefined : sealPending(this.#dataKey, device.id, rest, this.#clock.now()),
    };
  }

  async keepManagedApps(row: Collected & { readonly appIds: readonly string[] }): Promise<InventoryOutcome> {
    const outcomes = await this.#write([row], async (tx, found) =>
      Promise.all(
        found.map(async ({ device }) => {
          if (!(await tx.appInventory.putManagedApps(device.id, row.appIds, this.#past(row.collectedAt)))) return false;
          const [current] = await tx.appInventory.ofDevices([device.id]);
          if (current !== undefined) {
            const waiting = openPending(this.#dataKey, await tx.appInventory.pendingApps(device.id), this.#clock.now());
            const declared = await tx.appInventory.declaredApps(device.id);
            const apps = withManaged([...current.apps, ...waiting], {
              commanded: row.appIds,
              declared: declared?.appIds,
            });
            await tx.appInventory.put([
              {
                ...current,
                apps: await keptApps(device, apps, (platform) => someoneSeesAllApps(tx.documents, platform)),
              },
            ]);
            await tx.appInventory.forgetPendingApps([device.id]);
          }
          return true;
        }),
      ),
    );
    return outcomes[0] ?? 'unmatched';
  }

  async keepDeclaredApps(row: Collected & DeclaredApps): Promise<InventoryOutcome> {
    const outcomes = await this.#write([row], async (tx, found) =>
      Promise.all(
        found.map(async ({ device }) => {
          const before = row.isWhole ? undefined : await tx.appInventory.declaredApps(device.id);
          const declared = [...new Set([...(before?.appIds ?? []), ...row.managed])].filter(
            (id) => !row.others.includes(id),
          );
          if (!(await tx.appInventory.putDeclaredApps(device.id, declared, this.#past(row.collectedAt)))) return false;
          const [current] = await tx.appInventory.ofDevices([device.id]);
          if (current === undefined) return true;
          const pending = await tx.appInventory.pendingApps(device.id);
          const { managed, rest } = parted(openPending(this.#dataKey, pending, this.#clock.now()), declared);
          const commanded = (await tx.appInventory.managedApps(device.id))?.appIds;
          const apps = withManaged([...current.apps, ...managed], { commanded, declared });
          await tx.appInventory.put([
            {
              ...current,
              apps: await keptApps(device, apps, (platform) => someoneSeesAllApps(tx.documents, platform)),
            },
          ]);
          if (pending !== undefined && managed.length > 0)
            await tx.appInventory.putPendingApps([
              { ...sealPending(this.#dataKey, device.id, rest, this.#clock.now()), until: pending.until },
            ]);
          return true;
        }),
      ),
    );
    return outcomes[0] ?? 'unmatched';
  }

  keepCertificates(
    rows: readonly (Collected & { readonly certificates: readonly InstalledCertificate[] })[],
  ): Promise<readonly InventoryOutcome[]> {
    return this.#write(rows, async (tx, found) =>
      tx.certificateInventory.put(
        found.map(({ row, device }) => ({
          ...ofDevice(device),
          source: row.source,
          collectedAt: this.#past(row.collectedAt),
          certificates: row.certificates,
        })),
      ),
    );
  }

  async release(row: Omit<Collected, 'collectedAt'>): Promise<InventoryOutcome> {
    const outcomes = await this.#write([row], async (tx, found) => {
      await forgetBoth(
        tx,
        found.map(({ device }) => device.id),
      );
      return found.map(() => true);
    });
    return outcomes[0] ?? 'unmatched';
  }

  async forget(actor: string, deviceId: string): Promise<boolean> {
    const found = await this.#store.transaction(async (tx) => {
      if (!(await forgetBoth(tx, [deviceId]))) return false;
      await tx.audit.append([
        {
          id: randomUUID(),
          at: this.#clock.now(),
          actor,
          operation: 'Delete',
          resourceType: 'deviceInventory',
          resourceId: deviceId,
          changes: [],
        },
      ]);
      return true;
    });
    if (found) this.#tell();
    return found;
  }

  /** Finds the devices, and runs `work` on those that are certain; it answers which were taken. */
  async #write<Row extends Omit<Collected, 'collectedAt'>>(
    rows: readonly Row[],
    work: (
      tx: Transaction,
      found: readonly { readonly row: Row; readonly device: DeviceRow }[],
    ) => Promise<readonly boolean[]>,
  ): Promise<readonly InventoryOutcome[]> {
    const outcomes = await this.#store.transaction(async (tx) => {
      const { matches, learnt } = await matchDevices(
        tx,
        rows.map((row) => ({
          connectorId: row.source,
          reportId: '',
          observedAt: 0,
          findings: [],
          keys: [
            ...row.keys,
            ...(row.ownId === undefined ? [] : [{ type: 'vendorDeviceId' as const, value: row.ownId }]),
          ],
        })),
        () => false,
      );
      const news = learnt.flat();
      if (news.length > 0) await tx.vendorDevices.learn(news);
      const ids = matches.flatMap((match) => (match.kind === 'matched' ? [match.deviceId] : []));
      const devices = new Map((await tx.devices.get(ids)).map((device) => [device.id, device]));
      const found = rows.flatMap((row, i) => {
        const match = matches[i];
        const device = match?.kind === 'matched' ? devices.get(match.deviceId) : undefined;
        return device === undefined ? [] : [{ row, device }];
      });
      const taken = [...(await work(tx, found))];
      return matches.map((match): InventoryOutcome => {
        if (match.kind !== 'matched' || !devices.has(match.deviceId))
          return match.kind === 'ambiguous' ? 'ambiguous' : 'unmatched';
        return taken.shift() === true ? 'kept' : 'older';
      });
    });
    if (outcomes.includes('kept')) this.#tell();
    return outcomes;
  }

  #past(at: Instant): Instant {
    return Math.min(at, this.#clock.now());
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * When a device changed hands, or with its user its groups (partners may be for certain groups), what is kept of it is
 * judged anew, and partners are told of it as it may be shared now. A hook of the transaction that changes the device.
 */
export async function reclassifyInventory(tx: Transaction, before: DeviceRow, device: DeviceRow): Promise<void> {
  if (
    ownerTypeOf(before.resource) === ownerTypeOf(device.resource) &&
    before.resource.userId === device.resource.userId
  )
    return;
  const [current] = await tx.appInventory.ofDevices([device.id]);
  if (current !== undefined)
    await tx.appInventory.put([
      {
        ...current,
        apps: await keptApps(device, current.apps, (platform) => someoneSeesAllApps(tx.documents, platform)),
      },
    ]);
  await tx.appInventory.touch([device.id]);
  await tx.certificateInventory.touch([device.id]);
}

/**
 * Keeps of these devices what may be kept now. Partners are told of those of which something went. Answers of how
 * many that is.
 */
export async function forgetUnseen(tx: Transaction, deviceIds: readonly string[]): Promise<number> {
  const devices = new Map((await tx.devices.get(deviceIds)).map((device) => [device.id, device]));
  const seenByAll = rememberedByPlatform((platform) => someoneSeesAllApps(tx.documents, platform));
  const sets: DeviceApps[] = [];
  let fewer = 0;
  for (const current of await tx.appInventory.ofDevices(deviceIds)) {
    const device = devices.get(current.deviceId);
    if (device === undefined) continue;
    const apps = await keptApps(device, current.apps, seenByAll);
    if (apps.length < current.apps.length) fewer += 1;
    sets.push({ ...current, apps });
  }
  await tx.appInventory.put(sets);
  return fewer;
}

/**
 * These users, groups or devices came into a group or left one: partners for certain groups are told of their
 * devices as they may be shared now. Part of the transaction that changes the group, while `memberIds` are known.
 */
export async function regroupInventory(
  tx: Transaction,
  view: Pick<AccessView, 'devicesOfUser'>,
  memberIds: readonly string[],
): Promise<void> {
  const connectors = await tx.documents.list('mobileThreatDefenseConnector');
  if (connectors.every(({ body }) => !Array.isArray(body.enrolmentGroupIds) || body.enrolmentGroupIds.length === 0))
    return;
  const members = new Set(memberIds);
  const inside = Map.groupBy(await tx.members.all(), ({ groupId }) => groupId);
  // Groups within groups; a set that grows while it is walked ends a circle too.
  for (const id of members) for (const { memberId } of inside.get(id) ?? []) members.add(memberId);
  const deviceIds = [...members].flatMap((id) => [id, ...view.devicesOfUser(id)]);
  await tx.appInventory.touch(deviceIds);
  await tx.certificateInventory.touch(deviceIds);
}

function ofDevice({ id, resource }: DeviceRow): { readonly deviceId: string; readonly platform: Platform } {
  return { deviceId: id, platform: platformOf(resource.operatingSystem as string) };
}

async function forgetBoth(tx: Transaction, deviceIds: readonly string[]): Promise<boolean> {
  const apps = await tx.appInventory.forget(deviceIds);
  const certificates = await tx.certificateInventory.forget(deviceIds);
  return apps || certificates;
}
