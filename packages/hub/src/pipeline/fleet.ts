import type { AndroidManagement, DeviceFacts, Platform } from '@sallyport/core';
import type { DeviceSnapshotRow, PostureRow } from '../store/store.ts';
import type { DeviceClaim } from './ports.ts';
import { SharedParts } from './shared-parts.ts';

const SECOND = 1_000;

/** One device in memory. Small on purpose: a fleet of a million must fit (at most 1 KiB each), so it is its own facts. */
export class FleetDevice implements DeviceFacts {
  readonly id: string;
  readonly platform: Platform;
  readonly androidManagement: AndroidManagement | undefined;
  readonly operatingSystem: string;
  readonly osVersion: string;
  readonly userId: string | undefined;
  /** Seconds since 1970: small enough that the engine keeps them in the object itself. Rules count in days. */
  readonly #lastSync: number;
  readonly #enrolled: number;
  readonly entraDeviceId: string | null;
  readonly easDeviceId: string | null;
  posture: PostureRow | undefined;

  /** @param userId the owner's id as a text that is in memory already */
  constructor(row: DeviceSnapshotRow, userId: string | undefined, shared: SharedParts) {
    this.id = row.id;
    this.operatingSystem = shared.word(row.operatingSystem);
    this.platform = shared.platform(this.operatingSystem);
    this.androidManagement = row.androidManagement === null ? undefined : shared.word(row.androidManagement);
    this.osVersion = shared.word(row.osVersion);
    this.userId = userId;
    this.#lastSync = Math.floor(row.lastSyncAt / SECOND);
    this.#enrolled = Math.floor(row.enrolledAt / SECOND);
    this.entraDeviceId = row.azureADDeviceId?.toLowerCase() ?? null;
    this.easDeviceId = row.easDeviceId?.toLowerCase() ?? null;
    this.posture = row.posture === null ? undefined : shared.posture(row.posture, row.id);
  }

  get facts(): DeviceFacts {
    return this;
  }

  get lastSyncAt(): number {
    return this.#lastSync * SECOND;
  }

  get enrolledAt(): number {
    return this.#enrolled * SECOND;
  }
}

/** Every device with its posture, found by the ids that gateways know. */
export class Fleet {
  readonly #devices = new Map<string, FleetDevice>();
  readonly #byEntraId = new Map<string, string>();
  /** ActiveSync ids are chosen by clients: two devices may claim one, and then it names neither. */
  readonly #byEasId = new Map<string, Ids>();
  readonly #inGrace = new Set<FleetDevice>();
  readonly #byUser = new Map<string, Ids>();
  readonly #shared = new SharedParts();
  readonly #ownerId: (userId: string) => string;
  #loaded = 0;
  #touched = new Set<string>();
  #allTouched = true;

  /** @param ownerId answers the same id as a text that is in memory already */
  constructor(ownerId: (userId: string) => string = (userId) => userId) {
    this.#ownerId = ownerId;
  }

  get size(): number {
    return this.#devices.size;
  }

  get(id: string): FleetDevice | undefined {
    return this.#devices.get(id);
  }

  all(): IterableIterator<FleetDevice> {
    return this.#devices.values();
  }

  ids(): IterableIterator<string> {
    return this.#devices.keys();
  }

  find(claim: DeviceClaim): string | undefined {
    const value = claim.value.toLowerCase();
    if (claim.grade !== 'easDeviceId') return this.#devices.has(value) ? value : this.#byEntraId.get(value);
    const found = this.#byEasId.get(value);
    return typeof found === 'string' ? found : undefined;
  }

  /** Devices whose grace period runs; few. */
  inGrace(): Iterable<FleetDevice> {
    return this.#inGrace;
  }

  ofUser(userId: string): readonly string[] {
    const found = this.#byUser.get(userId);
    return found === undefined ? [] : typeof found === 'string' ? [found] : found;
  }

  /** At the start. What somebody else has put meanwhile is newer than the row that was being read. */
  load(row: DeviceSnapshotRow): void {
    if (this.#devices.size !== this.#loaded && this.#devices.has(row.id)) return;
    this.#add(row);
    this.#loaded += 1;
  }

  put(row: DeviceSnapshotRow): void {
    this.remove(row.id);
    this.#add(row);
  }

  #add(row: DeviceSnapshotRow): void {
    const { id } = row;
    const device = new FleetDevice(row, row.userId === null ? undefined : this.#ownerId(row.userId), this.#shared);
    this.#devices.set(id, device);
    this.#noteGrace(device);
    if (hasSeveralViews(device.posture)) this.#touched.add(id);
    if (device.entraDeviceId !== null) this.#byEntraId.set(device.entraDeviceId, id);
    if (device.easDeviceId !== null) this.#byEasId.set(device.easDeviceId, withId(this.#byEasId.get(device.easDeviceId), id));
    const { userId } = device.facts;
    if (userId !== undefined) this.#byUser.set(userId, withId(this.#byUser.get(userId), id));
  }

  setPosture(posture: PostureRow): void {
    const device = this.#devices.get(posture.deviceId);
    if (device === undefined) return;
    if (hasSeveralViews(posture) || hasSeveralViews(device.posture)) this.#touched.add(device.id);
    device.posture = this.#shared.posture(posture, device.facts.id);
    this.#noteGrace(device);
  }

  /** What several partners come to may have changed for these devices, or for `all`. */
  touch(ids: Iterable<string> | 'all'): void {
    if (ids === 'all') this.#allTouched = true;
    else for (const id of ids) this.#touched.add(id);
  }

  /** Devices of several partners about which something changed since this was last asked. */
  takeTouched(): ReadonlySet<string> | 'all' {
    const touched = this.#allTouched ? 'all' : this.#touched;
    this.#allTouched = false;
    this.#touched = new Set();
    return touched;
  }

  #noteGrace(device: FleetDevice): void {
    if (device.posture?.graceUntil != null) this.#inGrace.add(device);
    else this.#inGrace.delete(device);
  }

  remove(id: string): void {
    const device = this.#devices.get(id);
    if (device === undefined) return;
    this.#devices.delete(id);
    this.#inGrace.delete(device);
    if (hasSeveralViews(device.posture)) this.#touched.add(id);
    if (device.entraDeviceId !== null && this.#byEntraId.get(device.entraDeviceId) === id) this.#byEntraId.delete(device.entraDeviceId);
    if (device.easDeviceId !== null) setOrDelete(this.#byEasId, device.easDeviceId, withoutId(this.#byEasId.get(device.easDeviceId), id));
    const { userId } = device.facts;
    if (userId !== undefined) setOrDelete(this.#byUser, userId, withoutId(this.#byUser.get(userId), id));
  }
}

function hasSeveralViews(posture: PostureRow | undefined): boolean {
  return posture !== undefined && posture.views.length > 1;
}

/** Most keys name one device: then there is no list. */
type Ids = string | readonly string[];

function withId(ids: Ids | undefined, id: string): Ids {
  // The list of two is written out because a spread one takes the room of seventeen.
  return ids === undefined ? id : typeof ids === 'string' ? [ids, id] : [...ids, id];
}

function withoutId(ids: Ids | undefined, id: string): Ids | undefined {
  const left = (typeof ids === 'string' ? [ids] : ids ?? []).filter((other) => other !== id);
  return left.length > 1 ? left : left[0];
}

function setOrDelete<V>(map: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
