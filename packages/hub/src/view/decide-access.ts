import type { AccessRequest, Decision, DeviceAccess, ReasonCode, UserFacts } from '@sallyport/core';
import type { Clock } from '../platform/clock.ts';
import type { HeldPosture } from './columns/held-posture.ts';
import { evaluatePosture } from './evaluate-posture.ts';
import type { FleetDevice } from './fleet.ts';
import type { ReadModel } from './read-model.ts';
import type { AccessAnswer, AccessDecider, AccessQuestion, AccessView } from './ports.ts';
import { isCompliantState } from './compliant-state.ts';

/** What may be relied on at the moment. */
export interface StateOfMemory {
  /** Whether memory still follows the store closely enough to grant anything. */
  isFresh(): boolean;
  /** Whether every device has been evaluated since the start; until then each is evaluated when it is asked about. */
  isEvaluated(): boolean;
}

/** Looks up who and what is meant, in memory, and lets the rules decide. */
export class DecideAccess implements AccessDecider {
  readonly #memory: ReadModel;
  readonly #clock: Clock;
  readonly #state: StateOfMemory;

  constructor(memory: ReadModel, clock: Clock, state: StateOfMemory) {
    this.#memory = memory;
    this.#clock = clock;
    this.#state = state;
  }

  get view(): AccessView {
    return this.#memory;
  }

  decide(question: AccessQuestion): AccessAnswer {
    const memory = this.#memory;
    const application = memory.application(question.application)?.id;
    const user = memory.user(question.user);
    if (!this.#state.isFresh()) return refusal('view_too_old', user?.id, application);
    if (user === undefined) return refusal('user_unknown', undefined, application);
    if (application === undefined) return refusal('application_unknown', user.id, undefined);
    const found = this.#device(question);
    const decision = memory.rulebook.accessIndex.decide({
      user,
      application,
      now: this.#clock.now(),
      device: found.device,
      deviceProblem: found.problem,
      platform: question.platform,
      clientAppType: question.clientAppType,
      ip: question.ip,
      country: question.country,
      mfaDone: question.mfaDone,
    });
    return answer(decision, user, found, application);
  }

  #device(question: AccessQuestion): FoundDevice {
    if (question.certificateInvalid === true) return { problem: 'device_certificate_invalid' };
    // Rule 5: what the client chose itself, or what is weakly tied to it, never grants.
    if (
      question.device === undefined ||
      question.device.grade === 'easDeviceId' ||
      question.device.grade === 'macAddress'
    ) {
      return { problem: 'device_not_identified' };
    }
    const device = this.#memory.fleet.claimed(question.device);
    if (device === undefined) return { problem: 'device_unknown' };
    const { facts } = device;
    const posture = this.#worse(device);
    return {
      operatingSystem: facts.operatingSystem,
      device: {
        id: facts.id,
        platform: facts.platform,
        userId: facts.userId,
        state: posture?.complianceState ?? 'unknown',
        graceUntil: posture?.graceUntil ?? undefined,
        reasons: posture?.reasons ?? [],
      },
    };
  }

  /** What is known of a superseded record may come later than what is known of its successor. */
  #worse(device: FleetDevice): HeldPosture | undefined {
    const posture = this.#current(device);
    const successor = device.supersededBy === undefined ? undefined : this.#memory.fleet.get(device.supersededBy);
    const newer = successor && this.#current(successor);
    return newer !== undefined &&
      isCompliantState(posture?.complianceState ?? 'unknown') &&
      !isCompliantState(newer.complianceState)
      ? newer
      : posture;
  }

  #current(device: FleetDevice): HeldPosture | undefined {
    return this.#state.isEvaluated() ? device.posture : this.#evaluated(device);
  }

  #evaluated({ facts, posture }: FleetDevice): HeldPosture {
    return evaluatePosture(this.#memory, facts, posture?.views ?? [], posture?.failing ?? {}, this.#clock.now());
  }
}

interface FoundDevice {
  readonly device?: DeviceAccess;
  readonly operatingSystem?: string;
  readonly problem?: AccessRequest['deviceProblem'];
}

function answer(
  decision: Decision,
  user: UserFacts,
  { device, operatingSystem }: FoundDevice,
  application: string,
): AccessAnswer {
  return {
    decision: decision.decision,
    reasons: decision.reasons,
    obligations: decision.obligations,
    reportOnly: decision.reportOnly,
    userId: user.id,
    deviceId: device?.id,
    application,
    preferredLanguage: user.preferredLanguage,
    operatingSystem,
  };
}

function refusal(code: ReasonCode, userId: string | undefined, application: string | undefined): AccessAnswer {
  return { decision: false, reasons: [{ code }], obligations: [], reportOnly: [], userId, application };
}
