import type { Signal } from '@sallyport/core';
import { StoreBusy, type PostureRow, type ReportStatus, type Transaction, type VendorDevice } from '../store/store.ts';
import { applyToDevices, NOTHING_KEPT, readKept, type TakeDependencies } from './apply-to-devices.ts';
import { keyOfLearnt, matchDevices, matchesByEmail, namedDevices, type Match } from './match-device.ts';
import type { IncomingReport, Intake, ReportOutcome } from './ports.ts';
import type { RecordUnknownTerms } from './record-unknown-terms.ts';
import type { WatchConnectors } from './watch-connectors.ts';
import type { WatchVocabulary } from './watch-vocabulary.ts';

export interface IntakeDependencies extends TakeDependencies {
  readonly life: WatchConnectors;
  readonly vocabulary: WatchVocabulary;
  readonly terms: RecordUnknownTerms;
  /** Told of what failed beside the reports: the next look at the clock tries again. */
  readonly onError: (error: unknown) => void;
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

  heartbeat(
    connectorId: string,
    problem?: { readonly code: string; readonly message?: string | undefined },
  ): Promise<void> {
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
      await life.heard(new Set(jobs.map((job) => job.connectorId)));
      await this.#deps.vocabulary.lookIfChanged().catch(this.#deps.onError);
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
    for (const { signal, deviceId } of taken.withUnknownTerms) this.#deps.terms.note(signal, deviceId);
    let next = 0;
    return jobs.map((job) => taken.outcomes.slice(next, (next += job.reports.length)));
  }

  #heartbeatsDue(jobs: readonly Job[], now: number): readonly string[] {
    const ids = new Set(jobs.map((job) => job.connectorId));
    return [...ids].filter((id) => now - (this.#deps.memory.connector(id)?.lastHeartbeatAt ?? 0) >= HEARTBEAT_EVERY_MS);
  }
}

/** Reports that are ahead of the clock keep their order by counting milliseconds after each other (`TimesAhead`). */
const ORDER_MS = 1_000;

/** Every report counts at the earlier of its own time and its receipt: one from the future would hide every true one until then. */
function asReceived(signal: Signal, receivedAt: number): Signal {
  const observedAt = signal.observedAt > receivedAt + ORDER_MS ? receivedAt : signal.observedAt;
  return { ...signal, observedAt, receivedAt };
}

interface Taken {
  readonly outcomes: readonly ReportOutcome[];
  readonly postures: readonly PostureRow[];
  readonly withUnknownTerms: readonly { readonly signal: Signal; readonly deviceId: string | undefined }[];
}

/** keep raw, match, merge, evaluate, tell: one batch, inside the caller's transaction. */
async function takeBatch(
  tx: Transaction,
  deps: TakeDependencies,
  reports: readonly IncomingReport[],
  now: number,
): Promise<Taken> {
  // Asked together: each wait for the database is a wait for this thread's next free moment as well.
  // A time that is ahead of a clock in doubt may be right: it is judged when the doubt is over.
  const signals = reports.map(({ signal }) =>
    deps.clock.inDoubt === true ? { ...signal, receivedAt: now } : asReceived(signal, now),
  );
  const named = namedDevices(deps.memory, signals);
  const [fresh, matched, read] = await Promise.all([
    tx.reports.add(
      reports.map(({ row }, i) => ({
        ...row,
        observedAt: Math.min(row.observedAt, now),
        receivedAt: now,
        deviceId: named[i],
      })),
    ),
    matchDevices(tx, signals, matchesByEmail(deps.memory)),
    // All devices of a batch are locked at once, or two processes could wait for each other.
    named.every((id) => id !== undefined) ? readKept(tx, [...new Set(named)], signals) : NOTHING_KEPT,
  ]);
  const isNew = (_: unknown, i: number): boolean => fresh[i] === true;
  const news = signals.filter(isNew);
  const matches = matched.matches.filter(isNew);
  const learnt = matched.learnt.filter(isNew).flat();
  if (learnt.length > 0) await tx.vendorDevices.learn(learnt);
  const applied = await applyToDevices(tx, deps, news, matches, now, read);
  await tx.reports.settle(
    news.map((signal, i) => {
      const match = matches[i] as Match;
      const status = match.kind === 'matched' ? (applied.statuses[i] as ReportStatus) : match.kind;
      return {
        connectorId: signal.connectorId,
        reportId: signal.reportId,
        status,
        flag: signal.flag ?? null,
        deviceId: match.kind === 'matched' ? match.deviceId : null,
        signal: match.kind === 'matched' ? null : signal,
      };
    }),
  );
  const late = learnt.length === 0 ? [] : await applyWaiting(tx, deps, learnt, now);
  let next = 0;
  const outcomes = reports.map(({ signal }, i): ReportOutcome => {
    if (fresh[i] !== true) return { reportId: signal.reportId, status: 'duplicate', matched: true };
    const place = next++;
    const matched = (matches[place] as Match).kind === 'matched';
    return {
      reportId: signal.reportId,
      status: matched ? (applied.statuses[place] as 'accepted' | 'late') : 'accepted',
      matched,
    };
  });
  return { outcomes, postures: [...applied.postures, ...late], withUnknownTerms: withUnknownTerms(news, matches) };
}

function withUnknownTerms(signals: readonly Signal[], matches: readonly Match[]): Taken['withUnknownTerms'] {
  return signals.flatMap((signal, i) => {
    if (signal.unknownTerms === undefined) return [];
    const match = matches[i] as Match;
    return [{ signal, deviceId: match.kind === 'matched' ? match.deviceId : undefined }];
  });
}

/** Applies what waited under partners' own ids that a report of this batch has told the devices of. */
async function applyWaiting(
  tx: Transaction,
  deps: TakeDependencies,
  learnt: readonly VendorDevice[],
  now: number,
): Promise<readonly PostureRow[]> {
  const keys = learnt.map(keyOfLearnt);
  const waiting = (await tx.reports.waitingFor(keys)).flatMap(({ signal }) => signal ?? []);
  if (waiting.length === 0) return [];
  const { matches } = await matchDevices(tx, waiting, matchesByEmail(deps.memory));
  // What is still ambiguous had its effect when it arrived.
  const matched = waiting.flatMap((signal, i) =>
    matches[i]?.kind === 'matched' ? [{ signal, match: { ...matches[i], waited: true as const } }] : [],
  );
  const { statuses, postures } = await applyToDevices(
    tx,
    deps,
    matched.map(({ signal }) => signal),
    matched.map(({ match }) => match),
    now,
  );
  await tx.reports.settle(
    matched.map(({ signal: { connectorId, reportId, flag }, match: { deviceId } }, i) => ({
      connectorId,
      reportId,
      deviceId,
      flag: flag ?? null,
      signal: null,
      status: statuses[i] === 'late' ? ('late' as const) : ('accepted' as const),
    })),
  );
  return postures;
}
