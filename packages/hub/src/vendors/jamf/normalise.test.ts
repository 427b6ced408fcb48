import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { categoryOf, type Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { flagOfState } from '../kit/testing-flag.ts';
import { JAMF_CATEGORIES } from './categories.ts';
import { normaliseJamf } from './normalise.ts';

const CONNECTOR = '1f58d6d2-02cc-4c80-b008-1bfe7396a10a';
const NOW = Date.parse('2025-03-01T12:00:00Z');

function fixture(name: string): string {
  return sample(`jamf/${name}`);
}

const list = JSON.parse(fixture('risk-v2-devices-page0.constructed.json')) as {
  userDeviceList: Record<string, unknown>[];
};
const events = fixture('threat-events-stream.constructed.ndjson')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { event: Record<string, unknown> });

function snapshot(device: unknown): readonly Signal[] {
  return normaliseJamf({ takenAt: '2025-03-01T09:00:00.000Z', device }, CONNECTOR, NOW);
}

function event(more: object): Signal | undefined {
  return normaliseJamf({ event: { ...events[0]?.event, ...more } }, CONNECTOR, NOW)[0];
}

describe('devices of the Risk API', () => {
  test('mean what their risk tells, and are known by the id of the device management', () => {
    const found = list.userDeviceList.flatMap(snapshot);
    expect(found.map(({ state, keys }) => [state, ...keys.map(({ type }) => type)])).toEqual([
      ['secured', 'managedDeviceId', 'entraDeviceId', 'vendorDeviceId', 'email'],
      ['highSeverity', 'managedDeviceId', 'entraDeviceId', 'vendorDeviceId', 'email'],
      ['lowSeverity', 'vendorDeviceId', 'email'],
    ]);
    const empty = JSON.parse(fixture('risk-v2-devices-page1.constructed.json')) as { userDeviceList: unknown[] };
    expect(empty.userDeviceList).toEqual([]);
  });

  test('of version 1 are understood too', () => {
    const { records } = JSON.parse(fixture('risk-v1-devices-page0.constructed.json')) as { records: unknown[] };
    expect(records.flatMap(snapshot).map(({ state }) => state)).toEqual(['lowSeverity', 'highSeverity']);
  });

  test.each([
    ['NOT_APPLICABLE', [undefined, undefined]],
    ['CATASTROPHIC', [undefined, 'unknown risk category "CATASTROPHIC"']],
    [null, [undefined, undefined]],
    [['SECURE'], [undefined, 'unknown risk category "[OBJECT]"']],
    ['medium', ['mediumSeverity', undefined]],
  ])('of the risk %j mean %j', (riskCategory, expected) => {
    const [signal] = snapshot({ ...list.userDeviceList[0], riskCategory });
    expect([signal?.state, signal?.flag]).toEqual(expected);
  });

  test('are matched neither by made-up mail addresses nor by ids that are none', () => {
    const keys = (more: object) =>
      snapshot({ ...list.userDeviceList[0], ...more })[0]?.keys.map(({ type, value }) => `${type} ${value}`);
    expect(keys({ externalId: 'null', user: { email: 'aaaa@bbbb.WND' } })).toEqual([
      'vendorDeviceId 00000000-0000-4000-8000-000000000001',
    ]);
    expect(keys({ externalId: '00008030-001A2B3C4D5E802E', user: null })?.[0]).toBe('udid 00008030-001A2B3C4D5E802E');
    expect(keys({ externalId: '{3F2504E0-4F89-41D3-9A0C-0305E82C3301}', user: {} })?.[0]).toBe(
      'managedDeviceId 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    );
  });
});

describe('the Threat Events Stream', () => {
  test('tells of apps and systems that stay, and of visits that are over', () => {
    const found = events.flatMap((line) => normaliseJamf(line, CONNECTOR, NOW));
    expect(
      found.map(({ state, observedAt, findings }) => [
        state,
        new Date(observedAt).toISOString().slice(11, 16),
        ...findings.map((f) => `${f.id} ${f.severity ?? '-'} ${f.state} ${categoryOf(JAMF_CATEGORIES, f.type)}`),
      ]),
    ).toEqual([
      [undefined, '08:00', 'SIDE_LOADED_APP_IN_INVENTORY:com.example.side medium open app.sideloaded'],
      [undefined, '08:05', '00000000-0000-4000-8000-000000005002 - resolved net.malicious_site'],
      [undefined, '08:06', 'OUTDATED_OS high open vuln.os_outdated'],
    ]);
    expect(found[0]?.findings[0]).toMatchObject({
      title: 'Sideloaded App: Side',
      link: expect.stringContaining('https://radar.example.invalid/'),
    });
  });

  test.each([
    [{ action: 'Blocked' }, { findings: [{ state: 'resolved' }] }],
    [{ action: 'Quarantined' }, { findings: [], flag: 'unknown action "QUARANTINED"' }],
    [{ action: undefined, severity: 'high' }, { findings: [{ state: 'open', severity: 'high' }] }],
    [{ severity: 'dire' }, { findings: [], flag: 'unknown severity "DIRE"' }],
    [{ severity: null }, { findings: [expect.not.objectContaining({ severity: expect.anything() })] }],
    [{ eventType: { id: '213' } }, { findings: [{ type: '213' }] }],
    [{ timestamp: 'soon' }, { observedAt: NOW }],
    [{ alertId: null }, { reportId: expect.stringMatching(/^event:/) }],
    [{ eventUrl: 'javascript:alert(1)' }, { findings: [expect.not.objectContaining({ link: expect.anything() })] }],
  ])('%j becomes %j', (more, expected) => {
    expect(event(more)).toMatchObject(expected);
  });

  test.each([
    [2, 'low'],
    [4, 'low'],
    ['4', 'low'],
    [5, 'medium'],
    [6, 'medium'],
    [8, 'high'],
    [10, 'high'],
    ['Lowest', 'low'],
    ['highest', 'high'],
  ])('of severity %j is %s', (severity, level) => {
    expect(event({ severity })?.findings).toMatchObject([{ severity: level }]);
  });

  test('ends by "Resolved" what "Detected" opened, also under the id of the same alert', () => {
    const [detected, resolved] = ['Detected', 'Resolved'].map((action) => event({ action, severity: 6 }));
    expect([detected?.findings, resolved?.findings]).toMatchObject([
      [{ state: 'open', severity: 'medium' }],
      [{ state: 'resolved' }],
    ]);
    expect(resolved?.findings[0]?.id).toBe(detected?.findings[0]?.id);
    expect(resolved?.reportId).not.toBe(detected?.reportId);
    expect(resolved?.flag).toBeUndefined();
  });

  test.each(['ACCESS_BAD_HOST', 'LEAK_PASSWORD', 'LEAK_LOCATION', 'RISKY_APP_DOWNLOAD', 'SSL_STRIP_MITM'])(
    'tells of traffic that is over: %s',
    (name) => {
      expect(event({ eventType: { name }, action: 'Detected' })?.findings).toMatchObject([{ state: 'resolved' }]);
    },
  );

  test('says nothing where it names neither a device nor a kind', () => {
    expect(event({ device: { deviceId: '' }, user: {} })).toBeUndefined();
    expect(event({ eventType: {} })).toBeUndefined();
    for (const name of [
      'risk-v1-override-request.json',
      'error-429.constructed.json',
      'login-response.constructed.json',
    ]) {
      expect(normaliseJamf(JSON.parse(fixture(name)), CONNECTOR, NOW)).toEqual([]);
    }
  });
});

test('nothing that comes in makes it throw, and what is not understood is never secured', () => {
  const words = fc.oneof(fc.constantFrom('SECURE', 'Detected', 'x', null), fc.anything());
  fc.assert(
    fc.property(
      fc.record(
        {
          guid: words,
          riskCategory: words,
          user: words,
          device: words,
          eventType: words,
          action: words,
          severity: words,
        },
        { requiredKeys: [] },
      ),
      (raw) => {
        for (const signal of [
          ...snapshot(raw),
          ...normaliseJamf(raw, CONNECTOR, NOW),
          ...normaliseJamf({ event: raw }, CONNECTOR, NOW),
        ]) {
          if (signal.state === 'secured')
            expect([flagOfState(signal), String(raw.riskCategory).trim().toUpperCase()]).toEqual([undefined, 'SECURE']);
        }
      },
    ),
    { numRuns: 300 },
  );
});
