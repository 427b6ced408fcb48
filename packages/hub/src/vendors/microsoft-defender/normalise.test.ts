import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { flagOfState } from '../kit/testing-flag.ts';
import { NewestMachines } from './newest-machines.ts';
import { normaliseDefender } from './normalise.ts';

const CONNECTOR = 'fc780465-2017-40d4-a0c5-307022471b92';
const NOW = Date.parse('2025-03-01T12:00:00Z');
const { value } = JSON.parse(sample('microsoft-defender/machines-page.constructed.json')) as {
  value: Record<string, unknown>[];
};

function signals(device: unknown, settings: object = {}): readonly Signal[] {
  return normaliseDefender({ takenAt: '2025-03-01T09:00:00.000Z', device }, CONNECTOR, NOW, {
    notActive: 'unavailable',
    ...settings,
  });
}

function posture(more: object, settings: object = {}) {
  const [signal] = signals({ ...value[0], ...more }, settings);
  return [signal?.state, signal?.flag];
}

describe('machines of Defender', () => {
  test('of the constructed page mean what their risk tells', () => {
    expect(
      value
        .flatMap((machine) => signals(machine))
        .map(({ state, keys }) => [state, ...keys.map((key) => `${key.type} ${key.value}`)]),
    ).toEqual([
      [
        'secured',
        'entraDeviceId 00000000-0000-4000-8000-000000000101',
        'vendorDeviceId 0000000000000000000000000000000000000001',
      ],
      [
        'highSeverity',
        'entraDeviceId 00000000-0000-4000-8000-000000000102',
        'vendorDeviceId 0000000000000000000000000000000000000002',
      ],
    ]);
  });

  test.each([
    [{ riskScore: 'Informational' }, {}, ['secured', undefined]],
    [{ riskScore: 'low' }, {}, ['lowSeverity', undefined]],
    [{ riskScore: 'Medium' }, {}, ['mediumSeverity', undefined]],
    [{ riskScore: null }, {}, [undefined, undefined]],
    [{ riskScore: 'Extreme' }, {}, [undefined, 'unknown risk score "EXTREME"']],
    [{ healthStatus: 'Inactive' }, {}, ['unresponsive', undefined]],
    [{ healthStatus: 'Inactive' }, { notActive: 'ignore' }, ['secured', undefined]],
    [{ healthStatus: 'Inactive', riskScore: 'High' }, {}, ['highSeverity', undefined]],
    [{ healthStatus: 'NoSensorData' }, {}, ['deactivated', undefined]],
    [{ healthStatus: 'ImpairedCommunication' }, {}, ['unresponsive', undefined]],
    [{ healthStatus: 'Unknown' }, {}, ['unresponsive', undefined]],
    [{ healthStatus: 'Sleeping' }, {}, ['unknown', 'unknown health status "SLEEPING"']],
    [{ onboardingStatus: 'CanBeOnboarded' }, {}, ['deactivated', undefined]],
    [{ onboardingStatus: undefined, onboardingstatus: 'CanBeOnboarded' }, {}, ['deactivated', undefined]],
    [{ onboardingStatus: 'Perhaps' }, {}, ['unknown', 'unknown onboarding status "PERHAPS"']],
    [{ onboardingStatus: undefined }, {}, ['secured', undefined]],
    [{ exposureLevel: 'High' }, {}, ['secured', undefined]],
  ])('%j with %j mean %j', (more, settings, expected) => {
    expect(posture(more, settings)).toEqual(expected);
  });

  test('are matched by no Entra id that is none', () => {
    for (const aadDeviceId of [null, '', '00000000-0000-0000-0000-000000000000', 'device-1', 7]) {
      expect(signals({ ...value[0], aadDeviceId })[0]?.keys.map(({ type }) => type)).toEqual(['vendorDeviceId']);
    }
    expect(signals({ ...value[0], aadDeviceId: '{3F2504E0-4F89-41D3-9A0C-0305E82C3301}' })[0]?.keys[0]?.value).toBe(
      '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    );
  });

  test('of one device speak through the one that was seen last', () => {
    const old = {
      id: 'old',
      aadDeviceId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      lastSeen: '2025-02-01T00:00:00Z',
      riskScore: 'High',
    };
    const young = { ...old, id: 'young', lastSeen: '2025-03-01T00:00:00Z', riskScore: 'None' };
    const stranger = { id: 'stranger', lastSeen: '2025-01-01T00:00:00Z' };
    const machines = new NewestMachines(undefined);
    expect(machines.among([old, stranger])).toEqual([old, stranger]);
    expect(machines.among([young, old, stranger, null])).toEqual([young, stranger, null]);
    expect(machines.among([old])).toEqual([]);
    const restarted = new NewestMachines(JSON.parse(JSON.stringify(machines)));
    expect(restarted.among([old, stranger])).toEqual([stranger]);
  });
});

test.each([null, 'text', [1], { a: 7 }, { a: { id: 7, seenAt: 1 } }])(
  'what was kept of them as %j counts as nothing',
  (kept) => {
    expect(new NewestMachines(kept).toJSON()).toEqual({});
  },
);

test('nothing that comes in makes it throw, and what is not understood is never secured', () => {
  const words = fc.oneof(fc.constantFrom('None', 'Active', 'Onboarded', 'x', null), fc.anything());
  fc.assert(
    fc.property(
      fc.record(
        { id: words, riskScore: words, healthStatus: words, onboardingStatus: words, aadDeviceId: words },
        { requiredKeys: [] },
      ),
      (machine) => {
        for (const signal of signals(machine)) {
          if (signal.state === 'secured')
            expect([
              flagOfState(signal),
              ['NONE', 'INFORMATIONAL'].includes(String(machine.riskScore).trim().toUpperCase()),
            ]).toEqual([undefined, true]);
        }
        expect(normaliseDefender(machine, CONNECTOR, NOW, { notActive: 'ignore' })).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});
