import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { normaliseBetter } from '../better/normalise.ts';
import { normaliseCheckPoint } from '../check-point/normalise.ts';
import { normaliseJamf } from '../jamf/normalise.ts';
import { normaliseLookout } from '../lookout/normalise.ts';
import { normaliseDefender } from '../microsoft-defender/normalise.ts';
import { nameDevice } from './name-device.ts';
import { normalisePradeo } from '../pradeo/normalise.ts';
import { normaliseSophos } from '../sophos/normalise.ts';
import { normaliseSymantec } from '../symantec/normalise.ts';
import { normaliseZimperium } from '../zimperium/normalise.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const CONNECTOR = '860d3ab4-8fd1-45f5-89cd-ecf51e4f92e5';
const LISTED = { takenAt: '2026-06-01T11:00:00Z', round: 'r' };

describe('a record names its device', () => {
  test('by all values that can be keys; the first that was meant as one and cannot be is the flag', () => {
    expect(nameDevice(['serialNumber', 'SN-1'], ['imei', 'A00000009296F0'], ['email', 'CORP\\ada'])).toEqual({
      keys: [{ type: 'serialNumber', value: 'SN-1' }],
      keyFlag: 'unusable imei "A00000009296F0"',
    });
  });

  test('what is absent, empty or a placeholder is no fault', () => {
    expect(nameDevice(['serialNumber', 'n/a'], ['imei', null], ['email', undefined], ['udid', ''])).toEqual({
      keys: [],
      keyFlag: undefined,
    });
  });

  test('the first place with a usable value counts', () => {
    expect(nameDevice(['email', '', 'ada', 'ada@example.com', 'alan@example.com'])).toEqual({
      keys: [{ type: 'email', value: 'ada@example.com' }],
      keyFlag: 'unusable email "ada"',
    });
  });
});

/** A record of each vendor with a usable id, and a value beside it that cannot be read. */
const RECORDS: readonly (readonly [string, (bad: unknown) => readonly Signal[]])[] = [
  [
    "Lookout's list",
    (email) =>
      normaliseLookout(
        {
          ...LISTED,
          device: {
            guid: 'd1',
            info: { email },
            status: { security_status: 'THREATS_HIGH', activation_status: 'ACTIVATED' },
          },
        },
        CONNECTOR,
        NOW,
      ),
  ],
  [
    "Lookout's stream",
    (email) =>
      normaliseLookout(
        {
          id: 'e1',
          type: 'DEVICE',
          change_type: 'UPDATED',
          created_time: '2026-06-01T11:00:00Z',
          device: { guid: 'd1', info: { email }, status: { security_status: 'THREATS_HIGH' } },
        },
        CONNECTOR,
        NOW,
      ),
  ],
  [
    "Lookout's version 1",
    (emailAddress) =>
      normaliseLookout(
        {
          id: 'e1',
          type: 'DEVICE',
          eventTime: '2026-06-01T11:00:00Z',
          details: { securityStatus: 'THREATS_HIGH' },
          target: { id: 'd1', emailAddress },
        },
        CONNECTOR,
        NOW,
      ),
  ],
  [
    "Check Point's list",
    (email) => normaliseCheckPoint({ ...LISTED, device: { internal_id: 1, risk: 'High', email } }, CONNECTOR, NOW),
  ],
  [
    "Check Point's alerts",
    (email) =>
      normaliseCheckPoint(
        {
          id: 7,
          device_id: 1,
          event: 'Detected',
          severity: 'High',
          threat_factors: 'Malware',
          backend_last_updated: '2026-06-01T11:00:00Z',
          email,
        },
        CONNECTOR,
        NOW,
      ),
  ],
  [
    "Sophos' list",
    (email) =>
      normaliseSophos({ ...LISTED, device: { id: 'd1', healthState: { state: 'red' }, email } }, CONNECTOR, NOW, {}),
  ],
  [
    "Jamf's list",
    (email) =>
      normaliseJamf({ ...LISTED, device: { guid: 'd1', riskCategory: 'HIGH', user: { email } } }, CONNECTOR, NOW),
  ],
  [
    "Jamf's stream",
    (email) =>
      normaliseJamf(
        {
          event: {
            alertId: 'a1',
            timestamp: '2026-06-01T11:00:00Z',
            eventType: { name: 'JAILBREAK' },
            severity: 10,
            device: { deviceId: 'd1' },
            user: { email },
          },
        },
        CONNECTOR,
        NOW,
      ),
  ],
  [
    "BETTER's devices",
    (UserEmail) =>
      normaliseBetter({ table: 'device', row: { DeviceUdid: 'd1', ThreatLevel: 'High', UserEmail } }, CONNECTOR, NOW),
  ],
  [
    "BETTER's incidents",
    (UserEmail) =>
      normaliseBetter(
        {
          table: 'incident',
          row: { DeviceUdid: 'd1', ThreatId: 1, Status: 'open', ThreatSeverity: 'high', UserEmail },
        },
        CONNECTOR,
        NOW,
      ),
  ],
  [
    "Defender's list",
    (aadDeviceId) =>
      normaliseDefender(
        {
          ...LISTED,
          device: { id: 'd1', aadDeviceId, riskScore: 'High', healthStatus: 'Active', onboardingStatus: 'Onboarded' },
        },
        CONNECTOR,
        NOW,
        {},
      ),
  ],
  [
    "Symantec's list",
    (email) =>
      normaliseSymantec(
        { ...LISTED, device: { id: 'd1', device_type: 'MOBILE', device_status: 'AT_RISK', email } },
        CONNECTOR,
        NOW,
        { atRiskLevel: 'high' },
      ),
  ],
  [
    "Symantec's incidents",
    (email) =>
      normaliseSymantec(
        { id: 'i1', type: 'malware', severity: 'HIGH', event_type: 'OPEN', device: { id: 'd1' }, user: { email } },
        CONNECTOR,
        NOW,
        { atRiskLevel: 'high' },
      ),
  ],
  [
    "Zimperium's list",
    (email) =>
      normaliseZimperium(
        { ...LISTED, device: { zdeviceId: 'd1', riskPostureName: 'Critical', deviceOwner: { email } } },
        CONNECTOR,
        NOW,
      ),
  ],
  [
    "Zimperium's events",
    (userEmail) =>
      normaliseZimperium(
        {
          eventId: 'e1',
          eventFullName: 'host.jailbroken',
          zdid: 'd1',
          severity: 'CRITICAL',
          eventState: 'Pending',
          userEmail,
        },
        CONNECTOR,
        NOW,
      ),
  ],
  [
    "Pradeo's list",
    (serialNumber) =>
      normalisePradeo(
        { ...LISTED, device: { id: 'd1', riskLevel: 'HIGH', serialNumber: `${String(serialNumber)}\u0007` } },
        CONNECTOR,
        NOW,
        { orangeLevel: 'medium' },
      ),
  ],
];

describe('a value that cannot be a key, beside one that can', () => {
  test.each(RECORDS)('is flagged, and the report counts by the other: %s', (_name, read) => {
    const [signal] = read('CORP\\ada');
    expect(signal?.keys.map(({ type }) => type)).toContain('vendorDeviceId');
    expect(signal?.flag).toMatch(/unusable (?:email|entraDeviceId|serialNumber) "CORP\\ada/);
  });
});
