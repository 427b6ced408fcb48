import {
  isOutdated,
  viewsOfSuperseded,
  type MatchEvidence,
  type PartnerView,
  type Signal,
  type SignalLimits,
  type Trace,
} from '@sallyport/core';
import type { Clock } from '../platform/clock.ts';
import type { CommonKeys } from './common-keys.ts';
import type { FindingRow, PostureRow, Store, Transaction } from '../store/store.ts';
import type { Match } from './match-device.ts';
import type { ReadModel } from '../view/read-model.ts';
import { holdEffects, type HoldEffect } from './hold-signals.ts';
import { holdSignal, mergeSignal, releaseSignal, workingPosture, type WorkingPosture } from './merge-signals.ts';
import { findingHistory } from './note-history.ts';
import type { ReportOutcome } from './ports.ts';
import { reportedSince } from './reported-since.ts';
import type { Serial } from '../view/serial.ts';
import { settleDevices } from './settle-devices.ts';
import { waitForClock } from './wait-for-clock.ts';
import { identified, type Identified } from '../view/snapshot-row.ts';

export interface TakeDependencies {
  readonly store: Store;
  readonly memory: ReadModel;
  readonly serial: Serial;
  readonly commonKeys: CommonKeys;
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
  tx: Transaction,
  deps: TakeDependencies,
  signals: readonly Signal[],
  matches: readonly Match[],
  now: number,
  read: Kept = NOTHING_KEPT,
): Promise<Applied> {
  const { signalLimits: limits } = deps.memory;
  const alarms = signals.flatMap((signal, i) =>
    deps.commonKeys.alarm(signal, matches[i] as Match, limits, now, deps.origin),
  );
  if (alarms.length > 0) await tx.outbox.append(alarms);
  const holds = signals.map((signal, i) => holdEffects(deps.memory.fleet, signal, matches[i] as Match, limits));
  const meant = [
    ...new Set([
      ...matches.flatMap((m) => (m.kind === 'matched' ? [m.deviceId] : [])),
      ...holds.flat().map(({ deviceId }) => deviceId),
    ]),
  ];
  if (meant.length === 0) return { statuses: signals.map(() => undefined), postures: [] };
  const inDoubt = deps.clock.inDoubt === true;
  // While the clock is in doubt no instant is pulled back: it may be the clock that is wrong.
  const { working, older } = await loadWorking(tx, meant, signals, read, inDoubt ? Infinity : now, limits);
  const counting = inDoubt ? await waitForClock(tx, signals, matches, now) : signals;
  const since = await reportedSince(tx, deps.memory.fleet, counting, holds, limits, now);
  const statuses = counting.map((signal, i) => {
    const match = matches[i] as Match;
    takeEffects(working, signal, {
      match,
      effects: holds[i] as readonly HoldEffect[],
      trace: since?.of(signal),
      limits,
      inDoubt,
    });
    since?.add(signal, limits);
    if (match.kind !== 'matched') return undefined;
    const status = mergeSignal(
      working.get(match.deviceId) as WorkingPosture,
      signal,
      match.evidence ?? NO_EVIDENCE,
      limits,
    );
    return inDoubt ? 'accepted' : status;
  });
  followSuccessors(older, working);
  const changed = [...working.values()].filter((w) => w.cause !== null);
  const facts = await factsOf(
    tx,
    deps.memory,
    changed.map((w) => w.deviceId),
  );
  const findings = [...working.values()].flatMap((w) => [...w.changedFindings.values()]);
  if (findings.length > 0) await tx.findings.put(findings.map(({ after }) => after));
  const unsettled = changed.flatMap(({ deviceId, views, before, cause }) => {
    const device = facts.get(deviceId);
    return device === undefined ? [] : [{ device, before, views, failing: before?.failing ?? {}, cause }];
  });
  const { postures } = await settleDevices(tx, deps, unsettled, now, findingHistory(findings, now));
  return { statuses, postures };
}

interface Holding {
  readonly match: Match;
  readonly effects: readonly HoldEffect[];
  readonly trace: Trace | undefined;
  readonly limits: SignalLimits;
  readonly inDoubt: boolean;
}

/** What a signal does to the devices that it may be about, and to those that it is known now not to be about. */
function takeEffects(
  working: ReadonlyMap<string, WorkingPosture>,
  signal: Signal,
  { match, effects, trace, limits, inDoubt }: Holding,
): void {
  const isOver = (): boolean => isOutdated(signal, comparableViews(working, signal, match, effects), trace, limits);
  for (const { deviceId, kind } of effects) {
    const of = working.get(deviceId) as WorkingPosture;
    if (kind === 'hold') holdSignal(of, signal, limits, isOver);
    // A hold is released when the report counts for good.
    else if (!inDoubt) releaseSignal(of, signal);
  }
}

/** Of the devices that a signal may be about, but for those that a clock which was ahead has stored. */
function comparableViews(
  working: ReadonlyMap<string, WorkingPosture>,
  signal: Signal,
  match: Match,
  effects: readonly HoldEffect[],
): readonly PartnerView[] {
  const ids = [...(match.kind === 'matched' ? [match.deviceId] : []), ...effects.map(({ deviceId }) => deviceId)];
  return ids.flatMap((id) => {
    const of = working.get(id);
    return of === undefined || of.ahead.has(signal.connectorId) ? [] : of.views;
  });
}

/** What is reported of a phone is reported of all its records. */
function followSuccessors(older: OlderRecords, working: ReadonlyMap<string, WorkingPosture>): void {
  for (const [successor, ids] of older) {
    const { views, cause } = working.get(successor) as WorkingPosture;
    if (cause === null) continue;
    for (const id of ids) Object.assign(working.get(id) as WorkingPosture, { views: viewsOfSuperseded(views), cause });
  }
}

/** The records that a device superseded. Of the store: another process may have written them since memory last heard. */
type OlderRecords = ReadonlyMap<string, readonly string[]>;

/** What the store holds of devices. */
export interface Kept {
  readonly ids: readonly string[];
  readonly postures: readonly PostureRow[];
  readonly findings: readonly FindingRow[];
  /** Only of those that superseded any. */
  readonly older: OlderRecords;
}

const NO_EVIDENCE: MatchEvidence = {};

export const NOTHING_KEPT: Kept = { ids: [], postures: [], findings: [], older: new Map() };

/** Findings only where one of the signals may touch any. */
export async function readKept(tx: Transaction, ids: readonly string[], signals: readonly Signal[]): Promise<Kept> {
  if (ids.length === 0) return NOTHING_KEPT;
  const withFindings = signals.some(
    (s) => s.findings.length > 0 || (s.securedEndsFindings !== undefined && s.state === 'secured'),
  );
  const [postures, findings, older] = await Promise.all([
    tx.postures.get(ids),
    withFindings ? tx.findings.ofDevices(ids) : [],
    tx.devices.olderRecordsOf(ids),
  ]);
  return {
    ids,
    postures,
    findings,
    older: new Map(ids.flatMap((id, i) => (older[i]?.length ? [[id, older[i]]] : []))),
  };
}

interface Working {
  /** The devices in question and the records that they superseded. */
  readonly working: ReadonlyMap<string, WorkingPosture>;
  readonly older: OlderRecords;
}

async function loadWorking(
  tx: Transaction,
  meant: readonly string[],
  signals: readonly Signal[],
  read: Kept,
  now: number,
  limits: SignalLimits,
): Promise<Working> {
  const named = await withRead(tx, read, meant, signals);
  const ofMeant = new Set(meant);
  const older = new Map([...named.older].filter(([id]) => ofMeant.has(id)));
  const ids = [...new Set([...meant, ...[...older.values()].flat()])];
  const all = await withRead(tx, named, ids, signals);
  const before = new Map(all.postures.map((p) => [p.deviceId, p]));
  const findings = Map.groupBy(all.findings, (f) => f.deviceId);
  return {
    older,
    working: new Map(ids.map((id) => [id, workingPosture(id, before.get(id), findings.get(id) ?? [], now, limits)])),
  };
}

async function withRead(
  tx: Transaction,
  read: Kept,
  ids: readonly string[],
  signals: readonly Signal[],
): Promise<Kept> {
  const known = new Set(read.ids);
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length === 0) return read;
  const { postures, findings, older } = await readKept(tx, missing, signals);
  return {
    ids: [...read.ids, ...missing],
    postures: [...read.postures, ...postures],
    findings: [...read.findings, ...findings],
    older: new Map([...read.older, ...older]),
  };
}

/** From memory; a device that another process has just registered is read from the store. */
async function factsOf(
  tx: Transaction,
  memory: ReadModel,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Identified>> {
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
