import { afterEach, expect, test } from 'vitest';
import { STRICT, type Store } from '../store/store.ts';
import { startPipeline, type Pipeline } from './pipeline.ts';
import { LOOKOUT, TestClock, temporaryStore } from './testing.ts';

/**
 * A database of a hub that read only the beginnings of names and versions is started by one that reads them whole: it closes
 * nothing that no partner calls bad, and what it would close has a week.
 */

const DAY = 86_400_000;
const WEEK_ENDS = 7 * DAY + 1_000;

/** Name and version as managements write them, and whether the device is closed a week after the upgrade. */
const FLEET: readonly (readonly [operatingSystem: string, osVersion: string, closedInTheEnd: boolean])[] = [
  ['iOS', '17.2', false],
  ['iPadOS', '17.5.1 (21F90)', false],
  ['iPhone OS', '17.2', false],
  ['Android', '14', false],
  ['Linux (Android)', '14', false],
  ['Windows', '10.0.22631.1', false],
  ['Microsoft Windows 11 Pro', 'Windows 11 Pro 10.0.22631.1', false],
  ['Mac OS X', '14.2', false],
  ['Debian GNU/Linux', '12', false],
  ['ChromeOS', '120.0', false],
  ['Printer', '', false],
  ['tvOS', '17', false],
  ['FooOS', '1', false],
  ['Unknown', '', false],
  ['iPhone', '16.0', true],
  ['AOSP', '9', true],
  ['iOS', '', true],
  ['Android', '14 / 15', true],
  ['Microsoft Windows NT Workstation 10.0', '10.0.10240', true],
];

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function storedBefore(at: number): Promise<Store> {
  const store = await temporaryStore();
  opened.push(store);
  await store.transaction(async (tx) => {
    await tx.documents.put(
      'mobileThreatDefenseConnector',
      LOOKOUT,
      {
        androidEnabled: true,
        iosEnabled: true,
        windowsEnabled: true,
        macEnabled: true,
        partnerUnsupportedOsVersionBlocked: true,
        partnerMinimumSupportedIosVersion: '15.0',
      },
      at,
    );
    for (const [type, minimum] of [
      ['iosCompliancePolicy', '17.0'],
      ['androidCompliancePolicy', '13'],
      ['windows10CompliancePolicy', '10.0.22621'],
      ['macOSCompliancePolicy', '14.0'],
    ] as const) {
      await tx.documents.put(
        'deviceCompliancePolicy',
        type,
        {
          '@odata.type': `#microsoft.graph.${type}`,
          displayName: type,
          osMinimumVersion: minimum,
          deviceThreatProtectionEnabled: true,
          deviceThreatProtectionRequiredSecurityLevel: 'low',
          assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
        },
        at,
      );
    }
    await tx.devices.put(
      FLEET.map(([operatingSystem, osVersion], n) => {
        const time = new Date(at).toISOString();
        return {
          id: idOf(n),
          createdAt: at,
          modifiedAt: at,
          resource: { id: idOf(n), operatingSystem, osVersion, lastSyncDateTime: time, enrolledDateTime: time },
        };
      }),
    );
  });
  return store;
}

async function started(store: Store, clock: TestClock): Promise<Pipeline> {
  const pipeline = await startPipeline({
    store,
    clock,
    onError: (error) => {
      throw error;
    },
  });
  opened.push(pipeline);
  return pipeline;
}

function idOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

function closed({ decider: { view } }: Pipeline): readonly string[] {
  return FLEET.flatMap(([name, version], n) =>
    view.posture(idOf(n))?.complianceState === 'noncompliant' ? [`${name} ${version}`] : [],
  );
}

async function report(
  { intake }: Pipeline,
  clock: TestClock,
  n: number,
  state: 'highSeverity' | 'secured',
): Promise<void> {
  const reportId = `${n} ${clock.now()}`;
  await intake.take(LOOKOUT, [
    {
      row: { connectorId: LOOKOUT, reportId, format: 'partner-v1', raw: '{}', observedAt: clock.now() },
      signal: {
        connectorId: LOOKOUT,
        reportId,
        keys: [{ type: 'managedDeviceId', value: idOf(n) }],
        observedAt: clock.now(),
        state,
        findings: [],
      },
    },
  ]);
}

test('an upgrade closes nothing at once, and after a week what fails by name or version', async () => {
  const clock = new TestClock();
  const store = await storedBefore(clock.now());
  const hub = await started(store, clock);
  expect(closed(hub)).toEqual([]);
  clock.advance(WEEK_ENDS);
  await hub.tick();
  expect(closed(hub)).toEqual(
    FLEET.filter(([, , inTheEnd]) => inTheEnd).map(([name, version]) => `${name} ${version}`),
  );
});

test('the week goes on across restarts', async () => {
  const clock = new TestClock();
  const store = await storedBefore(clock.now());
  await (await started(store, clock)).close();
  opened.pop();
  clock.advance(WEEK_ENDS);
  expect(closed(await started(store, clock))).toHaveLength(FLEET.filter(([, , inTheEnd]) => inTheEnd).length);
});

test('what a partner finds closes at once whatever may be a phone or has a policy, and its good news opens it again', async () => {
  const clock = new TestClock();
  const hub = await started(await storedBefore(clock.now()), clock);
  for (const n of FLEET.keys()) await report(hub, clock, n, 'highSeverity');
  const open = FLEET.map(([name]) => name).filter(
    (_, n) => hub.decider.view.posture(idOf(n))?.complianceState !== 'noncompliant',
  );
  expect(open).toEqual(['Debian GNU/Linux', 'ChromeOS', 'Printer', 'tvOS']);
  clock.advance(60_000);
  for (const n of FLEET.keys()) await report(hub, clock, n, 'secured');
  expect(closed(hub)).toEqual([]);
});

test('devices that register from now on have no week for a name, or for a version that a partner has to know', async () => {
  const clock = new TestClock();
  const hub = await started(await storedBefore(clock.now()), clock);
  const strict = {
    lastSyncDateTime: new Date(clock.now()).toISOString(),
    enrolledDateTime: '2020-01-01T00:00:00Z',
    [STRICT]: true,
  };
  const states = [];
  for (const [n, [operatingSystem, osVersion]] of (
    [
      ['FooOS', '1'],
      ['iPhone', '16.0'],
      ['iOS', ''],
      ['iOS', 'unknown'],
      ['Android', ''],
      ['tvOS', ''],
      ['Android', '14'],
    ] as const
  ).entries()) {
    const id = idOf(1_000 + n);
    await hub.devices.put('test', {
      id,
      resource: { id, operatingSystem, osVersion, ...strict },
      createdAt: clock.now(),
      modifiedAt: clock.now(),
    });
    states.push(hub.decider.view.posture(id)?.complianceState);
  }
  expect(states).toEqual([
    'noncompliant',
    'noncompliant',
    'noncompliant',
    'noncompliant',
    'inGracePeriod',
    'compliant',
    'compliant',
  ]);
});
