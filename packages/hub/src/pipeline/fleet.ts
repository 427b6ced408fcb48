import type { DeviceFacts } from '@sallyport/core';
import { platformOf } from '@sallyport/core';
import type { DeviceSnapshotRow, PostureRow } from '../store/store.ts';
import type { DeviceClaim } from './ports.ts';

/** One device in memory. Small on purpose: a fleet of a million must fit (at most 1 KiB each). */
export interface FleetDevice {
  facts: DeviceFacts;
  entraDeviceId: string | null;
  easDeviceId: string | null;
  posture: PostureRow | undefined;
}

/** Every device with its posture, found by the ids that gateways know. */
export class Fleet {
  readonly #devices = new Map<string, FleetDevice>();
  readonly #byEntraId = new Map<string, string>();
  /** ActiveSync ids are chosen by clients: two devices may claim one, and then it names neither. */
  readonly #byEasId = new Map<string, string | readonly string[]>();
  readonly #inGrace = new Set<FleetDevice>();
  readonly #byUser = new Map<string, string | Set<string>>();
  /** The same words come back a million times ("Android", "17.2"); each is kept once. */
  readonly #words = new Map<string, string>();

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
    return found === undefined ? [] : typeof found === 'string' ? [found] : [...found];
  }

  put(row: DeviceSnapshotRow): void {
    this.remove(row.id);
    const device: FleetDevice = {
      facts: {
        id: row.id,
        platform: platformOf(row.operatingSystem),
        operatingSystem: this.#word(row.operatingSystem),
        osVersion: this.#word(row.osVersion),
        userId: row.userId ?? undefined,
        lastSyncAt: row.lastSyncAt,
        enrolledAt: row.enrolledAt,
      },
      entraDeviceId: row.azureADDeviceId?.toLowerCase() ?? null,
      easDeviceId: row.easDeviceId?.toLowerCase() ?? null,
      posture: row.posture ?? undefined,
    };
    this.#devices.set(row.id, device);
    this.#noteGrace(device);
    if (device.entraDeviceId !== null) this.#byEntraId.set(device.entraDeviceId, row.id);
    if (device.easDeviceId !== null) this.#addEas(device.easDeviceId, row.id);
    if (device.facts.userId !== undefined) this.#addToUser(device.facts.userId, row.id);
  }

  setPosture(posture: PostureRow): void {
    const device = this.#devices.get(posture.deviceId);
    if (device === undefined) return;
    device.posture = posture;
    this.#noteGrace(device);
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
    if (device.entraDeviceId !== null && this.#byEntraId.get(device.entraDeviceId) === id) this.#byEntraId.delete(device.entraDeviceId);
    if (device.easDeviceId !== null) this.#removeEas(device.easDeviceId, id);
    if (device.facts.userId !== undefined) this.#removeFromUser(device.facts.userId, id);
  }

  #word(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    this.#words.set(word, word);
    return word;
  }

  #addEas(easId: string, id: string): void {
    const found = this.#byEasId.get(easId);
    this.#byEasId.set(easId, found === undefined ? id : [...(typeof found === 'string' ? [found] : found), id]);
  }

  #removeEas(easId: string, id: string): void {
    const found = this.#byEasId.get(easId);
    const left = (typeof found === 'string' ? [found] : found ?? []).filter((other) => other !== id);
    if (left.length === 0) this.#byEasId.delete(easId);
    else this.#byEasId.set(easId, left.length === 1 ? (left[0] as string) : left);
  }

  #addToUser(userId: string, id: string): void {
    const found = this.#byUser.get(userId);
    if (found === undefined) this.#byUser.set(userId, id);
    else if (typeof found === 'string') this.#byUser.set(userId, new Set([found, id]));
    else found.add(id);
  }

  #removeFromUser(userId: string, id: string): void {
    const found = this.#byUser.get(userId);
    if (found === id) this.#byUser.delete(userId);
    else if (typeof found === 'object') found.delete(id);
  }
}
