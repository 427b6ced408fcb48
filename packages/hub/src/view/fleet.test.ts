import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DeviceSnapshotRow, PostureRow } from '../store/store.ts';
import { Fleet } from './fleet.ts';
import type { DeviceClaim } from './ports.ts';

/** Few of each kind, so that they meet: GUIDs in lower case, which are packed, and all sorts that are not. */
const guid = (n: number): string => `${n.toString(16).padStart(8, '0')}-5d0b-4e6e-9a53-1d6f2b7c9a10`;
const IDS = [
  guid(1),
  guid(0x80000000),
  guid(0xffffffff),
  guid(7).toUpperCase(),
  'phone',
  '',
  'ünï',
  guid(9).replace('-', 'x'),
];
const ENTRA_IDS = [guid(1), guid(77), guid(78).toUpperCase(), '00000000-0000-0000-0000-000000000000', 'entra'];
const EAS_IDS = ['APPLDNPX1', 'appldnpx1', '41D5CE4C'];
const USERS = [guid(500), guid(501), 'user'];
const AT = Date.parse('2026-03-01T08:00:00Z');

const word = <T>(...words: readonly T[]) => fc.constantFrom(...words);
const instant = fc.integer({ min: -62_135_596_800_000, max: 4_102_444_800_000 });

const view = (connectorId: string) =>
  fc.record({
    connectorId: fc.constant(connectorId),
    state: word('secured' as const, 'highSeverity' as const),
    observedAt: instant,
    reportId: fc.uuid(),
    basis: fc.constant('posture' as const),
    openFindings: fc.array(fc.record({ id: fc.uuid(), type: word('maliciousNetwork', 'app') }), { maxLength: 2 }),
  });

const posture = (deviceId: string): fc.Arbitrary<PostureRow> =>
  fc.record({
    deviceId: fc.constant(deviceId),
    views: fc.oneof(fc.constant([]), fc.tuple(view('a')), fc.tuple(view('b'), view('a'))),
    mergedState: word('secured' as const, 'highSeverity' as const),
    complianceState: word('compliant' as const, 'noncompliant' as const, 'inGracePeriod' as const),
    reasons: word<PostureRow['reasons']>(
      [],
      [{ code: 'device_inactive' }],
      [{ code: 'threat_level_above_allowed', findingIds: ['f1'] }],
    ),
    failing: word<PostureRow['failing']>({}, { policy: AT }, { policy: AT + 1, builtIn: AT }),
    graceUntil: word(null, AT, AT + 60_000),
    updatedAt: instant,
  });

const row = (id: string): fc.Arbitrary<DeviceSnapshotRow> =>
  fc.record({
    id: fc.constant(id),
    operatingSystem: word('iOS', 'Android', 'Windows', ''),
    osVersion: word('18.1', '15.0'),
    azureADDeviceId: word(null, ...ENTRA_IDS),
    easDeviceId: word(null, ...EAS_IDS),
    serialNumber: fc.constant(null),
    androidManagement: word(null, 'workProfile' as const),
    userId: word(null, ...USERS),
    lastSyncAt: instant,
    enrolledAt: instant,
    posture: fc.oneof(fc.constant(null), posture(id)),
  });

const step = word(...IDS).chain((id) =>
  fc.oneof(
    row(id).map((put) => ({ put })),
    fc.constant({ remove: id }),
    posture(id).map((setPosture) => ({ setPosture })),
  ),
);

/** What a fleet answers, worked out from the rows themselves. */
class PlainFleet {
  /** In the order in which they were put. */
  readonly rows = new Map<string, DeviceSnapshotRow>();

  put(put: DeviceSnapshotRow): void {
    this.rows.delete(put.id);
    this.rows.set(put.id, put);
  }

  setPosture(posture: PostureRow): void {
    const known = this.rows.get(posture.deviceId);
    if (known !== undefined) this.rows.set(posture.deviceId, { ...known, posture });
  }

  idsWhere(is: (row: DeviceSnapshotRow) => boolean): readonly string[] {
    return [...this.rows.values()].filter(is).map(({ id }) => id);
  }
}

function asKnown({
  posture: known,
  operatingSystem,
  osVersion,
  androidManagement,
  id,
  userId,
  lastSyncAt,
  enrolledAt,
  azureADDeviceId,
  easDeviceId,
}: DeviceSnapshotRow): unknown {
  return {
    id,
    operatingSystem,
    osVersion,
    androidManagement: androidManagement ?? undefined,
    userId: userId ?? undefined,
    lastSyncAt,
    enrolledAt,
    entraDeviceId: azureADDeviceId?.toLowerCase() ?? null,
    easDeviceId: easDeviceId?.toLowerCase() ?? null,
    posture:
      known === null
        ? undefined
        : {
            views: known.views.map(({ connectorId, state, observedAt, openFindings }) => ({
              connectorId,
              state,
              observedAt,
              openFindings,
            })),
            mergedState: known.mergedState,
            complianceState: known.complianceState,
            reasons: known.reasons,
            failing: known.failing,
            graceUntil: known.graceUntil,
          },
  };
}

function shown(fleet: Fleet, id: string): unknown {
  const device = fleet.get(id);
  if (device === undefined) return undefined;
  const {
    operatingSystem,
    osVersion,
    androidManagement,
    userId,
    lastSyncAt,
    enrolledAt,
    entraDeviceId,
    easDeviceId,
    posture: known,
  } = device;
  return {
    id: device.id,
    operatingSystem,
    osVersion,
    androidManagement,
    userId,
    lastSyncAt,
    enrolledAt,
    entraDeviceId,
    easDeviceId,
    posture: known,
  };
}

function expectSame(fleet: Fleet, plain: PlainFleet): void {
  expect(fleet.size).toBe(plain.rows.size);
  expect([...fleet.ids()].sort()).toEqual([...plain.rows.keys()].sort());
  expect([...fleet.all()].map(({ id }) => id).sort()).toEqual([...plain.rows.keys()].sort());
  for (const id of IDS)
    expect(shown(fleet, id)).toEqual(plain.rows.has(id) ? asKnown(plain.rows.get(id) as DeviceSnapshotRow) : undefined);
  for (const id of USERS) expect(fleet.ofUser(id)).toEqual(plain.idsWhere(({ userId }) => userId === id));
  for (const value of EAS_IDS) {
    const ids = plain.idsWhere(({ easDeviceId }) => easDeviceId?.toLowerCase() === value.toLowerCase());
    expect(fleet.claimed({ grade: 'easDeviceId', value })?.id).toBe(ids.length === 1 ? ids[0] : undefined);
  }
  for (const now of [AT - 1, AT, AT + 60_000]) {
    expect(
      fleet
        .changedByTime(now)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(plain.idsWhere(({ posture: known }) => known?.graceUntil != null && known.graceUntil <= now).toSorted());
  }
}

test('a fleet answers the same as its rows would, whatever was put, removed and reported', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const fleet = new Fleet();
      const plain = new PlainFleet();
      fleet.takeTouched();
      for (const one of steps) {
        const [kind, value] = Object.entries(one)[0] as
          | ['put', DeviceSnapshotRow]
          | ['remove', string]
          | ['setPosture', PostureRow];
        const id = kind === 'remove' ? value : kind === 'put' ? value.id : value.deviceId;
        const before = plain.rows.get(id)?.posture;
        if (kind === 'put') {
          fleet.put(value);
          plain.put(value);
        }
        if (kind === 'remove') {
          fleet.remove(value);
          plain.rows.delete(value);
        }
        if (kind === 'setPosture') {
          fleet.setPosture(value);
          plain.setPosture(value);
        }
        const after = plain.rows.get(id)?.posture;
        expect([...fleet.takeTouched()]).toEqual(
          [before, after].some((known) => (known?.views.length ?? 0) > 1) ? [id] : [],
        );
      }
      expectSame(fleet, plain);
    }),
    { numRuns: 300 },
  );
});

const claim = (value: string): DeviceClaim => ({ grade: 'claim', value });
const PLAIN: DeviceSnapshotRow = {
  id: guid(1),
  operatingSystem: 'iOS',
  osVersion: '18.1',
  azureADDeviceId: null,
  easDeviceId: null,
  serialNumber: null,
  androidManagement: null,
  userId: null,
  lastSyncAt: AT,
  enrolledAt: AT,
  posture: null,
};

test('a device is found by its id and by its Entra id, in any letter case', () => {
  const fleet = new Fleet();
  fleet.put({ ...PLAIN, azureADDeviceId: guid(0xabc).toUpperCase() });
  for (const value of [guid(1), guid(0xabc), guid(0xabc).toUpperCase()])
    expect(fleet.claimed(claim(value))?.id).toBe(guid(1));
  expect(fleet.claimed(claim(guid(2)))?.id).toBeUndefined();
});

test('an Entra id names the device that had it last, and nobody once that has gone', () => {
  const fleet = new Fleet();
  for (const id of [guid(1), guid(2)]) fleet.put({ ...PLAIN, id, azureADDeviceId: guid(77) });
  expect(fleet.claimed(claim(guid(77)))?.id).toBe(guid(2));
  fleet.remove(guid(1));
  expect(fleet.claimed(claim(guid(77)))?.id).toBe(guid(2));
  fleet.remove(guid(2));
  expect(fleet.claimed(claim(guid(77)))?.id).toBeUndefined();
});

test('an id that is the Entra id of another device names neither, until one of the two is gone', () => {
  const fleet = new Fleet();
  fleet.put({ ...PLAIN, id: guid(1) });
  fleet.put({ ...PLAIN, id: guid(2), azureADDeviceId: guid(1) });
  expect(fleet.claimed(claim(guid(1)))?.id).toBeUndefined();
  expect(fleet.claimed(claim(guid(2)))?.id).toBe(guid(2));
  fleet.remove(guid(1));
  expect(fleet.claimed(claim(guid(1)))?.id).toBe(guid(2));
});

test('a device whose Entra id is its own id is named by it', () => {
  const fleet = new Fleet();
  fleet.put({ ...PLAIN, id: guid(1), azureADDeviceId: guid(1) });
  expect(fleet.claimed(claim(guid(1)))?.id).toBe(guid(1));
});

test('what was read at the start does not undo what came in meanwhile', () => {
  const fleet = new Fleet();
  fleet.load(PLAIN);
  fleet.put({ ...PLAIN, id: guid(2), osVersion: '18.2' });
  fleet.load({ ...PLAIN, id: guid(2), osVersion: '18.1' });
  fleet.load({ ...PLAIN, id: guid(3) });
  expect(['1', '2', '3'].map((n) => fleet.get(guid(Number(n)))?.osVersion)).toEqual(['18.1', '18.2', '18.1']);
});

test('a device that was asked for is not another one when it has gone and its place is taken', () => {
  const fleet = new Fleet();
  fleet.put({ ...PLAIN, azureADDeviceId: guid(77) });
  const before = fleet.get(guid(1));
  fleet.remove(guid(1));
  fleet.put({ ...PLAIN, id: guid(2), osVersion: '26.0', azureADDeviceId: guid(78) });
  expect([before?.id, before?.osVersion, before?.entraDeviceId]).toEqual([guid(1), '18.1', null]);
});

const scattered = (n: number): string => guid(Math.imul(n, 0x9e3779b1) >>> 0);

test('a large fleet is found as surely as a small one, while half of it goes and comes back', () => {
  const fleet = new Fleet();
  const many = 20_000;
  const put = (n: number): void =>
    fleet.put({ ...PLAIN, id: scattered(n), azureADDeviceId: guid(n + 1), userId: USERS[n % 3] as string });
  for (let n = 0; n < many; n += 1) put(n);
  for (let n = 0; n < many; n += 2) fleet.remove(scattered(n));
  const half = Array.from({ length: many }, (_, n) => fleet.claimed(claim(guid(n + 1)))?.id);
  expect(half.every((id, n) => id === (n % 2 === 0 ? undefined : scattered(n)))).toBe(true);
  for (let n = 0; n < many; n += 2) put(n);
  expect(fleet.size).toBe(many);
  expect(
    Array.from({ length: many }, (_, n) => fleet.get(scattered(n))?.entraDeviceId).every((id, n) => id === guid(n + 1)),
  ).toBe(true);
});
