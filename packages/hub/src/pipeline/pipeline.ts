import { randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { TrustedClock } from '../platform/trusted-clock.ts';
import { giveBackMemory } from '../platform/give-back-memory.ts';
import type { Store } from '../store/store.ts';
import { AskFleet } from './ask-fleet.ts';
import { CatchUp } from './catch-up.ts';
import { classifyFindings } from './classify-findings.ts';
import { Configure } from './configure.ts';
import { DecideAccess } from './decide-access.ts';
import { EvaluateAll } from './evaluate-all.ts';
import { KeepTime } from './keep-time.ts';
import { logAlerts } from './log-alerts.ts';
import { listUnknownTerms } from './list-unknown-terms.ts';
import { Memory } from './memory.ts';
import type { AccessDecider, Configuration, DeviceRegistry, FleetQuestions, Intake, Provisioning, VendorVocabulary } from './ports.ts';
import { RecordUnknownTerms } from './record-unknown-terms.ts';
import { reevaluate } from './reevaluate-fleet.ts';
import { RegisterDevice } from './register-device.ts';
import { Serial } from './serial.ts';
import { settleStoredRecords } from './settle-stored-records.ts';
import { TakeReports } from './take-reports.ts';
import type { UnreadableDocument } from './unreadable-documents.ts';
import { WatchClock, type ClockControl, type ClockLog } from './watch-clock.ts';
import { WatchConnectors } from './watch-connectors.ts';
import { WatchDisagreements } from './watch-disagreements.ts';
import { WatchVocabulary } from './watch-vocabulary.ts';

/** Without word of what other processes changed for longer than this, nothing is granted any more: the hub fails closed. */
const OLDEST_VIEW_MS = 60_000;
/** Devices from which on the memory that reading them left behind is worth a pause at the start. */
const LARGE_FLEET = 200_000;
const SILENT: ClockLog = { info: () => undefined, warn: () => undefined };
/** Devices that are all evaluated before the hub is ready; more take too long. */
const EVALUATED_FIRST = 20_000;

export interface Pipeline {
  readonly intake: Intake;
  readonly configuration: Configuration;
  readonly devices: DeviceRegistry;
  readonly decider: AccessDecider;
  readonly questions: FleetQuestions;
  readonly provisioning: Provisioning;
  readonly vocabulary: VendorVocabulary;
  /** Stored documents that cannot be read; what they would allow is closed. */
  unreadable(): readonly UnreadableDocument[];
  /** Whether the time is known; absent where it is never in doubt. */
  readonly clockControl: ClockControl | undefined;
  /** Evaluates the whole fleet again, as after a change of policy; answers how many devices came out different. */
  reevaluateFleet(): Promise<number>;
  /** Resolves when memory shows everything that was committed before the call. */
  settled(): Promise<void>;
  /** One look at the clock; runs by itself every second. For tests that move their own clock. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

export interface PipelineDependencies {
  readonly store: Store;
  /** One that may be in doubt is compared with the mark of time in the store, and kept. */
  readonly clock: Clock;
  readonly log?: ClockLog | undefined;
  /** Told of failures that have no caller to tell: the next look at the clock tries again. */
  readonly onError: (error: unknown) => void;
  /** For tests: the largest fleet that is evaluated before this is ready. */
  readonly evaluatedFirst?: number | undefined;
}

/**
 * Builds the pipeline on a store: fills the memory, and evaluates what time, or a stop in the middle of a
 * change, has left behind. Ready to decide when it resolves; a large fleet is evaluated afterwards.
 */
export async function startPipeline({ store, clock, log = SILENT, onError, evaluatedFirst = EVALUATED_FIRST }: PipelineDependencies): Promise<Pipeline> {
  const origin = randomUUID();
  const memory = new Memory(() => clock.now());
  const serial = new Serial();
  const rules = { store, memory, serial, clock, origin, onError };
  const everything = new EvaluateAll(rules);
  const deps = { ...rules, unfinished: (error: unknown) => { onError(error); everything.again(); } };
  const catchUp = new CatchUp(deps);
  const watch = clock instanceof TrustedClock ? new WatchClock({ store, clock, log, began: () => memory.suspendSilence(true, clock.now()) }) : undefined;
  await watch?.start();
  catchUp.follow();
  logAlerts(store, log, origin);
  await memory.load(store);
  if (memory.fleet.size >= LARGE_FLEET) giveBackMemory();
  const pulling = watch?.loaded(deps).catch(onError);
  if (memory.fleet.size <= evaluatedFirst) await pulling;
  if (memory.fleet.size <= evaluatedFirst) await everything.now();
  else everything.soon();
  const configuration = new Configure({ ...deps, catchUp });
  const life = new WatchConnectors({ ...deps, configuration });
  const vocabulary = new WatchVocabulary({ ...deps, configuration, log });
  const terms = new RecordUnknownTerms(deps);
  const time = new KeepTime({ ...deps, life, vocabulary, terms, disagreements: new WatchDisagreements(deps), lookAtClock: watch && (() => watch.look(deps, life)) });
  time.start();
  let closing = false;
  const devices = new RegisterDevice(deps);
  const stopped = new AbortController();
  const settling = settleStoredRecords({ store, clock, log, onError, devices }, stopped.signal);
  const classifying = classifyFindings(store, serial, () => closing).catch(onError);
  return {
    intake: new TakeReports({ ...deps, life, vocabulary, terms }),
    configuration,
    devices,
    decider: new DecideAccess(memory, clock, { isFresh: () => Math.max(store.behindForMs(), catchUp.behindForMs()) <= OLDEST_VIEW_MS, isEvaluated: () => everything.isDone }),
    provisioning: life,
    questions: new AskFleet(memory, clock),
    vocabulary: {
      unknownTerms: (connectorId) => listUnknownTerms({ store, memory }, connectorId),
      handleTerm: (actor, connectorId, term, handling) => vocabulary.handle(actor, connectorId, term, handling),
    },
    unreadable: () => memory.unreadable,
    clockControl: watch,
    reevaluateFleet: async () => (await reevaluate(deps, memory.fleet.all()))?.changed ?? 0,
    settled: () => serial.run(() => Promise.resolve()),
    tick: () => time.tick(),
    close: async () => {
      closing = true;
      stopped.abort();
      await settling;
      await classifying;
      await everything.stop();
      await time.stop();
      await catchUp.stop();
    },
  };
}
