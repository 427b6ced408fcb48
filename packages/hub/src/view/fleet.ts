import type { AndroidManagement, DeviceFacts, PartnerWord, Platform, Signal } from '@sallyport/core';
import type { DeviceSnapshotRow, PostureRow } from '../store/store.ts';
import { IdColumn } from './columns/id-column.ts';
import { KeyColumn } from './columns/key-column.ts';
import { NumberColumn } from './columns/number-column.ts';
import { PostureColumn } from './columns/posture-column.ts';
import type { HeldPosture } from './columns/held-posture.ts';
import { SharedParts, type DeviceKind } from './columns/shared-parts.ts';
import { holdKeys, holdKeysOf } from './hold-keys.ts';
import type { DeviceClaim } from './ports.ts';
import { TermIndex } from './term-index.ts';

const NO_DEVICES: readonly string[] = [];
const NO_VIEWS: readonly PartnerWord[] = [];

/** A device as it was when it was asked for. */
export class FleetDevice implements DeviceFacts {
  readonly id: string;
  readonly platform: Platform;
  readonly androidManagement: AndroidManagement | undefined;
  readonly operatingSystem: string;
  readonly systemUnknown: boolean | undefined;
  readonly systemNewlyRead: boolean | undefined;
  readonly strict: boolean | undefined;
  readonly supersededBy: string | undefined;
  readonly osVersion: string;
  readonly userId: string | undefined;
  readonly lastSyncAt: number;
  readonly enrolledAt: number;
  readonly posture: HeldPosture | undefined;
  readonly #fleet: Fleet;

  constructor(
    fleet: Fleet,
    id: string,
    kind: DeviceKind,
    userId: string | undefined,
    lastSyncAt: number,
    enrolledAt: number,
    posture: HeldPosture | undefined,
  ) {
    this.#fleet = fleet;
    this.id = id;
    this.platform = kind.platform;
    this.androidManagement = kind.androidManagement;
    this.operatingSystem = kind.operatingSystem;
    this.systemUnknown = kind.systemUnknown;
    this.systemNewlyRead = kind.systemNewlyRead;
    this.strict = kind.strict;
    this.supersededBy = fleet.successorOf(id);
    this.osVersion = kind.osVersion;
    this.userId = userId;
    this.lastSyncAt = lastSyncAt;
    this.enrolledAt = enrolledAt;
    this.posture = posture;
  }

  get facts(): DeviceFacts {
    return this;
  }

  /** As the fleet knows it now; asked for seldom, so it is not made beforehand. */
  get entraDeviceId(): string | null {
    return this.#fleet.namesOf(this.id).entraDeviceId;
  }

  get easDeviceId(): string | null {
    return this.#fleet.namesOf(this.id).easDeviceId;
  }
}

/**
 * Every device with its posture, found by the ids that gateways know. A fleet of a million must fit, so a device is a
 * row in columns, which take a fifth of what objects would, and nothing of the collector's time.
 */
export class Fleet {
  readonly #ids = new IdColumn();
  readonly #entraIds = new IdColumn();
  /** ActiveSync ids are chosen by clients: two devices may claim one, and then it names neither. */
  readonly #easIds = new KeyColumn();
  readonly #users: KeyColumn;
  /** `undefined`: there is no device in this row. */
  readonly #kinds: (DeviceKind | undefined)[] = [];
  readonly #lastSync = new NumberColumn();
  readonly #enrolled = new NumberColumn();
  readonly #shared = new SharedParts();
  readonly #postures = new PostureColumn(this.#shared);
  readonly #freeRows: number[] = [];
  readonly #timed = new Set<number>();
  /** By `holdKeys`: the devices that bad news is held against. */
  readonly #holds = new Map<string, Set<string>>();
  /** Values of vendors that no table holds, with the devices that are unknown because of them. */
  readonly terms = new TermIndex();
  /** Superseded records, by their own ids and by those of the records that superseded them. Few. */
  readonly #successors = new Map<string, string>();
  readonly #superseded = new Map<string, Set<string>>();
  #loaded = 0;
  #touched = new Set<string>();
  #allTouched = true;

  readonly #named: (kind: DeviceKind) => DeviceKind;

  /**
   * @param ownerId answers the same id as a text that is in memory already
   * @param named gives a kind whose system's name is in no table the platform that an administrator gave that name
   */
  constructor(
    ownerId: (userId: string) => string = (userId) => userId,
    named: (kind: DeviceKind) => DeviceKind = (kind) => kind,
  ) {
    this.#users = new KeyColumn(ownerId);
    this.#named = named;
  }

  get size(): number {
    return this.#kinds.length - this.#freeRows.length;
  }

  get(id: string): FleetDevice | undefined {
    const row = this.#ids.find(id);
    return row === undefined ? undefined : this.#device(row, id);
  }

  /** One after the other. What is put or removed meanwhile may be among them or not. */
  *all(): Generator<FleetDevice> {
    for (let row = 0; row < this.#kinds.length; row += 1) {
      const id = this.#ids.get(row);
      if (id !== undefined) yield this.#device(row, id);
    }
  }

  /** Those of these that there are, one after the other. */
  *these(ids: Iterable<string>): Generator<FleetDevice> {
    for (const id of ids) {
      const device = this.get(id);
      if (device !== undefined) yield device;
    }
  }

  *ids(): Generator<string> {
    for (let row = 0; row < this.#kinds.length; row += 1) {
      const id = this.#ids.get(row);
      if (id !== undefined) yield id;
    }
  }

  /** Devices whose system has a name that is in no table, with an administrator's or without. */
  *withOwnSystemName(): Generator<FleetDevice> {
    for (let row = 0; row < this.#kinds.length; row += 1) {
      if (this.#kinds[row]?.systemUnknown === true) yield this.#device(row);
    }
  }

  /** The device that a claim names; `undefined` when it names none, or several: the id of one may be the Entra id of another. */
  claimed({ grade, value }: DeviceClaim): FleetDevice | undefined {
    const key = value.toLowerCase();
    if (grade === 'easDeviceId') return this.#deviceIn(onlyOne(this.#liveAmong(this.#easIds.find(key))));
    const byId = this.#ids.find(key);
    const byEntraId = this.#entraIds.find(key);
    return byId !== undefined && byEntraId !== undefined && byId !== byEntraId
      ? undefined
      : this.#deviceIn(byId ?? byEntraId);
  }

  /** What others call a device; nothing where there is none of this id. */
  namesOf(id: string): { readonly entraDeviceId: string | null; readonly easDeviceId: string | null } {
    const row = this.#ids.find(id);
    if (row === undefined) return { entraDeviceId: null, easDeviceId: null };
    return { entraDeviceId: this.#entraIds.get(row) ?? null, easDeviceId: this.#easIds.get(row) ?? null };
  }

  /** Devices that time alone has changed by `now`: a grace period ended, or something a partner reported counts no longer. Few. */
  changedByTime(now: number): readonly FleetDevice[] {
    const ended: FleetDevice[] = [];
    for (const row of this.#timed) {
      if ((this.#postures.changesAt(row) ?? Infinity) <= now) ended.push(this.#device(row));
    }
    return ended;
  }

  ofUser(userId: string): readonly string[] {
    return this.#users.find(userId).map((row) => this.#ids.get(row) as string);
  }

  /** At the start. What somebody else has put meanwhile is newer than the row that was being read. */
  load(row: DeviceSnapshotRow): void {
    if (this.size !== this.#loaded && this.#ids.find(row.id) !== undefined) return;
    this.#add(row);
    this.#loaded += 1;
  }

  put(row: DeviceSnapshotRow): void {
    this.remove(row.id);
    this.#add(row);
  }

  remove(id: string): void {
    const row = this.#ids.find(id);
    if (row === undefined) return;
    if (this.#postures.viewCount(row) > 1) this.#touched.add(id);
    this.#noteViews(id, this.#postures.viewsOf(row), NO_VIEWS);
    this.#setSuccessor(id, undefined);
    this.#ids.delete(row);
    this.#entraIds.delete(row);
    this.#easIds.delete(row);
    this.#users.delete(row);
    this.#kinds[row] = undefined;
    this.#postures.set(row, undefined);
    this.#timed.delete(row);
    this.#freeRows.push(row);
  }

  /** Devices against which the identity that a signal comes from has bad news held; nearly always none. */
  heldBy(connectorId: string, signal: Signal): readonly string[] {
    if (this.#holds.size === 0) return NO_DEVICES;
    const found = new Set<string>();
    for (const key of holdKeysOf(connectorId, signal))
      for (const id of this.#holds.get(key) ?? NO_DEVICES) found.add(id);
    return [...found];
  }

  /** Devices that bad news is held against, or was until just now. Few. */
  withHolds(): Iterable<FleetDevice> {
    return this.these(new Set([...this.#holds.values()].flatMap((ids) => [...ids])));
  }

  /** The record that superseded this one. */
  successorOf(id: string): string | undefined {
    return this.#successors.size === 0 ? undefined : this.#successors.get(id);
  }

  /** The records that this one superseded. */
  supersededBy(id: string): readonly string[] {
    const ids = this.#superseded.get(id);
    return ids === undefined ? NO_DEVICES : [...ids];
  }

  get supersededCount(): number {
    return this.#successors.size;
  }

  setPosture(posture: PostureRow): void {
    const row = this.#ids.find(posture.deviceId);
    if (row === undefined) return;
    this.#noteViews(posture.deviceId, this.#postures.viewsOf(row), posture.views);
    if (posture.views.length > 1 || this.#postures.viewCount(row) > 1) this.#touched.add(posture.deviceId);
    this.#postures.set(row, posture);
    this.#noteTime(row);
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

  #add(device: DeviceSnapshotRow): void {
    const row = this.#freeRows.pop() ?? this.#kinds.length;
    this.#kinds[row] = this.#shared.kind(device);
    this.#ids.set(row, device.id);
    this.#setSuccessor(device.id, device.supersededBy);
    if (device.azureADDeviceId !== null) this.#entraIds.set(row, device.azureADDeviceId.toLowerCase());
    if (device.easDeviceId !== null) this.#easIds.set(row, device.easDeviceId.toLowerCase());
    if (device.userId !== null) this.#users.set(row, device.userId);
    this.#lastSync.set(row, device.lastSyncAt);
    this.#enrolled.set(row, device.enrolledAt);
    this.#postures.set(row, device.posture ?? undefined);
    this.#noteViews(device.id, NO_VIEWS, device.posture?.views ?? NO_VIEWS);
    this.#noteTime(row);
    if (!this.#allTouched && this.#postures.viewCount(row) > 1) this.#touched.add(device.id);
  }

  #setSuccessor(id: string, successor: string | undefined): void {
    const before = this.#successors.get(id);
    if (before === successor) return;
    const others = before === undefined ? undefined : this.#superseded.get(before);
    others?.delete(id);
    if (before !== undefined && others?.size === 0) this.#superseded.delete(before);
    if (successor === undefined) {
      this.#successors.delete(id);
      return;
    }
    this.#successors.set(id, successor);
    const ofSuccessor = this.#superseded.get(successor);
    if (ofSuccessor === undefined) this.#superseded.set(successor, new Set([id]));
    else ofSuccessor.add(id);
  }

  /** Records of one phone are one device. */
  #liveAmong(rows: readonly number[]): readonly number[] {
    return rows.length < 2 || this.#successors.size === 0
      ? rows
      : rows.filter((row) => !this.#successors.has(this.#ids.get(row) as string));
  }

  #deviceIn(row: number | undefined): FleetDevice | undefined {
    return row === undefined ? undefined : this.#device(row);
  }

  #device(row: number, id = this.#ids.get(row) as string): FleetDevice {
    const kind = this.#kinds[row] as DeviceKind;
    return new FleetDevice(
      this,
      id,
      kind.systemUnknown === true ? this.#named(kind) : kind,
      this.#users.get(row),
      this.#lastSync.get(row),
      this.#enrolled.get(row),
      this.#postures.get(row),
    );
  }

  #noteViews(id: string, before: readonly PartnerWord[], after: readonly PartnerWord[]): void {
    this.#noteHolds(id, before, after);
    this.terms.note(id, before, after);
  }

  #noteHolds(id: string, before: readonly PartnerWord[], after: readonly PartnerWord[]): void {
    for (const key of keysOfHolds(before)) {
      const ids = this.#holds.get(key);
      ids?.delete(id);
      if (ids?.size === 0) this.#holds.delete(key);
    }
    for (const key of keysOfHolds(after)) {
      const ids = this.#holds.get(key);
      if (ids === undefined) this.#holds.set(key, new Set([id]));
      else ids.add(id);
    }
  }

  #noteTime(row: number): void {
    if (this.#postures.changesAt(row) === null) this.#timed.delete(row);
    else this.#timed.add(row);
  }
}

function keysOfHolds(views: readonly PartnerWord[]): readonly string[] {
  if (!views.some(({ held }) => held !== undefined)) return NO_DEVICES;
  return views.flatMap(({ connectorId, held }) => (held === undefined ? [] : holdKeys(connectorId, held)));
}

function onlyOne(rows: readonly number[]): number | undefined {
  return rows.length === 1 ? rows[0] : undefined;
}
