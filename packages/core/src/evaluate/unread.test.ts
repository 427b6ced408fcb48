import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompliancePolicy } from '../vocabulary/compliance.ts';
import type { Connector } from '../vocabulary/connector.ts';
import type { DeviceFacts } from '../vocabulary/device.ts';
import type { PartnerWord } from '../vocabulary/signal.ts';
import { signalLimitsOf, type SignalLimits } from '../vocabulary/signal-limits.ts';
import type { ThreatState } from '../vocabulary/threat-state.ts';
import { evaluateCompliance, type Evaluated } from './evaluate-compliance.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-02T09:00:00Z');

const DEVICE: DeviceFacts = {
  id: 'd',
  platform: 'iOS',
  operatingSystem: 'iOS',
  osVersion: '17.2',
  lastSyncAt: NOW,
  enrolledAt: 0,
};
const POLICY: CompliancePolicy = {
  id: 'p',
  displayName: 'Phones',
  version: 1,
  platform: 'iOS',
  gracePeriodHours: 0,
  targets: [{ kind: 'allDevices' }],
  osMinimumVersion: '17.0',
};
const CONNECTOR: Connector = {
  id: 'c',
  displayName: 'Partner',
  integration: 'full',
  unsupportedOsVersionBlocked: true,
  unresponsivenessThresholdDays: 0,
  platforms: {
    iOS: { enabled: true, blockedOnMissingData: false, minimumVersion: '15.0' },
    android: { enabled: true, blockedOnMissingData: false },
  },
};

interface Setting {
  readonly device?: Partial<DeviceFacts>;
  readonly policies?: readonly CompliancePolicy[];
  readonly phonePolicies?: readonly CompliancePolicy[];
  readonly connectors?: readonly Connector[];
  readonly failing?: Readonly<Record<string, number>>;
  readonly state?: ThreatState;
  readonly limits?: Partial<SignalLimits>;
}

function evaluate(
  { device, policies = [POLICY], phonePolicies, connectors = [], failing = {}, state, limits = {} }: Setting,
  now = NOW,
): Evaluated {
  const views: readonly PartnerWord[] =
    state === undefined ? [] : [{ connectorId: 'c', state, observedAt: NOW, openFindings: [] }];
  return evaluateCompliance(
    {
      device: { ...DEVICE, ...device, lastSyncAt: now },
      groupIds: [],
      userMissing: false,
      views,
      policies,
      phonePolicies,
      connectors,
      mergeRules: [],
      settings: { secureByDefault: false, checkinThresholdDays: 30 },
      failing,
      limits: signalLimitsOf(limits),
    },
    now,
  );
}

/** The states on the given days, each evaluated on what the one before left. */
function over(days: readonly number[], setting: Setting): readonly string[] {
  let failing = setting.failing ?? {};
  return days.map((day) => {
    const verdict = evaluate({ ...setting, failing }, NOW + day * DAY);
    failing = verdict.failing;
    return verdict.state;
  });
}

const DAYS = [0, 3, 6.9, 7, 30];
const GRACE_THEN_CLOSED = ['inGracePeriod', 'inGracePeriod', 'inGracePeriod', 'noncompliant', 'noncompliant'];
const CLOSED = DAYS.map(() => 'noncompliant');

describe('a version that was not reported', () => {
  test.each([
    ['registered now', true],
    ['stored before', undefined],
  ] as const)('has 7 days under a limit, %s', (_, strict) => {
    expect(over(DAYS, { device: { osVersion: ' ', strict } })).toEqual(GRACE_THEN_CLOSED);
    expect(evaluate({ device: { osVersion: '', strict } })).toMatchObject({
      graceUntil: NOW + 7 * DAY,
      reasons: [{ code: 'in_grace_period' }, { code: 'os_version_unreadable' }],
    });
  });

  test('has as long as the limits say', () => {
    expect(over(DAYS, { device: { osVersion: '' }, limits: { unreadVersionDays: 5 } })).toEqual([
      'inGracePeriod',
      'inGracePeriod',
      'noncompliant',
      'noncompliant',
      'noncompliant',
    ]);
    expect(over(DAYS, { device: { osVersion: '' }, limits: { unreadVersionDays: 0 } })).toEqual(CLOSED);
  });

  test('counts from when it was first seen blank, whether or not a policy asked then', () => {
    const seen = evaluate({ device: { osVersion: '' }, policies: [] }).failing;
    expect(evaluate({ device: { osVersion: '' }, failing: seen }, NOW + 8 * DAY).state).toBe('noncompliant');
  });

  test('opens nothing for a phone that failed on its version', () => {
    const { failing } = evaluate({ device: { osVersion: '16.9' } });
    expect(over(DAYS, { device: { osVersion: '' }, failing })).toEqual(CLOSED);
  });

  test('is forgotten as soon as a version is reported', () => {
    const { failing } = evaluate({ device: { osVersion: '' } }, NOW - 8 * DAY);
    expect(evaluate({ failing })).toMatchObject({ state: 'compliant', failing: {} });
  });

  test("fails a partner's rule about old systems at once where the phone registered now, and after 7 days where it was there", () => {
    const rule = { policies: [], connectors: [CONNECTOR] };
    expect(over(DAYS, { ...rule, device: { osVersion: '', strict: true } })).toEqual(CLOSED);
    expect(over(DAYS, { ...rule, device: { osVersion: '' } })).toEqual(GRACE_THEN_CLOSED);
  });

  test('does not soften what else the policy finds', () => {
    const policies = [{ ...POLICY, requiredLevel: 'low' as const }];
    expect(
      evaluate({
        device: { osVersion: '' },
        policies,
        connectors: [{ ...CONNECTOR, unsupportedOsVersionBlocked: false }],
        state: 'highSeverity',
      }).state,
    ).toBe('noncompliant');
  });

  test('leaves the longer grace of a policy', () => {
    expect(
      evaluate({ device: { osVersion: '' }, policies: [{ ...POLICY, gracePeriodHours: 24 * 10 }] }).graceUntil,
    ).toBe(NOW + 10 * DAY);
  });
});

describe('a version that is not understood', () => {
  test.each(['unknown', '17.x', '17 / 18', 'MIUI 18'])(
    '%j fails a limit at once where the phone registered now',
    (osVersion) => {
      for (const rule of ['osMinimumVersion', 'osMaximumVersion'] as const) {
        expect(
          over(DAYS, {
            device: { osVersion, strict: true },
            policies: [{ ...POLICY, osMinimumVersion: undefined, [rule]: '17.0' }],
          }),
        ).toEqual(CLOSED);
      }
    },
  );

  test('that was never read fails a limit at once', () =>
    expect(over(DAYS, { device: { osVersion: 'unknown' } })).toEqual(CLOSED));

  test('that was read in part until now leaves a phone that was there 7 days', () => {
    expect(over(DAYS, { device: { osVersion: '17 / 18' } })).toEqual(GRACE_THEN_CLOSED);
    expect(over(DAYS, { device: { osVersion: '17 / 18' }, failing: { p: NOW - DAY } })).toEqual(CLOSED);
  });

  test("fails a partner's rule about old systems: at once, or after 7 days where the phone was there", () => {
    const rule = { policies: [], connectors: [CONNECTOR] };
    expect(over(DAYS, { ...rule, device: { osVersion: 'unknown', strict: true } })).toEqual(CLOSED);
    expect(over(DAYS, { ...rule, device: { osVersion: 'unknown' } })).toEqual(GRACE_THEN_CLOSED);
    expect(evaluate({ ...rule, device: { osVersion: '14.8' } }).reasons.map(({ code }) => code)).toEqual([
      'partner_os_version_unsupported',
    ]);
    expect(evaluate({ ...rule, device: { osVersion: '15.0' } }).state).toBe('compliant');
  });
});

describe('a stored limit that has no grammar', () => {
  test('closes in the end, and at once what is below the number in it', () => {
    const policies = [{ ...POLICY, osMinimumVersion: '26.3.1 (a)' }];
    expect(over(DAYS, { device: { osVersion: '26.3.1', strict: true }, policies })).toEqual(GRACE_THEN_CLOSED);
    expect(over(DAYS, { device: { osVersion: '26.3' }, policies })).toEqual(CLOSED);
    expect(evaluate({ device: { osVersion: '27' }, policies }, NOW).reasons.map(({ code }) => code)).toEqual([
      'in_grace_period',
      'os_limit_unreadable',
    ]);
    expect(over(DAYS, { policies: [{ ...POLICY, osMinimumVersion: 'newest' }] })).toEqual(CLOSED);
  });

  test('of a connector does the same', () => {
    const connectors = [
      { ...CONNECTOR, platforms: { iOS: { enabled: true, blockedOnMissingData: false, minimumVersion: '15.0 (a)' } } },
    ];
    expect(over(DAYS, { policies: [], connectors })).toEqual(GRACE_THEN_CLOSED);
    expect(over(DAYS, { policies: [], connectors, device: { osVersion: '14.8' } })).toEqual(CLOSED);
  });
});

test('a phone that is closed by its version opens only with a version that the limit accepts, whatever it reports in between', () => {
  const step = fc.record({
    osVersion: fc.constantFrom('', ' ', 'unknown', '17 / 18', 'MIUI 18', '16.9', '17.2', '18.0 beta 3'),
    days: fc.constantFrom(0, 0.5, 3, 7, 40),
  });
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.array(step, { maxLength: 12 }), (strict, byPartner, steps) => {
      const setting = byPartner
        ? {
            policies: [],
            connectors: [
              {
                ...CONNECTOR,
                platforms: { iOS: { enabled: true, blockedOnMissingData: false, minimumVersion: '17.0' } },
              },
            ],
          }
        : {};
      let failing: Readonly<Record<string, number>> = {};
      let closed = false;
      let at = NOW;
      for (const { osVersion, days } of steps) {
        at += days * DAY;
        const verdict = evaluate({ ...setting, device: { osVersion, strict }, failing }, at);
        failing = verdict.failing;
        if (closed && verdict.state !== 'noncompliant') expect(['17.2', '18.0 beta 3']).toContain(osVersion);
        closed = verdict.state === 'noncompliant';
      }
    }),
  );
});

describe('a system whose name is understood only now', () => {
  const newly = { systemNewlyRead: true } as const;
  const threat = { ...POLICY, osMinimumVersion: undefined, requiredLevel: 'low' as const };
  const blocking = {
    ...CONNECTOR,
    unsupportedOsVersionBlocked: false,
    platforms: { iOS: { enabled: true, blockedOnMissingData: true } },
  };

  test('leaves a phone that was there 7 days for everything but what a partner says', () => {
    expect(over(DAYS, { device: { ...newly, osVersion: '16.0' } })).toEqual(GRACE_THEN_CLOSED);
    expect(over(DAYS, { device: newly, policies: [threat], connectors: [blocking] })).toEqual(GRACE_THEN_CLOSED);
    expect(over(DAYS, { device: { ...newly, osVersion: '14.0' }, policies: [], connectors: [CONNECTOR] })).toEqual(
      GRACE_THEN_CLOSED,
    );
    const second = { ...blocking, id: 'second' };
    expect(over(DAYS, { device: newly, policies: [threat], connectors: [blocking, second], state: 'secured' })).toEqual(
      GRACE_THEN_CLOSED,
    );
    expect(over(DAYS, { device: newly, policies: [threat], connectors: [blocking], state: 'highSeverity' })).toEqual(
      CLOSED,
    );
    expect(over(DAYS, { device: newly, policies: [threat], connectors: [blocking], state: 'deactivated' })).toEqual(
      CLOSED,
    );
  });
});

describe('a system whose name is in no table', () => {
  const unknown = { platform: 'unknown', operatingSystem: 'FooOS', systemUnknown: true } as const;
  const phone = (platform: 'iOS' | 'android', requiredLevel?: 'secured' | 'low' | 'medium' | 'high') => ({
    ...POLICY,
    id: `${platform} ${requiredLevel}`,
    platform,
    requiredLevel,
    osMinimumVersion: undefined,
  });
  const both = [phone('android', 'medium'), phone('iOS', 'low'), phone('iOS')];
  const asked = (setting: Setting): Evaluated =>
    evaluate({
      policies: [],
      phonePolicies: both,
      connectors: [CONNECTOR],
      ...setting,
      device: { ...unknown, ...setting.device },
    });

  test.each<[ThreatState | undefined, string, string | undefined]>([
    ['highSeverity', 'noncompliant', 'threat_level_above_allowed'],
    ['mediumSeverity', 'noncompliant', 'threat_level_above_allowed'],
    ['compromised', 'noncompliant', 'device_compromised'],
    ['deactivated', 'noncompliant', 'partner_app_deactivated'],
    ['misconfigured', 'noncompliant', 'partner_app_misconfigured'],
    ['lowSeverity', 'compliant', undefined],
    ['secured', 'compliant', undefined],
    ['activated', 'compliant', undefined],
    [undefined, 'compliant', undefined],
  ])(
    'that a partner calls %s is %s when it was there before, by the strictest of its phone policies',
    (state, expected, code) => {
      const verdict = asked({ ...(state !== undefined && { state }) });
      expect(verdict.state).toBe(expected);
      expect(verdict.reasons.map((reason) => reason.code)).toEqual([
        ...(code === undefined ? [] : [code]),
        'system_unknown',
      ]);
      if (code !== undefined)
        expect(verdict.reasons[0]).toMatchObject({ policyId: 'iOS low', required: 'low', connectorId: 'c' });
    },
  );

  test('is held to the phone policies, too, where it is a phone on a system for computers', () => {
    expect(asked({ state: 'highSeverity', device: { operatingSystem: 'Ubuntu Touch', platform: 'linux' } }).state).toBe(
      'noncompliant',
    );
    expect(asked({ state: 'secured', device: { operatingSystem: 'Ubuntu Touch', platform: 'linux' } }).state).toBe(
      'compliant',
    );
  });

  test.each<ThreatState | undefined>(['secured', 'lowSeverity', 'highSeverity', undefined])(
    'closes a device that registers now, called %s',
    (state) => {
      expect(asked({ ...(state !== undefined && { state }), device: { strict: true } }).state).toBe('noncompliant');
      expect(asked({ ...(state !== undefined && { state }), device: { strict: true }, phonePolicies: [] }).state).toBe(
        'noncompliant',
      );
    },
  );

  test('is held to nothing by a partner whose connector is off on both platforms, or where no phone policy asks for a level', () => {
    const off = { ...CONNECTOR, platforms: { iOS: { enabled: false, blockedOnMissingData: false } } };
    expect(asked({ state: 'highSeverity', connectors: [off] }).state).toBe('compliant');
    expect(asked({ state: 'highSeverity', phonePolicies: [phone('iOS')] }).state).toBe('compliant');
  });

  test('is as bad as the worse of both platforms says', () => {
    const onlyAndroid = { ...CONNECTOR, platforms: { android: { enabled: true, blockedOnMissingData: true } } };
    expect(asked({ state: 'highSeverity', connectors: [onlyAndroid] }).state).toBe('noncompliant');
    expect(asked({ connectors: [onlyAndroid] }).state).toBe('compliant');
  });
});
