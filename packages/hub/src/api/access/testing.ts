import { DEFAULT_SIGNAL_LIMITS, type Connector, type DeviceFacts, type Reason, type UserFacts } from '@sallyport/core';
import type { PostureRow } from '../../store/store.ts';
import type { AccessAnswer, AccessDecider, AccessQuestion, DeviceClaim } from '../../view/ports.ts';

/** For tests only: a decider over a handful of users and devices, that notes what it was asked. */

export const ALICE: UserFacts = {
  id: 'u-alice',
  userPrincipalName: 'alice@example.com',
  accountEnabled: true,
  groupIds: [],
};
export const PHONE = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
/** A device without a primary user. */
export const OWNERLESS = '7a0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
export const PHONE_EAS = 'ApplDMQJ1234F18P';
export const THREAT: Reason = {
  code: 'threat_level_above_allowed',
  policyId: 'cp-1',
  policyName: 'Phones',
  connectorId: 'lookout',
  required: 'low',
  actual: 'highSeverity',
  findingIds: ['f-1'],
};

/** One object for all, as the compiled policies have it. */
const SATISFIED: Reason = { code: 'policy_satisfied', policyId: 'ca-1' };

export interface FakeDecider extends AccessDecider {
  readonly asked: AccessQuestion[];
  /** Devices that fail. */
  readonly blocked: Set<string>;
  /** false: no policy asks for a device. */
  deviceRequired: boolean;
  /** Every grant carries the obligation. */
  mfaRequired: boolean;
}

const POSTURE = {
  views: [
    {
      connectorId: 'lookout',
      openFindings: [
        { id: 'f-0', type: 'ROOT', severity: 'high', recommendedAction: 'Another matter' },
        { id: 'f-2', type: 'ACTIVE_MITM', category: 'net.mitm', severity: 'high' },
        { id: 'f-1', type: 'ACTIVE_MITM', severity: 'high', recommendedAction: 'Leave the network "Café"' },
      ],
    },
  ],
} as unknown as PostureRow;

const DEVICES: ReadonlyMap<string, Partial<DeviceFacts>> = new Map([
  [PHONE, { id: PHONE, platform: 'iOS', userId: ALICE.id }],
  [OWNERLESS, { id: OWNERLESS, platform: 'android' }],
]);
const BY_EAS: ReadonlyMap<string, string> = new Map([[PHONE_EAS.toLowerCase(), PHONE]]);
const APPLICATIONS: ReadonlyMap<string, string> = new Map([
  ['exchange', 'app-exchange'],
  ['onedrive', 'app-sharepoint'],
  ['orders', 'app-orders'],
]);

export function fakeDecider(): FakeDecider {
  const deviceId = ({ grade, value }: DeviceClaim): string | undefined =>
    grade === 'easDeviceId'
      ? BY_EAS.get(value.toLowerCase())
      : DEVICES.has(value.toLowerCase())
        ? value.toLowerCase()
        : undefined;
  const view = {
    user: (name: string) => ([ALICE.id, ALICE.userPrincipalName].includes(name.toLowerCase()) ? ALICE : undefined),
    deviceId,
    decidingViews: () => [],
    successorOf: () => undefined,
    facts: (id: string) => DEVICES.get(id) as DeviceFacts | undefined,
    posture: (id: string) => (id === PHONE ? POSTURE : undefined),
    verdict: () => undefined,
    devicesOfUser: () => [],
    connector: (id: string) => (id === 'lookout' ? ({ id, displayName: 'Lookout for Work' } as Connector) : undefined),
    compliancePolicy: () => undefined,
    groupsOfDevice: () => [],
    application: (name: string) => {
      const id = APPLICATIONS.get(name.toLowerCase());
      return id === undefined ? undefined : { id, displayName: name };
    },
    organization: { helpDesk: {}, timeZone: 'UTC' },
    signalLimits: DEFAULT_SIGNAL_LIMITS,
    deviceCount: DEVICES.size,
  };
  const decider: FakeDecider = {
    asked: [],
    blocked: new Set(),
    deviceRequired: true,
    mfaRequired: false,
    view,
    decide(question) {
      decider.asked.push(question);
      return answerFor(question, decider);
    },
  };
  return decider;
}

function answerFor(
  question: AccessQuestion,
  { view, blocked, deviceRequired, mfaRequired }: FakeDecider,
): AccessAnswer {
  const user = view.user(question.user);
  const application = view.application(question.application)?.id;
  const deviceId = question.device === undefined ? undefined : view.deviceId(question.device);
  const known = { userId: user?.id, deviceId, application };
  const deny = (...reasons: readonly Reason[]): AccessAnswer => ({
    ...known,
    decision: false,
    reasons,
    obligations: [],
    reportOnly: [],
  });
  if (user === undefined) return deny({ code: 'user_unknown' });
  if (application === undefined) return deny({ code: 'application_unknown' });
  if (deviceId !== undefined && blocked.has(deviceId))
    return deny({ code: 'device_noncompliant', policyId: 'ca-1' }, THREAT);
  if (deviceRequired && question.certificateInvalid === true) return deny({ code: 'device_certificate_invalid' });
  if (deviceRequired && question.device === undefined) return deny({ code: 'device_not_identified' });
  if (deviceRequired && deviceId === undefined) return deny({ code: 'device_unknown' });
  const obligations = mfaRequired ? [{ type: 'mfa' as const, policyId: 'ca-2' }] : [];
  return { ...known, decision: true, reasons: [SATISFIED], obligations, reportOnly: [] };
}
