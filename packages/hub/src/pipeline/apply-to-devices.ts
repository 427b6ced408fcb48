import { viewsOfSuperseded, type DeviceFacts, type MatchEvidence, type Signal, type SignalLimits } from '@sallyport/core';
import type { Clock } from '../platform/clock.ts';
import type { FindingRow, PostureRow, Store, Transaction } from '../store/store.ts';
import type { Fleet } from './fleet.ts';
import type { Match } from './match-device.ts';
import type { Memory } from './memory.ts';
import { holdEffects, type HoldEffect } from './hold-signals.ts';
import { holdSignal, mergeSignal, releaseSignal, workingPosture, type WorkingPosture } from './merge-signals.ts';
import { findingHistory } from './note-history.ts';
import type { ReportOutcome } from './ports.ts';
import { toDeviceFacts } from './rules-from-documents.ts';
import type { Serial } from './serial.ts';
import { settleDevices } from './settle-devices.ts';
import { waitForClock } from './wait-for-clock.ts';

export interface TakeDependencies {
  readonly store: Store;
  readonly memory: Memory;
  readonly serial: Serial;
  readonly clock: Clock;
  /** Names this process in what it publishes. */
  readonly origin: string;
}

export interface Applied {
  /** In the order of the signals; empty where a signal had no device. */
  readonly statuses: readonly (ReportOutcome['status'] | undefined)[];
  readonly postures: readonly PostureRow[];
}

/**
 * Merges signals into their devices' postures, evaluates each device once, and writes what came of it.
 * @param read what was read of devices in this transaction, and not written since
 */
export async function applyToDevices(
  tx: Transaction, deps: TakeDependencies, signals: readonly Signal[], matches: readonly Match[], now: number, read: Kept = NOTHING_KEPT,
): Promise<Applied> {
  const { signalLimits: limits } = deps.memory;
  const alarms = signals.flatMap((signal, i) => deps.memory.commonKeys.alarm(signal, matches[i] as Match, limits, now, deps.origin));
  if (alarms.length > 0) await tx.outbox.append(alarms);
  const holds = signals.map((signal, i) => holdEffects(deps.memory.fleet, signal, matches[i] as Match, limits));
  const meant = [...new Set([...matches.flatMap((m) => (m.kind === 'matched' ? [m.deviceId] : [])), ...holds.flat().map(({ deviceId }) => deviceId)])];
  if (meant.length === 0) return { statuses: signals.map(() => undefined), postures: [] };
  const ids = withSuperseded(deps.memory.fleet, meant);
  const inDoubt = deps.clock.inDoubt === true;
  // While the clock is in doubt no instant is pulled back: it may be the clock that is wrong.
  const working = await loadWorking(tx, ids, signals, read, inDoubt ? Infinity : now, limits);
  const counting = inDoubt ? await waitForClock(tx, signals, matches, now) : signals;
  const statuses = counting.map((signal, i) => {
    const match = matches[i] as Match;
    for (const { deviceId, kind } of holds[i] as readonly HoldEffect[]) {
      const of = working.get(deviceId) as WorkingPosture;
      if (kind === 'hold') holdSignal(of, signal, limits);
      // A hold is released when the report counts for good.
      else if (!inDoubt) releaseSignal(of, signal);
    }
    if (match.kind !== 'matched') return undefined;
    const status = mergeSignal(working.get(match.deviceId) as WorkingPosture, signal, match.evidence ?? NO_EVIDENCE, limits);
    return inDoubt ? 'accepted' : status;
  });
  followSuccessors(deps.memory.fleet, working);
  const changed = [...working.values()].filter((w) => w.cause !== null);
  const facts = await factsOf(tx, deps.memory, changed.map((w) => w.deviceId));
  const findings = [...working.values()].flatMap((w) => [...w.changedFindings.values()]);
  if (findings.length > 0) await tx.findings.put(findings.map(({ after }) => after));
  const unsettled = changed.flatMap(({ deviceId, views, before, cause }) => {
    const device = facts.get(deviceId);
    return device === undefined ? [] : [{ device, before, views, failing: before?.failing ?? {}, cause }];
  });
  const { postures } = await settleDevices(tx, deps, unsettled, now, findingHistory(findings, now));
  return { statuses, postures };
}

/** With the records that these devices superseded: what is reported of a phone is reported of all its records. */
function withSuperseded(fleet: Fleet, ids: readonly string[]): readonly string[] {
  return fleet.supersededCount === 0 ? ids : [...new Set(ids.flatMap((id) => [id, ...fleet.supersededBy(id)]))];
}

function followSuccessors(fleet: Fleet, working: ReadonlyMap<string, WorkingPosture>): void {
  if (fleet.supersededCount === 0) return;
  for (const { deviceId, views, cause } of working.values()) {
    if (cause === null) continue;
    for (const id of fleet.supersededBy(deviceId)) {
      const old = working.get(id);
      if (old !== undefined) Object.assign(old, { views: viewsOfSuperseded(views), cause });
    }
  }
}

/** What the store holds of devices. */
export interface Kept {
  readonly ids: readonly string[];
  readonly postures: readonly PostureRow[];
  readonly findings: readonly FindingRow[];
}

const NO_EVIDENCE: MatchEvidence = {};

export const NOTHING_KEPT: Kept = { ids: [], postures: [], findings: [] };

/** Findings only where one of the signals may touch any. */
export async function readKept(tx: Transaction, ids: readonly string[], signals: readonly Signal[]): Promise<Kept> {
  if (ids.length === 0) return NOTHING_KEPT;
  const withFindings = signals.some((s) => s.findings.length > 0 || (s.securedEndsFindings !== undefined && s.state === 'secured'));
  const [postures, findings] = await Promise.all([tx.postures.get(ids), withFindings ? tx.findings.ofDevices(ids) : []]);
  return { ids, postures, findings };
}

async function loadWorking(
  tx: Transaction, ids: readonly string[], signals: readonly Signal[], read: Kept, now: number, limits: SignalLimits,
): Promise<Map<string, WorkingPosture>> {
  const known = new Set(read.ids);
  const others = await readKept(tx, ids.filter((id) => !known.has(id)), signals);
  const before = new Map([...read.postures, ...others.postures].map((p) => [p.deviceId, p]));
  const findings = Map.groupBy([...read.findings, ...others.findings], (f) => f.deviceId);
  return new Map(ids.map((id) => [id, workingPosture(id, before.get(id), findings.get(id) ?? [], now, limits)]));
}

type Identified = { readonly facts: DeviceFacts; readonly entraDeviceId: string | null; readonly easDeviceId: string | null };

/** From memory; a device that another process has just registered is read from the store. */
async function factsOf(tx: Transaction, memory: Memory, ids: readonly string[]): Promise<ReadonlyMap<string, Identified>> {
  const known = new Map<string, Identified>();
  const unknown: string[] = [];
  for (const id of ids) {
    const device = memory.fleet.get(id);
    if (device === undefined) unknown.push(id);
    else known.set(id, device);
  }
  if (unknown.length > 0) {
    for (const row of await tx.devices.get(unknown)) known.set(row.id, identified(row.resource));
  }
  return known;
}

export function identified(resource: Readonly<Record<string, unknown>>): Identified {
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value.toLowerCase() : null);
  return { facts: toDeviceFacts(resource), entraDeviceId: text(resource.azureADDeviceId), easDeviceId: text(resource.easDeviceId) };
}
