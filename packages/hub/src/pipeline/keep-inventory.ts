import { randomUUID } from 'node:crypto';
import type { DeviceKey, InstalledApp, InstalledCertificate, Instant, OwnerType, Platform } from '@sallyport/core';
import { isKeptApp, isListedApp, platformOf } from '@sallyport/core';
import type { Clock } from '../platform/clock.ts';
import type { DeviceRow, KeptApp, Store, Transaction } from '../store/store.ts';
import { ownerTypeOf, someoneSeesAllApps } from './inventory-sharing.ts';
import { matchDevices } from './match-device.ts';
import type { AccessView } from './ports.ts';

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
  keepCertificates(rows: readonly (Collected & { readonly certificates: readonly InstalledCertificate[] })[]): Promise<readonly InventoryOutcome[]>;
  /** Forgets the inventories of a device that its management has let go. */
  release(row: Omit<Collected, 'collectedAt'>): Promise<InventoryOutcome>;
  /** Forgets them because an administrator says so. */
  forget(actor: string, deviceId: string): Promise<void>;
  /** `listener` is called after something was kept or forgotten by this process. */
  onChanged(listener: () => void): void;
}

export interface KeepInventoryOptions {
  readonly store: Store;
  readonly clock: Clock;
}

/** The one place where inventories are written: whose it is, what of it is kept, and what administrators see. */
export class KeepInventory implements InventoryKeeper {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #listeners: (() => void)[] = [];

  constructor({ store, clock }: KeepInventoryOptions) {
    this.#store = store;
    this.#clock = clock;
  }

  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  keepApps(rows: readonly CollectedApps[]): Promise<readonly InventoryOutcome[]> {
    return this.#write(rows, async (tx, found) => {
      const seenByAll = rememberedByPlatform((platform) => someoneSeesAllApps(tx.documents, platform));
      const sets = [];
      for (const { row, device } of found) {
        const managed = row.managedElsewhere === true ? await tx.appInventory.managedApps(device.id) : undefined;
        const apps = row.managedElsewhere === true ? withManaged(row.apps, managed) : row.apps;
        sets.push({ ...ofDevice(device), source: row.source, collectedAt: this.#past(row.collectedAt), apps: await keptApps(device, apps, seenByAll) });
      }
      return tx.appInventory.put(sets);
    });
  }

  async keepManagedApps(row: Collected & { readonly appIds: readonly string[] }): Promise<InventoryOutcome> {
    const outcomes = await this.#write([row], async (tx, found) => Promise.all(found.map(async ({ device }) => {
      if (!(await tx.appInventory.putManagedApps(device.id, row.appIds, this.#past(row.collectedAt)))) return false;
      const [current] = await tx.appInventory.ofDevices([device.id]);
      if (current !== undefined) {
        await tx.appInventory.put([{ ...current, apps: await keptApps(device, withManaged(current.apps, row.appIds), (platform) => someoneSeesAllApps(tx.documents, platform)) }]);
      }
      return true;
    })));
    return outcomes[0] ?? 'unmatched';
  }

  keepCertificates(rows: readonly (Collected & { readonly certificates: readonly InstalledCertificate[] })[]): Promise<readonly InventoryOutcome[]> {
    return this.#write(rows, async (tx, found) => tx.certificateInventory.put(found.map(({ row, device }) => (
      { ...ofDevice(device), source: row.source, collectedAt: this.#past(row.collectedAt), certificates: row.certificates }
    ))));
  }

  async release(row: Omit<Collected, 'collectedAt'>): Promise<InventoryOutcome> {
    const outcomes = await this.#write([row], async (tx, found) => {
      await forgetBoth(tx, found.map(({ device }) => device.id));
      return found.map(() => true);
    });
    return outcomes[0] ?? 'unmatched';
  }

  async forget(actor: string, deviceId: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await forgetBoth(tx, [deviceId]);
      await tx.audit.append([{
        id: randomUUID(), at: this.#clock.now(), actor, operation: 'Delete', resourceType: 'deviceInventory', resourceId: deviceId, changes: [],
      }]);
    });
    this.#tell();
  }

  /** Finds the devices, and runs `work` on those that are certain; it answers which were taken. */
  async #write<Row extends Omit<Collected, 'collectedAt'>>(
    rows: readonly Row[], work: (tx: Transaction, found: readonly { readonly row: Row; readonly device: DeviceRow }[]) => Promise<readonly boolean[]>,
  ): Promise<readonly InventoryOutcome[]> {
    const outcomes = await this.#store.transaction(async (tx) => {
      const { matches, learnt } = await matchDevices(tx, rows.map((row) => ({
        connectorId: row.source, reportId: '', observedAt: 0, findings: [],
        keys: [...row.keys, ...(row.ownId === undefined ? [] : [{ type: 'vendorDeviceId' as const, value: row.ownId }])],
      })), () => false);
      const news = learnt.flat();
      if (news.length > 0) await tx.vendorDevices.learn(news);
      const ids = matches.flatMap((match) => (match.kind === 'matched' ? [match.deviceId] : []));
      const devices = new Map((await tx.devices.get(ids)).map((device) => [device.id, device]));
      const found = rows.flatMap((row, i) => {
        const match = matches[i];
        const device = match?.kind === 'matched' ? devices.get(match.deviceId) : undefined;
        return device === undefined ? [] : [{ row, device }];
      });
      const taken = [...await work(tx, found)];
      return matches.map((match): InventoryOutcome => {
        if (match.kind !== 'matched' || !devices.has(match.deviceId)) return match.kind === 'ambiguous' ? 'ambiguous' : 'unmatched';
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
 * A device changed hands: what is kept of it is judged anew, and partners are told of it as it may be shared
 * now. Part of the transaction that changes the device.
 */
export async function reclassifyInventory(tx: Transaction, device: DeviceRow): Promise<void> {
  const [current] = await tx.appInventory.ofDevices([device.id]);
  if (current !== undefined) await tx.appInventory.put([{ ...current, apps: await keptApps(device, current.apps, (platform) => someoneSeesAllApps(tx.documents, platform)) }]);
  await tx.appInventory.touch([device.id]);
  await tx.certificateInventory.touch([device.id]);
}

/**
 * These users, groups or devices came into a group or left one: partners for certain groups are told of their
 * devices as they may be shared now. Part of the transaction that changes the group, while `memberIds` are known.
 */
export async function regroupInventory(tx: Transaction, view: Pick<AccessView, 'devicesOfUser'>, memberIds: readonly string[]): Promise<void> {
  const connectors = await tx.documents.list('mobileThreatDefenseConnector');
  if (connectors.every(({ body }) => !Array.isArray(body.enrolmentGroupIds) || body.enrolmentGroupIds.length === 0)) return;
  const members = new Set(memberIds);
  const inside = Map.groupBy(await tx.members.all(), ({ groupId }) => groupId);
  // Groups within groups; a set that grows while it is walked ends a circle too.
  for (const id of members) for (const { memberId } of inside.get(id) ?? []) members.add(memberId);
  const deviceIds = [...members].flatMap((id) => [id, ...view.devicesOfUser(id)]);
  await tx.appInventory.touch(deviceIds);
  await tx.certificateInventory.touch(deviceIds);
}

/** For batches: the connectors are looked at once. */
function rememberedByPlatform(ask: (platform: Platform) => Promise<boolean>): (platform: Platform) => Promise<boolean> {
  const answers = new Map<Platform, Promise<boolean>>();
  return (platform) => {
    const answer = answers.get(platform) ?? ask(platform);
    answers.set(platform, answer);
    return answer;
  };
}

/** What is kept of the apps of a device, and what of that administrators see. */
async function keptApps(
  { resource }: DeviceRow, apps: readonly InstalledApp[], someoneSeesAll: (platform: Platform) => Promise<boolean>,
): Promise<readonly KeptApp[]> {
  const platform = platformOf(resource.operatingSystem as string);
  const owner = ownerTypeOf(resource);
  const seenByAll = owner === 'company' || await someoneSeesAll(platform);
  const appPlatform = appPlatformOf(platform, owner);
  return apps.filter((app) => isKeptApp(app, owner, seenByAll)).map((app) => ({ ...app, appPlatform, listed: isListedApp(app, owner) }));
}

function ofDevice({ id, resource }: DeviceRow): { readonly deviceId: string; readonly platform: Platform } {
  return { deviceId: id, platform: platformOf(resource.operatingSystem as string) };
}

/** Without a list of managed apps it is not known of any. */
function withManaged(apps: readonly InstalledApp[], managed: readonly string[] | undefined): readonly InstalledApp[] {
  const ids = managed && new Set(managed);
  return apps.map((app) => ({ ...app, managed: ids && (app.appId !== undefined && ids.has(app.appId)) }));
}

async function forgetBoth(tx: Transaction, deviceIds: readonly string[]): Promise<void> {
  await tx.appInventory.forget(deviceIds);
  await tx.certificateInventory.forget(deviceIds);
}

/** Graph's `detectedAppPlatformType` of the apps of a device. */
function appPlatformOf(platform: Platform, owner: OwnerType): string {
  switch (platform) {
    case 'iOS': return 'ios';
    case 'macOS': return 'macOS';
    case 'windows': return 'windows';
    case 'android': return owner === 'company' ? 'androidDedicatedAndFullyManaged' : owner === 'personal' ? 'androidWorkProfile' : 'unknown';
    default: return 'unknown';
  }
}
