import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@sallyport/contracts';
import type { Signal } from '@sallyport/core';
import { sample } from '@sallyport/simulators/samples';
import {
  furnish,
  LOOKOUT,
  phone,
  PHONE,
  report,
  testPipeline,
  ZIMPERIUM,
  type TestPipeline,
} from '../../../pipeline/testing.ts';
import { systemClock } from '../../../platform/clock.ts';
import { createHttpServer } from '../../../http/http-server.ts';
import { permissionsAsToken } from '../../../http/testing-authenticator.ts';
import { zimperium } from '../../../vendors/zimperium/index.ts';
import { parsePartnerReport } from '../../partner/parse-report.ts';
import { reinstateRoutes } from '../devices/reinstate.ts';
import { reportRoutes } from './reports.ts';

let hub: TestPipeline;
let app: FastifyInstance;

beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log: pino({ level: 'silent' }),
    authenticator: permissionsAsToken,
    clock: systemClock,
  });
  await app.register(
    reportRoutes({ store: hub.store, devices: hub.devices, clock: hub.clock, view: hub.decider.view }),
  );
  await app.register(reinstateRoutes({ devices: hub.devices }));
});

afterEach(async () => {
  await app.close();
  await hub.close();
});

async function call(method: 'GET' | 'POST', path: string, body?: object, roles: readonly string[] = PERMISSIONS) {
  const answer = await app.inject({
    method,
    url: `/admin/v1${path}`,
    headers: { authorization: roles.join(',') },
    ...(body && { payload: body }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

const FINDING = { id: 'f1', type: 'malware', severity: 'high', state: 'open', title: 'Free Torch' } as const;

describe('reports that wait for their device', () => {
  test('are listed page by page and applied when they are assigned', async () => {
    const stranger = report(LOOKOUT, 'stranger', { state: 'highSeverity', findings: [FINDING] });
    await hub.intake.take(LOOKOUT, [
      stranger,
      report(LOOKOUT, 'other', { state: 'secured' }),
      report(LOOKOUT, PHONE, { state: 'secured' }),
    ]);
    const first = await call('GET', '/reports?status=unmatched&limit=1');
    expect(first.body).toMatchObject({
      value: [
        {
          reportId: stranger.row.reportId,
          status: 'unmatched',
          threatState: 'highSeverity',
          keys: [{ type: 'managedDeviceId', value: 'stranger' }],
          raw: stranger.row.raw,
        },
      ],
    });
    const second = await call('GET', `/reports?limit=1&after=${first.body.nextAfter}`);
    expect(second.body).toMatchObject({ value: [{ keys: [{ value: 'other' }] }], nextAfter: null });
    expect((await call('GET', '/reports?status=ambiguous')).body).toEqual({ value: [], nextAfter: null });

    const assign = await call('POST', '/reports/assign', {
      deviceId: PHONE.toUpperCase(),
      reports: [{ connectorId: LOOKOUT, reportId: stranger.row.reportId }],
    });
    expect(assign.body).toEqual({ assigned: 1, notAssigned: [] });
    expect((await call('GET', '/reports')).body.value).toHaveLength(1);
  });

  test('are applied once each, in the order of arrival, however they are named', async () => {
    const at = hub.clock.now();
    const waiting = (['highSeverity', 'lowSeverity', 'mediumSeverity'] as const).map((state, i) =>
      report(LOOKOUT, 'stranger', { state, at: at + i }),
    );
    await hub.intake.take(LOOKOUT, waiting);
    const named = [2, 0, 1, 2].map((i) => ({ connectorId: LOOKOUT, reportId: waiting[i]?.row.reportId }));
    expect((await call('POST', '/reports/assign', { deviceId: PHONE, reports: named })).body).toEqual({
      assigned: 3,
      notAssigned: [],
    });
    expect(hub.decider.view.posture(PHONE)?.mergedState).toBe('mediumSeverity');
    expect((await hub.store.reports.ofDevice(PHONE, 10)).map(({ status }) => status)).toEqual([
      'accepted',
      'accepted',
      'accepted',
    ]);
    expect((await call('POST', '/reports/assign', { deviceId: PHONE, reports: named })).body).toEqual({
      assigned: 0,
      notAssigned: [2, 0, 1].map((i) => ({
        connectorId: LOOKOUT,
        reportId: waiting[i]?.row.reportId,
        problem: 'settled',
        deviceId: PHONE,
      })),
    });
  });

  test('are refused with wrong questions, and the field is named', async () => {
    expect(await call('GET', '/reports?status=lost')).toMatchObject({
      status: 400,
      body: { error: { target: 'status' } },
    });
    expect(await call('GET', '/reports?limit=0')).toMatchObject({ status: 400, body: { error: { target: 'limit' } } });
    expect((await call('GET', '/reports?$top=3')).status).toBe(400);
    expect((await call('POST', '/reports/assign', { deviceId: PHONE, reports: [] })).status).toBe(400);
    expect(
      (
        await call('POST', '/reports/assign', {
          deviceId: 'nobody',
          reports: [{ connectorId: LOOKOUT, reportId: 'x' }],
        })
      ).status,
    ).toBe(404);
    expect(
      (await call('POST', '/reports/assign', { deviceId: PHONE, reports: [{ connectorId: LOOKOUT, reportId: 'x' }] }))
        .body,
    ).toEqual({
      assigned: 0,
      notAssigned: [{ connectorId: LOOKOUT, reportId: 'x', problem: 'unknown', deviceId: null }],
    });
  });
});

describe('a device with two records', () => {
  const NEW = '9c0d5a00-0000-4000-8000-000000000002';
  const record = (id: string, enrolledDateTime: string, lastSyncDateTime: string) =>
    phone(id, hub.clock.now(), { serialNumber: 'SN-1', enrolledDateTime, lastSyncDateTime });

  test('shows which report is held against it', async () => {
    for (const id of [PHONE, NEW])
      await hub.devices.put('test', record(id, '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'));
    await hub.intake.take(LOOKOUT, [
      report(LOOKOUT, PHONE, { keys: [{ type: 'serialNumber', value: 'SN-1' }], state: 'highSeverity' }),
    ]);
    expect((await call('GET', `/devices/${NEW}/reports`)).body.value).toMatchObject([
      { status: 'ambiguous', threatState: 'highSeverity', decides: true },
    ]);
  });

  test('is made live again by hand', async () => {
    await hub.devices.put('test', record(PHONE, '2026-02-01T00:00:00Z', '2026-02-20T00:00:00Z'));
    await hub.devices.put('test', record(NEW, '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'));
    expect(hub.decider.view.successorOf(PHONE)).toBe(NEW);
    expect(await call('POST', `/devices/${PHONE}/reinstate`, {})).toEqual({ status: 200, body: { deviceId: PHONE } });
    expect(hub.decider.view.successorOf(PHONE)).toBeUndefined();
    expect((await call('POST', `/devices/${PHONE}/reinstate`)).status).toBe(409);
    expect((await call('POST', '/devices/9c0d5a00-0000-4000-8000-000000000009/reinstate')).status).toBe(404);
    expect((await call('POST', `/devices/${PHONE}/reinstate`, { why: 'x' })).status).toBe(400);
    expect(
      (await call('POST', `/devices/${PHONE}/reinstate`, {}, ['DeviceManagementManagedDevices.Read.All'])).status,
    ).toBe(403);
  });
});

describe('the reports of a device', () => {
  test('are shown newest first, and as they came only to who may see personal data', async () => {
    await hub.intake.take(LOOKOUT, [
      report(LOOKOUT, PHONE, { state: 'secured' }),
      report(LOOKOUT, PHONE, { state: 'highSeverity', flag: 'unknown word' }),
    ]);
    const all = await call('GET', `/devices/${PHONE}/reports`);
    expect(all.body.value.map((r: { flag: string | null }) => r.flag)).toEqual(['unknown word', null]);
    expect(all.body.value[0].raw).toContain('highSeverity');
    const asDeviceAdmin = await call('GET', `/devices/${PHONE}/reports`, undefined, [
      'DeviceManagementManagedDevices.Read.All',
    ]);
    expect(asDeviceAdmin.body.value).toHaveLength(2);
    expect(JSON.stringify(asDeviceAdmin.body)).not.toContain('"raw"');
    expect((await call('GET', '/devices/nobody/reports')).status).toBe(404);
  });

  test('say what they said, also once they have their device', async () => {
    const raw = JSON.stringify({
      reportId: 'r-1',
      device: { managedDeviceId: PHONE, serialNumber: 'SN-1' },
      observedDateTime: '2026-03-02T08:00:00Z',
      threatState: 'mediumSeverity',
      findings: [{ id: 'f1', type: 'malware', severity: 'medium', state: 'open', title: 'Free Torch' }],
    });
    const parsed = parsePartnerReport(JSON.parse(raw), LOOKOUT, hub.clock.now());
    if (!parsed.ok) throw new Error(parsed.error.message);
    await hub.intake.take(LOOKOUT, [parsed.incoming]);
    const said = {
      threatState: 'mediumSeverity',
      findings: [{ id: 'f1', type: 'malware', severity: 'medium', state: 'open', title: 'Free Torch' }],
    };
    expect((await call('GET', `/devices/${PHONE}/reports`)).body.value[0]).toMatchObject({
      ...said,
      keys: [
        { type: 'managedDeviceId', value: PHONE },
        { type: 'serialNumber', value: 'SN-1' },
      ],
    });
    expect(
      (await call('GET', `/devices/${PHONE}/reports`, undefined, ['DeviceManagementManagedDevices.Read.All'])).body
        .value[0],
    ).toMatchObject({ ...said, keys: [] });
  });

  test('in the format of a vendor say what they said, too', async () => {
    const record = JSON.parse(sample('zimperium/data-export-rest-webhook.constructed.json')) as unknown;
    const raw = Array.isArray(record) ? (record[0] as unknown) : record;
    const [signal] = zimperium.normalise(raw, LOOKOUT, hub.clock.now(), {});
    if (signal === undefined) throw new Error('the sample says nothing');
    const meant = { ...signal, keys: [{ type: 'managedDeviceId', value: PHONE } as const] };
    await hub.intake.take(LOOKOUT, [
      {
        signal: meant,
        row: {
          connectorId: LOOKOUT,
          reportId: signal.reportId,
          observedAt: signal.observedAt,
          format: zimperium.format,
          raw: JSON.stringify(raw),
        },
      },
    ]);
    const [shown] = (await call('GET', `/devices/${PHONE}/reports`)).body.value;
    expect(shown.findings.map(({ id }: { id: string }) => id)).toEqual(signal.findings.map(({ id }) => id));
    expect(shown.keys.length).toBeGreaterThan(0);
  });

  test('of a format that is not known any more are shown without what they said', async () => {
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured' })]);
    expect((await call('GET', `/devices/${PHONE}/reports`)).body.value[0]).toMatchObject({
      format: 'test',
      threatState: null,
      findings: [],
      keys: [],
    });
  });

  test('are shown to nobody without a permission', async () => {
    expect((await call('GET', `/devices/${PHONE}/reports`, undefined, ['User.Read.All'])).status).toBe(403);
    expect((await call('GET', '/reports', undefined, ['DeviceManagementManagedDevices.Read.All'])).status).toBe(403);
    expect(
      (await call('POST', '/reports/assign', { deviceId: PHONE, reports: [] }, ['Sallyport.Reports.Read.All'])).status,
    ).toBe(403);
  });
});

test('the reports that decide are always among those of a device, however many came after them', async () => {
  const at = hub.clock.now();
  const bad = report(LOOKOUT, PHONE, { state: 'highSeverity', findings: [FINDING], at });
  await hub.intake.take(LOOKOUT, [bad]);
  for (let i = 1; i <= 12; i += 1)
    await hub.intake.take(LOOKOUT, [
      report(LOOKOUT, PHONE, {
        at: at + i,
        findings: [{ ...FINDING, id: `note-${i}`, severity: undefined, state: 'resolved' }],
      }),
    ]);
  const { body } = await call('GET', `/devices/${PHONE}/reports?limit=3`);
  expect(body.value).toHaveLength(4);
  expect(body.value.map(({ decides }: { decides: boolean }) => decides)).toEqual([false, false, false, true]);
  expect(body.value[3]).toMatchObject({ reportId: bad.row.reportId });
});

describe("the mark of the reports that decide stands on those that make today's decision", () => {
  const MINUTE = 60_000;
  const DAY = 86_400_000;
  const TIED = [{ type: 'managedDeviceId', value: PHONE }] as const;
  const SERIAL = [{ type: 'serialNumber', value: 'SN-1' }] as const;
  const id = (value: string) => ({ type: 'vendorDeviceId', value }) as const;
  type Step = readonly [name: string, minutes: number, said: Partial<Signal>, connectorId?: string];

  const SITUATIONS: readonly (readonly [
    what: string,
    steps: readonly Step[],
    deciding: readonly string[],
    after?: number,
  ])[] = [
    [
      'one partner',
      [
        ['old', 0, { state: 'highSeverity' }],
        ['new', 1, { state: 'secured' }],
      ],
      ['new'],
    ],
    [
      'two identities, of which the older one is worse',
      [
        ['bad', 0, { keys: [...SERIAL, id('a')], state: 'highSeverity' }],
        ['good', 1, { keys: [...SERIAL, id('b')], state: 'secured' }],
      ],
      ['bad'],
    ],
    [
      'a newer identity, tied by management, that supersedes',
      [
        ['bad', 0, { keys: [...SERIAL, id('a')], state: 'highSeverity', findings: [FINDING] }],
        ['good', 1, { keys: [...TIED, id('b')], state: 'secured' }],
      ],
      ['good'],
    ],
    [
      'lost contact',
      [
        ['bad', 0, { state: 'highSeverity' }],
        ['lost', 1, { state: 'unresponsive' }],
      ],
      ['bad'],
    ],
    [
      'lost contact of an app that was gone',
      [
        ['gone', 0, { state: 'deactivated' }],
        ['lost', 1, { state: 'unresponsive' }],
      ],
      ['gone'],
    ],
    [
      'a finding that is newer than the posture',
      [
        ['fine', 0, { state: 'secured' }],
        ['found', 1, { findings: [FINDING] }],
      ],
      ['found'],
    ],
    [
      'a finding beside a posture that is as bad',
      [
        ['bad', 0, { state: 'mediumSeverity' }],
        ['found', 1, { findings: [{ ...FINDING, severity: 'low' }] }],
      ],
      ['bad'],
    ],
    [
      'findings alone, of which one is worse',
      [
        ['low', 0, { findings: [{ ...FINDING, id: 'l', severity: 'low' }] }],
        ['high', 1, { findings: [FINDING] }],
        ['over', 2, { findings: [{ ...FINDING, id: 'x', state: 'resolved' }] }],
      ],
      ['high'],
    ],
    [
      'two partners, of which one is worse',
      [
        ['fine', 0, { state: 'secured' }],
        ['bad', 1, { state: 'mediumSeverity' }, ZIMPERIUM],
      ],
      ['bad'],
    ],
    [
      'two partners that report the same',
      [
        ['bad 1', 0, { state: 'highSeverity' }],
        ['bad 2', 1, { state: 'highSeverity' }, ZIMPERIUM],
      ],
      ['bad 1', 'bad 2'],
    ],
    [
      'a silent partner whose bad news stays',
      [
        ['bad', 0, { state: 'highSeverity' }],
        ['fine', 1, { state: 'secured' }, ZIMPERIUM],
      ],
      ['bad'],
      10 * DAY,
    ],
    ['a silent partner whose good news is ignored', [['fine', 0, { state: 'secured' }]], [], 10 * DAY],
  ];

  test.each(SITUATIONS.map(([what, steps, deciding, after]) => ({ what, steps, deciding, after })))(
    '$what',
    async ({ steps, deciding, after }) => {
      await hub.devices.put('test', phone(PHONE, hub.clock.now(), { serialNumber: 'SN-1' }));
      expect(await decidingAfter(steps, after)).toEqual(deciding);
    },
  );

  test('what is held, and not once it is settled', async () => {
    for (const one of [PHONE, '9c0d5a00-0000-4000-8000-000000000002'])
      await hub.devices.put('test', phone(one, hub.clock.now(), { serialNumber: 'SN-1' }));
    expect(
      await decidingAfter([
        ['fine', 0, { keys: [...TIED, id('a')], state: 'secured' }],
        ['held', 1, { keys: [...SERIAL, id('b')], state: 'highSeverity' }],
      ]),
    ).toEqual(['held']);
    expect(await decidingAfter([['better', 2, { keys: [...SERIAL, id('b')], state: 'secured' }]])).toEqual(['fine']);
  });

  test('bad news of a partner that withdrew', async () => {
    await decidingAfter([['bad', 0, { state: 'compromised' }]]);
    await hub.provisioning.provision(LOOKOUT, false);
    expect(await decidingAfter([])).toEqual(['bad']);
  });

  async function decidingAfter(steps: readonly Step[], after = 0): Promise<readonly string[]> {
    const began = hub.clock.now();
    for (const [name, minutes, said, connectorId = LOOKOUT] of steps) {
      hub.clock.at = began + minutes * MINUTE;
      await hub.intake.take(connectorId, [
        report(connectorId, PHONE, { reportId: name, at: hub.clock.now(), ...said }),
      ]);
    }
    // Only the partner that spoke last is heard of meanwhile.
    hub.clock.advance(after);
    if (after > 0 && steps.length > 1) await hub.intake.heartbeat(steps.at(-1)?.[3] ?? LOOKOUT);
    const { value } = (await call('GET', `/devices/${PHONE}/reports`)).body as {
      value: readonly { reportId: string; decides: boolean }[];
    };
    return value
      .filter(({ decides }) => decides)
      .map(({ reportId }) => reportId)
      .toSorted();
  }
});
