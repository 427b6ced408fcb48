import { afterEach, beforeEach, expect, test } from 'vitest';
import { sample } from '@sallyport/simulators/samples';
import { phone } from '../pipeline/testing.ts';
import { rowsOf } from '../vendors/better/rows.ts';
import { pradeo } from '../vendors/pradeo/index.ts';
import type { TestIntake } from './testing.ts';
import { testIntake } from './testing.ts';

/** The samples of each vendor, as they are, for phones that are enrolled with the ids in them: what its connector makes of them decides. */

type Item = Record<string, unknown>;

const SECRET = 'a-long-and-random-webhook-secret';
const MEMBER = '77777777-7777-4777-8777-777777777777';
let t: TestIntake;

beforeEach(async () => {
  t = await testIntake();
});
afterEach(() => t.close());

function json<T>(path: Parameters<typeof sample>[0]): T {
  return JSON.parse(sample(path)) as T;
}

interface Case {
  readonly vendor: string;
  readonly connector: string;
  readonly settings: Item;
  /** The phone that the samples say is at risk, by what they know it by. */
  readonly enrolled: Item & { readonly id: string };
  readonly records: readonly unknown[];
  readonly state: string;
  /** The same phone, well again. */
  readonly back: readonly unknown[];
}

const SES = json<{ devices: Item[] }>('symantec/ses-v1-devices-mobile.constructed.json').devices;
const INCIDENT = json<(Item & { device: Item })[]>('symantec/sep-mobile-incidents.constructed.json')[0];
const CHECK_POINT = json<{ objects: Item[] }>('check-point/device-status-page.constructed.json').objects;
const ALERTS = ['alerts-v3-page1.constructed.json', 'alerts-v3-page2.constructed.json'].flatMap(
  (name) => json<{ objects: Item[] }>(`check-point/${name}`).objects,
);
const PRADEO = sample('pradeo/events.constructed.ndjson')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { content: { deviceCorrelation: Item } });
const BETTER = json<Item[]>('better/device-log-ingest.constructed.json');
const INCIDENTS = json<Item[]>('better/incident-log-ingest.constructed.json');

const listed = (devices: readonly Item[], takenAt: string) =>
  devices.map((device) => ({ takenAt, device, changed: true }));
const later = '2025-03-02T08:00:00.000Z';

const CASES: readonly Case[] = [
  {
    vendor: 'check-point',
    connector: 'd3ddeae8-441f-4681-b80f-aef644f7195a',
    settings: { gatewayUrl: 'http://127.0.0.1:9', clientId: 'x', accessKey: 'x'.repeat(20) },
    enrolled: { id: '11111111-0000-4000-8000-000000000002' },
    state: 'highSeverity',
    records: [...ALERTS, ...listed(CHECK_POINT, '2025-03-01T09:00:00.000Z')],
    back: listed(
      CHECK_POINT.map((device) => ({ ...device, risk: '0' })),
      later,
    ),
  },
  {
    vendor: 'symantec',
    connector: '28fd67fd-b179-4629-a8b0-dad420b697c7',
    settings: { webhookSecret: SECRET },
    enrolled: { id: MEMBER, emailAddress: 'alan@example.com' },
    state: 'highSeverity',
    records: [INCIDENT, ...listed(SES, '2025-03-01T09:00:00.000Z')],
    back: [
      {
        ...INCIDENT,
        event_type: 'incident_closed',
        timestamp: later,
        device: { ...INCIDENT?.device, risk: 'Minimal' },
      },
    ],
  },
  {
    vendor: 'pradeo',
    connector: '8d0ed095-8191-4bd3-8a41-953b22d51ff7',
    settings: { webhookSecret: SECRET },
    enrolled: { id: MEMBER, azureADDeviceId: '00000000-0000-4000-8000-000000000102' },
    state: 'highSeverity',
    records: pradeo.receive?.records(PRADEO, {}) ?? [],
    back: [
      {
        ...PRADEO[1],
        id: 'later',
        creationDate: later,
        content: {
          deviceCorrelation: {
            ...PRADEO[1]?.content.deviceCorrelation,
            applicationThreatLevel: 'Green',
            systemThreatLevel: 'Green',
          },
        },
      },
    ],
  },
  {
    vendor: 'better',
    connector: '860d3ab4-8fd1-45f5-89cd-ecf51e4f92e5',
    settings: { workspaceId: MEMBER, sharedKey: `${'a'.repeat(43)}=` },
    enrolled: { id: '00000000-0000-4000-8000-000000000002' },
    state: 'highSeverity',
    records: [...rowsOf('incident', INCIDENTS, () => undefined), ...rowsOf('device', BETTER, () => undefined)],
    back: rowsOf(
      'device',
      BETTER.map((row) => ({ ...row, ThreatLevel: 'Low', LastReported: later })),
      () => undefined,
    ),
  },
];

test.each(CASES)(
  'samples of $vendor close the phone that they speak of, and open it again',
  async ({ vendor, connector, settings, enrolled, records, state, back }) => {
    await t.connector(connector, { matchDevicesByEmail: true });
    await t.hub.devices.put('test', phone(enrolled.id, t.hub.clock.now(), enrolled));
    await t.link(connector, vendor, settings);
    const runner = await t.start();
    const mail = () =>
      t.hub.decider.decide({
        user: 'alice@example.com',
        application: 'Exchange',
        device: { grade: 'claim', value: enrolled.id },
      });
    const link = runner.link(connector);
    await link?.take(records);
    expect(t.hub.decider.view.posture(enrolled.id)?.mergedState).toBe(state);
    expect(mail()).toMatchObject({ decision: false });
    await link?.take(back);
    expect(t.hub.decider.view.posture(enrolled.id)?.mergedState).toBe('secured');
    expect(mail()).toMatchObject({ decision: true });
    const count = await t.hub.store.reports.count();
    await link?.take([...back, ...records]);
    expect([t.hub.decider.view.posture(enrolled.id)?.mergedState, await t.hub.store.reports.count()]).toEqual([
      'secured',
      count,
    ]);
  },
);
