import { randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { TrustedClock } from '../platform/trusted-clock.ts';
import { giveBackMemory } from '../platform/give-back-memory.ts';
import type { Store } from '../store/store.ts';
import { AskFleet } from '../view/ask-fleet.ts';
import { FollowChanges } from '../view/follow-changes.ts';
import { MAX_VIEW_AGE_MS } from '../view/start-view.ts';
import { classifyFindings } from './classify-findings.ts';
import { CommonKeys } from './common-keys.ts';
import { Configure } from './configure.ts';
import { DecideAccess } from '../view/decide-access.ts';
import { EvaluateAll } from './evaluate-all.ts';
import { KeepTime } from './keep-time.ts';
import { logAlerts } from './log-alerts.ts';
import { listUnknownTerms } from './list-unknown-terms.ts';
import { ReadModel } from '../view/read-model.ts';
import type { DeviceRegistry, Intake, Provisioning, VendorVocabulary } from './ports.ts';
import type { Configuration } from '../documents/configuration.ts';
import type { AccessDecider, FleetQuestions } from '../view/ports.ts';
import { RecordUnknownTerms } from './record-unknown-terms.ts';
import { evaluateTouched, reevaluate } from './reevaluate-fleet.ts';
import { RegisterDevice, type DeviceHook } from './register-device.ts';
import { Serial } from '../view/serial.ts';
import { settleStoredRecords } from './settle-stored-records.ts';
import { TakeReports } from './take-reports.ts';
import type { UnreadableDocument } from '../documents/unreadable-documents.ts';
import { WatchClock, type ClockControl, type ClockLog } from './watch-clock.ts';
import { WatchConnectors } from './watch-connectors.ts';
import { WatchDisagreements } from './watch-disagreements.ts';
import { WatchVocabulary } from './watch-vocabulary.ts';

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
  /** Reports since the start whose key so many devices carry that it identifies none. */
  commonKeyReports(): number;
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
  /** Called, in turn, in each transaction that changes a device. */
  readonly deviceHooks?: readonly DeviceHook[] | undefined;
  /** For tests: the largest fleet that is evaluated before this is ready. */
  readonly evaluatedFirst?: number | undefined;
}

/**
 * Builds the pipeline on a store: fills the memory, and evaluates what time, or a stop in the middle of a
 * change, has left behind. Ready to decide when it resolves; a large fleet is evaluated afterwards.
 */
export async function startPipeline({
  store,
  clock,
  log = SILENT,
  onError,
  deviceHooks = [],
  evaluatedFirst = EVALUATED_FIRST,
}: PipelineDependencies): Promise<Pipeline> {
  const origin = randomUUID();
  const memory = new ReadModel(() => clock.now());
  const serial = new Serial();
  const commonKeys = new CommonKeys();
  const rules = { store, memory, serial, commonKeys, clock, origin, onError };
  const everything = new EvaluateAll(rules);
  const deps = {
    ...rules,
    unfinished: (error: unknown) => {
      onError(error);
      everything.again();
    },
  };
  const following = new FollowChanges({ ...deps, evaluate: (touched) => evaluateTouched(deps, touched) });
  const watch =
    clock instanceof TrustedClock
      ? new WatchClock({ store, clock, log, began: () => memory.suspendSilence(true, clock.now()) })
      : undefined;
  await watch?.start();
  following.follow();
  logAlerts(store, log, origin);
  await memory.load(store);
  if (memory.fleet.size >= LARGE_FLEET) giveBackMemory();
  const pulling = watch?.loaded(deps).catch(onError);
  if (memory.fleet.size <= evaluatedFirst) await pulling;
  if (memory.fleet.size <= evaluatedFirst) await everything.now();
  else everything.soon();
  const configuration = new Configure({ ...deps, following });
  const life = new WatchConnectors({ ...deps, configuration });
  const vocabulary = new WatchVocabulary({ ...deps, configuration, log });
  const terms = new RecordUnknownTerms(deps);
  const time = new KeepTime({
    ...deps,
    life,
    vocabulary,
    terms,
    disagreements: new WatchDisagreements(deps),
    lookAtClock: watch && (() => watch.look(deps, life)),
  });
  time.start();
  let closing = false;
  const devices = new RegisterDevice(deps, deviceHooks);
  const stopped = new AbortController();
  const settling = settleStoredRecords({ store, clock, log, onError, devices }, stopped.signal);
  const classifying = classifyFindings(store, serial, () => closing).catch(onError);
  return {
    intake: new TakeReports({ ...deps, life, vocabulary, terms }),
    configuration,
    devices,
    decider: new DecideAccess(memory, clock, {
      isFresh: () => Math.max(store.behindForMs(), following.behindForMs()) <= MAX_VIEW_AGE_MS,
      isEvaluated: () => everything.isDone,
    }),
    provisioning: life,
    questions: new AskFleet(memory, clock),
    vocabulary: {
      unknownTerms: (connectorId) => listUnknownTerms({ store, memory }, connectorId),
      handleTerm: (actor, connectorId, term, handling) => vocabulary.handle(actor, connectorId, term, handling),
    },
    commonKeyReports: () => commonKeys.reports,
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
      await following.stop();
    },
  };
}
