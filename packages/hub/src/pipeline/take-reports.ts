import type { DeviceFacts, Signal } from '@sallyport/core';
import { StoreBusy, type FindingRow, type OutboxRow, type PostureRow, type ReportStatus, type Store, type Transaction, type VendorDevice } from '../store/store.ts';
import type { Clock } from '../platform/clock.ts';
import { evaluatePosture } from './evaluate-posture.ts';
import { matchDevices, namedDevices, type Match } from './match-device.ts';
import type { Memory } from './memory.ts';
import { mergeSignal, workingPosture, type WorkingPosture } from './merge-signals.ts';
import { findingHistory, postureHistory } from './note-history.ts';
import type { IncomingReport, Intake, ReportOutcome } from './ports.ts';
import { isWorthTelling, postureChanged } from './revoke-access.ts';
import { toDeviceFacts } from './rules-from-documents.ts';
import type { Serial } from './serial.ts';
import type { WatchConnectors } from './watch-connectors.ts';

export interface TakeDependencies {
  readonly store: Store;
  readonly memory: Memory;
  readonly serial: Serial;
  readonly clock: Clock;
  /** Names this process in what it publishes. */
  readonly origin: string;
}

export interface IntakeDependencies extends TakeDependencies {
  readonly life: WatchConnectors;
}

interface Job {
  readonly connectorId: string;
  readonly reports: readonly IncomingReport[];
  resolve(outcomes: readonly ReportOutcome[]): void;
  reject(error: unknown): void;
}

/** Most reports that one transaction takes; more wait for the next. Bounds the time that a commit holds locks. */
const BATCH = 1_000;
/** A heartbeat is written at most this often; silence is measured in days. */
const HEARTBEAT_EVERY_MS = 60_000;

/**
 * Takes reports of all partners to their end. What arrives while a transaction is under way goes together
 * into the next one (group commit): under load one flush to disk serves hundreds of reports, and a lone report
 * waits for nobody.
 */
export class TakeReports implements Intake {
  readonly #deps: IntakeDependencies;
  readonly #waiting: Job[] = [];
  #running = false;

  constructor(deps: IntakeDependencies) {
    this.#deps = deps;
  }

  take(connectorId: string, reports: readonly IncomingReport[]): Promise<readonly ReportOutcome[]> {
    const refusal = this.#deps.life.refusal(connectorId);
    if (refusal !== undefined) return Promise.reject(refusal);
    if (reports.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ connectorId, reports, resolve, reject });
      if (!this.#running) void this.#drain();
    });
  }

  heartbeat(connectorId: string, problem?: { readonly code: string; readonly message?: string | undefined }): Promise<void> {
    return this.#deps.life.heartbeat(connectorId, problem);
  }

  async #drain(): Promise<void> {
    this.#running = true;
    try {
      // What came in with the same turn of the event loop joins the first batch.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#waiting.length > 0) await this.#takeJobs(this.#nextJobs());
    } finally {
      this.#running = false;
    }
  }

  #nextJobs(): Job[] {
    let count = 0;
    let reports = 0;
    for (const job of this.#waiting) {
      if (count > 0 && reports + job.reports.length > BATCH) break;
      count += 1;
      reports += job.reports.length;
    }
    return this.#waiting.splice(0, count);
  }

  async #takeJobs(jobs: readonly Job[]): Promise<void> {
    const { life, serial } = this.#deps;
    try {
      const outcomes = await serial.run(() => this.#commit(jobs));
      // A report is a sign of life, too.
      await life.noteSilence();
      const answer = (): void => jobs.forEach((job, i) => job.resolve(outcomes[i] ?? []));
      // The database works on those who wait while these are answered.
      if (this.#waiting.length > 0) setImmediate(answer);
      else answer();
    } catch (error) {
      // One job that cannot be taken must not cost the others theirs.
      if (jobs.length > 1 && !(error instanceof StoreBusy)) {
        for (const job of jobs) await this.#takeJobs([job]);
        return;
      }
      for (const job of jobs) job.reject(error);
    }
  }

  async #commit(jobs: readonly Job[]): Promise<readonly (readonly ReportOutcome[])[]> {
    const { store, memory, clock } = this.#deps;
    const now = clock.now();
    const heard = this.#heartbeatsDue(jobs, now);
    for (const id of heard) memory.setHeartbeat(id, now);
    const reports = jobs.flatMap((job) => job.reports);
    const taken = await store.transaction(async (tx) => {
      for (const id of heard) await tx.heartbeats.set(id, now);
      return takeBatch(tx, this.#deps, reports, now);
    });
    for (const posture of taken.postures) memory.fleet.setPosture(posture);
    let next = 0;
    return jobs.map((job) => taken.outcomes.slice(next, (next += job.reports.length)));
  }

  #heartbeatsDue(jobs: readonly Job[], now: number): readonly string[] {
    const ids = new Set(jobs.map((job) => job.connectorId));
    return [...ids].filter((id) => now - (this.#deps.memory.connector(id)?.lastHeartbeatAt ?? 0) >= HEARTBEAT_EVERY_MS);
  }
}

interface Taken {
  readonly outcomes: readonly ReportOutcome[];
  readonly postures: readonly PostureRow[];
}

/** keep raw, match, merge, evaluate, tell: one batch, inside the caller's transaction. */
async function takeBatch(tx: Transaction, deps: TakeDependencies, reports: readonly IncomingReport[], now: number): Promise<Taken> {
  // Asked together: each wait for the database is a wait for this thread's next free moment as well.
  const signals = reports.map(({ signal }) => signal);
  const named = namedDevices(deps.memory, signals);
  const [fresh, matched, read] = await Promise.all([
    tx.reports.add(reports.map(({ row }, i) => ({ ...row, receivedAt: now, deviceId: named[i] }))),
    matchDevices(tx, signals, matchesByEmail(deps.memory)),
    // All devices of a batch are locked at once, or two processes could wait for each other.
    named.every((id) => id !== undefined) ? readKept(tx, [...new Set(named)], signals) : NOTHING_KEPT,
  ]);
  const isNew = (_: unknown, i: number): boolean => fresh[i] === true;
  const news = reports.filter(isNew).map((r) => r.signal);
  const matches = matched.matches.filter(isNew);
  const learnt = matched.learnt.filter(isNew).flat();
  if (learnt.length > 0) await tx.vendorDevices.learn(learnt);
  const applied = await applyToDevices(tx, deps, news, matches, now, read);
  await tx.reports.settle(news.map((signal, i) => {
    const match = matches[i] as Match;
    const status = match.kind === 'matched' ? applied.statuses[i] as ReportStatus : match.kind;
    return {
      connectorId: signal.connectorId, reportId: signal.reportId, status, flag: signal.flag ?? null,
      deviceId: match.kind === 'matched' ? match.deviceId : null,
      signal: match.kind === 'matched' ? null : signal,
    };
  }));
  const late = learnt.length === 0 ? [] : await applyWaiting(tx, deps, learnt, now);
  let next = 0;
  const outcomes = reports.map(({ signal }, i): ReportOutcome => {
    if (fresh[i] !== true) return { reportId: signal.reportId, status: 'duplicate', matched: true };
    const place = next++;
    const matched = (matches[place] as Match).kind === 'matched';
    return { reportId: signal.reportId, status: matched ? applied.statuses[place] as 'accepted' | 'late' : 'accepted', matched };
  });
  return { outcomes, postures: [...applied.postures, ...late] };
}

/** Applies what waited under partners' own ids that a report of this batch has told the devices of. */
async function applyWaiting(tx: Transaction, deps: TakeDependencies, learnt: readonly VendorDevice[], now: number): Promise<readonly PostureRow[]> {
  const keys = learnt.map(({ vendorDeviceId }) => ({ type: 'vendorDeviceId' as const, value: vendorDeviceId }));
  const waiting = (await tx.reports.waitingFor(keys)).flatMap(({ signal }) => signal ?? []);
  if (waiting.length === 0) return [];
  const { matches } = await matchDevices(tx, waiting, matchesByEmail(deps.memory));
  const { statuses, postures } = await applyToDevices(tx, deps, waiting, matches, now);
  await tx.reports.settle(waiting.flatMap(({ connectorId, reportId, flag }, i) => {
    const match = matches[i] as Match;
    return match.kind !== 'matched' ? [] : [{
      connectorId, reportId, deviceId: match.deviceId, flag: flag ?? null, signal: null, status: statuses[i] === 'late' ? 'late' as const : 'accepted' as const,
    }];
  }));
  return postures;
}

interface Applied {
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
  const ids = [...new Set(matches.flatMap((m) => (m.kind === 'matched' ? [m.deviceId] : [])))];
  if (ids.length === 0) return { statuses: signals.map(() => undefined), postures: [] };
  const working = await loadWorking(tx, ids, signals, read);
  const statuses = signals.map((signal, i) => {
    const match = matches[i] as Match;
    return match.kind === 'matched' ? mergeSignal(working.get(match.deviceId) as WorkingPosture, signal) : undefined;
  });
  const changed = [...working.values()].filter((w) => w.cause !== null);
  const facts = await factsOf(tx, deps.memory, changed.map((w) => w.deviceId));
  const postures: PostureRow[] = [];
  const told: Omit<OutboxRow, 'seq'>[] = [];
  const findings = [...working.values()].flatMap((w) => [...w.changedFindings.values()]);
  const history = [...findingHistory(findings, now)];
  for (const w of changed) {
    const device = facts.get(w.deviceId);
    if (device === undefined) continue;
    const after = evaluatePosture(deps.memory, device.facts, w.views, w.before?.failing ?? {}, now);
    postures.push(after);
    history.push(...postureHistory(w.before, after));
    if (isWorthTelling(w.before, after)) {
      const name = deps.memory.directory.get(device.facts.userId ?? '')?.userPrincipalName ?? null;
      told.push(postureChanged(device, name, w.before, after, w.cause, deps.origin));
    }
  }
  if (postures.length > 0) await tx.postures.put(postures);
  if (findings.length > 0) await tx.findings.put(findings.map(({ after }) => after));
  if (history.length > 0) await tx.history.append(history);
  if (told.length > 0) await tx.outbox.append(told);
  return { statuses, postures };
}

/** What the store holds of devices. */
interface Kept {
  readonly ids: readonly string[];
  readonly postures: readonly PostureRow[];
  readonly findings: readonly FindingRow[];
}

const NOTHING_KEPT: Kept = { ids: [], postures: [], findings: [] };

/** Findings only where one of the signals may touch any. */
async function readKept(tx: Transaction, ids: readonly string[], signals: readonly Signal[]): Promise<Kept> {
  if (ids.length === 0) return NOTHING_KEPT;
  const withFindings = signals.some((s) => s.findings.length > 0 || (s.securedEndsFindings !== undefined && s.state === 'secured'));
  const [postures, findings] = await Promise.all([tx.postures.get(ids), withFindings ? tx.findings.ofDevices(ids) : []]);
  return { ids, postures, findings };
}

async function loadWorking(tx: Transaction, ids: readonly string[], signals: readonly Signal[], read: Kept): Promise<Map<string, WorkingPosture>> {
  const known = new Set(read.ids);
  const others = await readKept(tx, ids.filter((id) => !known.has(id)), signals);
  const before = new Map([...read.postures, ...others.postures].map((p) => [p.deviceId, p]));
  const findings = Map.groupBy([...read.findings, ...others.findings], (f) => f.deviceId);
  return new Map(ids.map((id) => [id, workingPosture(id, before.get(id), findings.get(id) ?? [])]));
}

/** Whether a partner's reports may be matched by the user's mail address alone. */
export function matchesByEmail(memory: Memory): (connectorId: string) => boolean {
  return (connectorId) => memory.connector(connectorId)?.matchDevicesByEmail === true;
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
