import { beforeEach, expect, test } from 'vitest';
import type { DeviceFilter, DeviceFilterColumn, FilterOperator, Store } from '../store.ts';
import { device, idsOf, posture } from './rows.ts';

const is = (column: DeviceFilterColumn, op: FilterOperator, value: string | null): DeviceFilter => ({
  op,
  column,
  value,
});
const not = (part: DeviceFilter): DeviceFilter => ({ op: 'not', part });
const and = (...parts: DeviceFilter[]): DeviceFilter => ({ op: 'and', parts });
const or = (...parts: DeviceFilter[]): DeviceFilter => ({ op: 'or', parts });

const DEVICES = [
  device('d1', {
    deviceName: 'Alpha',
    model: 'Pixel 9',
    userPrincipalName: 'ann@contoso.com',
    lastSyncDateTime: '2026-02-01T10:00:00Z',
  }),
  device('d2', {
    deviceName: 'beta 100%',
    model: 'Pixel_9',
    userPrincipalName: 'Bob@Contoso.com',
    lastSyncDateTime: '2026-02-02T10:00:00Z',
  }),
  device('d3', { deviceName: 'Gamma \\ ÅSA', model: null, lastSyncDateTime: '2026-02-03T10:00:00Z' }),
  device('d4', { deviceName: 'alpha', model: 'pixelx9', serialNumber: 'S4', lastSyncDateTime: null }),
];

/** [what it says, filter, ids of the devices that fit] */
const CASES: readonly (readonly [string, DeviceFilter, readonly string[]])[] = [
  ['equal text in any case', is('deviceName', 'eq', 'ALPHA'), ['d1', 'd4']],
  ['equal text beyond ASCII in any case', is('deviceName', 'eq', 'gamma \\ åsa'), ['d3']],
  ['not equal includes null', is('model', 'ne', 'Pixel 9'), ['d2', 'd3', 'd4']],
  ['equal null', is('model', 'eq', null), ['d3']],
  ['not equal null', is('model', 'ne', null), ['d1', 'd2', 'd4']],
  ['an order with null is false', is('model', 'lt', null), []],
  ['containing null is false', is('model', 'contains', null), []],
  ['contains', is('deviceName', 'contains', 'AMM'), ['d3']],
  ['starts with', is('userPrincipalName', 'startswith', 'bob@'), ['d2']],
  ['ends with', is('userPrincipalName', 'endswith', '@CONTOSO.com'), ['d1', 'd2']],
  ['per cent is only itself', is('deviceName', 'contains', '0%'), ['d2']],
  ['per cent is no wildcard', is('deviceName', 'startswith', '%'), []],
  ['underscore is only itself', is('model', 'eq', 'pixel_9'), ['d2']],
  ['underscore is no wildcard', is('model', 'contains', 'l_9'), ['d2']],
  ['backslash is only itself', is('deviceName', 'contains', '\\ Å'), ['d3']],
  ['quotes are only themselves', is('deviceName', 'eq', "' or 1=1 --"), []],
  ['the empty text is in every text', is('deviceName', 'contains', ''), ['d1', 'd2', 'd3', 'd4']],
  ['greater', is('deviceName', 'gt', 'alpha'), ['d2', 'd3']],
  ['greater or equal', is('deviceName', 'ge', 'Beta 100%'), ['d2', 'd3']],
  ['a time later than', is('lastSyncDateTime', 'gt', '2026-02-01T10:00:00Z'), ['d2', 'd3']],
  ['a time in another zone', is('lastSyncDateTime', 'eq', '2026-02-01T12:00:00+02:00'), ['d1']],
  ['a time not later includes null', not(is('lastSyncDateTime', 'gt', '2026-02-01T10:00:00Z')), ['d1', 'd4']],
  ['what is no time fits nothing', is('lastSyncDateTime', 'lt', 'yesterday'), []],
  ['id', is('id', 'eq', 'd2'), ['d2']],
  ['id in any case', is('id', 'eq', 'D2'), ['d2']],
  ['a key', is('serialNumber', 'eq', 's4'), ['d4']],
  ['compliance state in any case', is('complianceState', 'eq', 'NonCompliant'), ['d1']],
  ['compliance state of a device never evaluated', is('complianceState', 'eq', 'unknown'), ['d3', 'd4']],
  ['compliance state that there is not', is('complianceState', 'eq', 'fine'), []],
  ['compliance state, part of its name', is('complianceState', 'startswith', 'NonC'), ['d1']],
  ['compliance state, other than', is('complianceState', 'ne', 'noncompliant'), ['d2', 'd3', 'd4']],
  ['reported threat state', is('partnerReportedThreatState', 'eq', 'highSeverity'), ['d1']],
  ['and', and(is('deviceName', 'eq', 'alpha'), is('model', 'contains', 'x9')), ['d4']],
  ['or', or(is('id', 'eq', 'd1'), is('id', 'eq', 'd3')), ['d1', 'd3']],
  ['not of equal includes null', not(is('model', 'eq', 'pixel 9')), ['d2', 'd3', 'd4']],
  ['not of not equal', not(is('model', 'ne', 'pixel 9')), ['d1']],
  ['not of contains includes null', not(is('model', 'contains', 'pixel')), ['d3']],
  ['not of and', not(and(is('deviceName', 'eq', 'alpha'), is('model', 'eq', 'Pixel 9'))), ['d2', 'd3', 'd4']],
  [
    'nested',
    or(and(is('id', 'gt', 'd1'), is('id', 'lt', 'd4'), not(is('id', 'eq', 'd3'))), is('serialNumber', 'eq', 'S4')),
    ['d2', 'd4'],
  ],
  ['an empty and is true', and(), ['d1', 'd2', 'd3', 'd4']],
  ['an empty or is false', or(), []],
];

export function deviceFilterCases(store: () => Store): void {
  beforeEach(async () => {
    await store().transaction(async (tx) => {
      await tx.devices.put(DEVICES);
      await tx.postures.put([
        posture('d1', { complianceState: 'noncompliant', mergedState: 'highSeverity' }),
        posture('d2'),
      ]);
    });
  });

  test.each(CASES)('%s', async (_, filter, expected) => {
    expect(idsOf(await store().devices.query({ filter, limit: 10, offset: 0 }))).toEqual(expected);
    expect(await store().devices.count(filter)).toBe(expected.length);
  });

  test('without a filter all devices come, ordered by id', async () => {
    expect(idsOf(await store().devices.query({ limit: 10, offset: 0 }))).toEqual(['d1', 'd2', 'd3', 'd4']);
    expect(await store().devices.count()).toBe(4);
  });

  test('sorted by several columns, equal ones by id', async () => {
    const query = (orderBy: { column: DeviceFilterColumn; descending: boolean }[]) =>
      store().devices.query({ orderBy, limit: 10, offset: 0 }).then(idsOf);
    expect(await query([{ column: 'deviceName', descending: false }])).toEqual(['d1', 'd4', 'd2', 'd3']);
    expect(await query([{ column: 'deviceName', descending: true }])).toEqual(['d3', 'd2', 'd1', 'd4']);
    expect(
      await query([
        { column: 'deviceName', descending: false },
        { column: 'id', descending: true },
      ]),
    ).toEqual(['d4', 'd1', 'd2', 'd3']);
  });

  test('null sorts below everything', async () => {
    const query = (descending: boolean) =>
      store()
        .devices.query({ orderBy: [{ column: 'lastSyncDateTime', descending }], limit: 10, offset: 0 })
        .then(idsOf);
    expect(await query(false)).toEqual(['d4', 'd1', 'd2', 'd3']);
    expect(await query(true)).toEqual(['d3', 'd2', 'd1', 'd4']);
  });

  test.each([
    [[{ column: 'lastSyncDateTime', descending: false }]],
    [[{ column: 'lastSyncDateTime', descending: true }]],
    [[]],
    [
      [
        { column: 'complianceState', descending: true },
        { column: 'deviceName', descending: false },
      ],
    ],
  ] as const)('what comes after a place is the rest of the list, in the order %j', async (orderBy) => {
    const all = idsOf(await store().devices.query({ orderBy, limit: 10, offset: 0 }));
    for (const [index, id] of all.entries()) {
      const after = await store().devices.positionOf(id, orderBy);
      expect(idsOf(await store().devices.query({ orderBy, after, limit: 10, offset: 0 }))).toEqual(
        all.slice(index + 1),
      );
    }
    expect(await store().devices.positionOf('nobody', orderBy)).toBeUndefined();
  });

  test('pages do not overlap and end', async () => {
    const page = (offset: number) =>
      store()
        .devices.query({ orderBy: [{ column: 'complianceState', descending: false }], limit: 3, offset })
        .then(idsOf);
    expect(await page(0)).toEqual(['d2', 'd1', 'd3']);
    expect(await page(3)).toEqual(['d4']);
    expect(await page(6)).toEqual([]);
  });
}
