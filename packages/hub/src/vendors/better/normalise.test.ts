import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import { flagOfState } from '../kit/testing-flag.ts';
import { better } from './index.ts';
import { normaliseBetter } from './normalise.ts';
import { rowsOf } from './rows.ts';
import { betterSettings } from './settings.ts';

const CONNECTOR = '860d3ab4-8fd1-45f5-89cd-ecf51e4f92e5';
const NOW = Date.parse('2026-06-01T12:00:00Z');
const UNDATED = () => undefined;

type Item = Record<string, unknown>;

function fixture<T>(name: string): T {
  return JSON.parse(sample(`better/${name}`)) as T;
}

function signals(raw: unknown): readonly Signal[] {
  return normaliseBetter(raw, CONNECTOR, NOW);
}

function summary({ observedAt, state, basis, findings, flag, keys }: Signal) {
  return {
    at: new Date(observedAt).toISOString().slice(11),
    state,
    ...(basis && { basis }),
    flag,
    keys: keys.map((key) => `${key.type}=${key.value.slice(-8)}`).join(' '),
    findings: findings.map((f) => `${f.id} ${f.type} ${f.severity ?? '-'} ${f.state}: ${f.title ?? ''}`),
  };
}

const PHONE1 = 'managedDeviceId=00000001 entraDeviceId=00000001 vendorDeviceId=00000001 email=mple.com';
const PHONE2 = 'managedDeviceId=00000002 entraDeviceId=00000002 vendorDeviceId=00000002 email=mple.com';

describe("BETTER's rows", () => {
  test('of devices tell the posture, and Low covers secured and low', () => {
    const rows = rowsOf('device', fixture<unknown[]>('device-log-ingest.constructed.json'), UNDATED);
    expect(rows.flatMap(signals).map(summary)).toEqual([
      {
        at: '08:00:00.000Z',
        state: 'secured',
        basis: 'postureAndFindings',
        flag: undefined,
        findings: [],
        keys: PHONE1,
      },
      { at: '08:00:00.000Z', state: 'highSeverity', flag: undefined, findings: [], keys: PHONE2 },
    ]);
  });

  test('of incidents tell what was found, the later row of a time after the earlier', () => {
    const rows = rowsOf('incident', fixture<unknown[]>('incident-log-ingest.constructed.json'), UNDATED);
    expect(rows.flatMap(signals).map(summary)).toEqual([
      {
        at: '08:00:05.000Z',
        state: undefined,
        flag: undefined,
        findings: ['9001 malicious_app high open: Malicious app'],
        keys: PHONE2,
      },
      {
        at: '08:00:05.001Z',
        state: undefined,
        flag: undefined,
        findings: ['9001 malicious_app high resolved: Malicious app'],
        keys: PHONE2,
      },
      {
        at: '08:00:05.000Z',
        state: undefined,
        flag: undefined,
        findings: ['9002 usb_debugging low open: USB debugging'],
        keys: PHONE1,
      },
    ]);
  });

  test('as Log Analytics answers them, with suffixes for their types, tell the same', () => {
    const {
      tables: [table],
    } = fixture<{ tables: { columns: { name: string }[]; rows: unknown[][] }[] }>(
      'device-log-query-result.constructed.json',
    );
    const rows = (table?.rows ?? []).map((values) =>
      Object.fromEntries(values.map((value, i) => [table?.columns[i]?.name ?? '', value])),
    );
    expect(
      rowsOf('device', rows, () => Date.parse('2025-03-01T08:00:07Z'))
        .flatMap(signals)
        .map(summary),
    ).toEqual([{ at: '08:00:07.000Z', state: 'highSeverity', flag: undefined, findings: [], keys: PHONE2 }]);
  });

  test("of apps are taken and say nothing about a device's health", () => {
    const rows = fixture<unknown[]>('app-log-ingest.constructed.json');
    expect(
      better.collect?.records({ logType: 'BetterMTDAppLog', timeField: undefined, rows }).flatMap(signals),
    ).toEqual([]);
  });
});

describe("BETTER's traps", () => {
  const [listed] = fixture<Item[]>('device-log-ingest.constructed.json');
  const device = (change: Item) => signals({ table: 'device', row: { ...listed, ...change } })[0];
  const [happened] = fixture<Item[]>('incident-log-ingest.constructed.json');
  const incident = (change: Item) => signals({ table: 'incident', row: { ...happened, ...change } })[0];

  test.each(['', null, 'Safe', 'None', 7, {}, 'constructor'])(
    'the threat level %j is unknown: it is flagged and never secured',
    (ThreatLevel) => {
      expect(device({ ThreatLevel })).toMatchObject({ flag: expect.stringMatching(/^unknown threat level/) });
      expect(device({ ThreatLevel })?.state).toBeUndefined();
      expect(device({ ThreatLevel })?.basis).toBeUndefined();
    },
  );

  test('a deleted device is deactivated, whatever its level', () => {
    expect([
      device({ IsDeleted: true, ThreatLevel: 'High' })?.state,
      device({ IsDeleted: 1 })?.state,
      device({ IsDeleted: 'true' })?.state,
    ]).toEqual(['deactivated', 'deactivated', 'deactivated']);
    expect(device({ IsDeleted: 'perhaps' })?.state).toBe('unknown');
    expect(device({ IsDeleted: null })?.state).toBe('secured');
  });

  test('the number of a device in one table is not taken for the text in another', () => {
    expect(incident({ DeviceId: '2' })?.keys.map((key) => key.type)).toEqual(['email']);
    expect(incident({ DeviceId: 2, UserEmail: '' })).toBeUndefined();
    expect(device({ DeviceUDID: null })?.keys.map((key) => key.type)).toEqual(['email']);
  });

  test('an Apple UDID is one', () => {
    expect(device({ DeviceUDID: '00008030-001A2D3E4F50002E' })?.keys[0]).toEqual({
      type: 'udid',
      value: '00008030-001A2D3E4F50002E',
    });
  });

  test('of a column that changed its type, the filled one counts', () => {
    expect(
      device({ DeviceUDID: undefined, DeviceUDID_s: '', DeviceUDID_g: '00000000-0000-4000-8000-000000000009' })?.keys[0]
        ?.value,
    ).toBe('00000000-0000-4000-8000-000000000009');
  });

  test.each([
    ['malicious_app', 'app', 'app.malware'],
    ['Man in the Middle', undefined, 'net.mitm'],
    ['threat-17', 'network', 'net.threat'],
    ['threat-17', 'app', undefined],
    ['threat-17', undefined, undefined],
  ])('of the type %s and the category %s falls under %s', (ThreatType, ThreatCategory, category) => {
    expect(incident({ ThreatType, ThreatCategory })?.findings[0]?.category).toBe(category);
  });

  test('unknown words of an incident are flagged, and leave what was known of it', () => {
    expect(incident({ Status: 'paused' })).toMatchObject({ findings: [], flag: 'unknown status "PAUSED"' });
    expect(incident({ ThreatSeverity: 'grave' })).toMatchObject({ findings: [], flag: 'unknown severity "GRAVE"' });
    expect(incident({ ThreatSeverity: 'grave', Status: 'resolved' })?.findings).toMatchObject([{ state: 'resolved' }]);
    expect(incident({ ThreatId: null })).toMatchObject({ findings: [], flag: 'incident without id' });
  });

  test('the same row is the same report, another time or word is another', () => {
    const id = (change: Item, around: Item = {}) =>
      signals({ table: 'device', row: { ...listed, ...change }, ...around })[0]?.reportId;
    expect(id({})).toBe(id({}, { place: 3 }));
    expect(
      new Set([
        id({}),
        id({ ThreatScore: 6 }),
        id({ LastReported: '2025-03-01T08:00:01Z' }),
        id({}, { writtenAt: '2025-03-01T08:00:01Z' }),
      ]).size,
    ).toBe(4);
  });

  test('a row without a time is of the time it came in, and one that names its time column is of that', () => {
    expect(device({ LastReported: 'yesterday' })?.observedAt).toBe(NOW);
    const [row] =
      better.collect?.records({ logType: 'BetterMTDDeviceLog', timeField: 'AddedDate', rows: [listed] }) ?? [];
    expect(new Date(signals(row)[0]?.observedAt ?? 0).toISOString()).toBe('2024-12-01T00:00:00.000Z');
  });

  test('names of tables cannot carry a query', () => {
    const problem = (more: object) =>
      betterSettings
        .safeParse({ workspaceId: '00000000-0000-4000-8000-000000000001', sharedKey: 'a'.repeat(43) + '=', ...more })
        .error?.issues[0]?.path.join('.');
    expect([
      problem({}),
      problem({ deviceTable: 'T | project x' }),
      problem({ incidentTable: 'T)' }),
      problem({ workspaceId: 'x' }),
      problem({ sharedKey: 'not base64!' }),
    ]).toEqual([undefined, 'deviceTable', 'incidentTable', 'workspaceId', 'sharedKey']);
    expect([
      problem({ sharedKey: undefined }),
      problem({ clientId: 'x' }),
      problem({ tenantId: 'a/../b', clientId: 'x', clientSecret: 'x'.repeat(20) }),
    ]).toEqual(['clientId', 'tenantId', 'tenantId']);
  });

  test('never make the reader throw, nor call unknown words secured', () => {
    const names = [
      'DeviceUDID',
      'DeviceUDID_g',
      'ThreatLevel',
      'ThreatLevel_s',
      'IsDeleted_b',
      'UserEmail',
      'ThreatId',
      'Status',
      'ThreatSeverity',
      'LogTimeStamp_t',
      'LastReported',
    ];
    const row = fc.oneof(fc.dictionary(fc.constantFrom(...names), fc.anything()), fc.anything());
    fc.assert(
      fc.property(row, fc.constantFrom('device', 'incident', 'else'), fc.anything(), (one, table, place) => {
        for (const s of signals({ table, row: one, place }))
          expect(s.state === 'secured' && flagOfState(s) !== undefined).toBe(false);
        for (const record of better.collect?.records({
          logType: 'BetterMTDIncidentLog',
          timeField: 'x',
          rows: [one, one],
        }) ?? [])
          signals(record);
      }),
      { numRuns: 300 },
    );
  });
});
