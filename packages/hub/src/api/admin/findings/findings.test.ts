import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@sallyport/contracts';
import {
  ALICE,
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
import { findingRoutes } from './findings.ts';

const TABLET = '99999999-5d0b-4e6e-9a53-1d6f2b7c9a10';
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
  await app.register(findingRoutes({ store: hub.store }));
});

afterEach(async () => {
  await app.close();
  await hub.close();
});

async function get(path: string, roles: readonly string[] = PERMISSIONS) {
  const answer = await app.inject({
    method: 'GET',
    url: `/admin/v1${path}`,
    headers: { authorization: roles.join(',') },
  });
  return { status: answer.statusCode, body: answer.json() };
}

/** All pages, and how many there were. */
async function all(path: string): Promise<{ readonly value: any[]; readonly pages: number }> {
  const value = [];
  let pages = 0;
  for (let cursor: string | null = ''; cursor !== null; pages += 1) {
    const { body } = await get(`${path}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    value.push(...body.value);
    cursor = body.nextCursor;
  }
  return { value, pages };
}

const MITM = {
  id: 'mitm',
  type: 'ACTIVE_MITM',
  category: 'net.mitm',
  severity: 'high',
  state: 'open',
  title: 'Cafe',
  link: 'https://partner.example/t/1',
} as const;
const TORCH = {
  id: 'torch',
  type: 'TROJAN',
  category: 'app.malware',
  severity: 'low',
  state: 'open',
  recommendedAction: 'Remove Free Torch.',
} as const;

describe('findings across devices', () => {
  beforeEach(async () => {
    await hub.devices.put('test', phone(TABLET, hub.clock.now(), { userId: ALICE }));
    await hub.intake.take(LOOKOUT, [
      report(LOOKOUT, PHONE, { findings: [MITM, TORCH] }),
      report(LOOKOUT, TABLET, { findings: [{ ...TORCH, state: 'resolved' }] }),
    ]);
    await hub.intake.take(ZIMPERIUM, [
      report(ZIMPERIUM, PHONE, { findings: [{ id: 'odd', type: 'ODD', state: 'open' }] }),
    ]);
  });

  test.each([
    ['', ['odd', 'torch', 'torch', 'mitm']],
    ['state=open', ['odd', 'torch', 'mitm']],
    ['state=resolved', ['torch']],
    ['category=net.mitm', ['mitm']],
    ['category=unclassified', ['odd']],
    ['severity=high', ['mitm']],
    ['severity=none', ['odd']],
    [`connectorId=${ZIMPERIUM.toUpperCase()}`, ['odd']],
    [`deviceId=${TABLET}`, ['torch']],
    ['deviceId=nobody', []],
    ['state=open&category=app.malware', ['torch']],
  ])('are found by %s', async (query, ids) => {
    const { value } = await all(`/findings?${query}`);
    expect(value.map(({ id }) => id)).toEqual(ids);
  });

  test('come in pages that neither repeat nor leave out', async () => {
    const { value, pages } = await all('/findings?limit=1');
    expect(pages).toBe(4);
    expect(value).toEqual((await get('/findings')).body.value);
  });

  test('are found by a category and by the finer ones below it', async () => {
    const finer = {
      ...MITM,
      id: 'arp',
      category: 'net.mitm.arp_spoof',
      observedAt: 1,
      connectorId: LOOKOUT,
      deviceId: PHONE,
      reportId: 'r',
    } as const;
    await hub.store.transaction((tx) => tx.findings.put([finer]));
    expect((await get('/findings?category=net.mitm')).body.value.map(({ id }: { id: string }) => id)).toEqual([
      'mitm',
      'arp',
    ]);
    expect((await get('/findings?category=net.mitm.arp_spoof')).body.value.map(({ id }: { id: string }) => id)).toEqual(
      ['arp'],
    );
  });

  test("carry our category, the partner's words and link, and the category's name and advice in the language that is asked for", async () => {
    expect((await get('/findings?category=net.mitm&language=sv')).body).toEqual({
      value: [
        {
          id: 'mitm',
          deviceId: PHONE,
          connectorId: LOOKOUT,
          type: 'ACTIVE_MITM',
          category: 'net.mitm',
          categoryName: 'Man-i-mitten-attack',
          area: 'network',
          severity: 'high',
          state: 'open',
          title: 'Cafe',
          detectedDateTime: null,
          recommendedAction: null,
          advice: expect.stringMatching(/^Stäng av Wi-Fi/),
          link: 'https://partner.example/t/1',
          observedDateTime: expect.any(String),
          reportId: expect.any(String),
        },
      ],
      nextCursor: null,
    });
    expect((await get(`/devices/${PHONE}/findings?language=nl`)).body.value).toMatchObject([
      { id: 'odd', category: 'unclassified', area: 'other', severity: null, advice: null },
      { id: 'mitm', advice: expect.stringMatching(/^Zet wifi uit/) },
      { id: 'torch', recommendedAction: 'Remove Free Torch.' },
    ]);
  });

  test.each([
    ['state=maybe', 'state'],
    ['severity=awful', 'severity'],
    ['category=net', 'category'],
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['language=de', 'language'],
    ['cursor=x', 'cursor'],
    [`cursor=${Buffer.from('[1,2,3,4]').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from('["a","b","c","d"]').toString('base64url')}`, 'cursor'],
  ])('are refused for %s, and the field is named', async (query, target) => {
    expect(await get(`/findings?${query}`)).toMatchObject({ status: 400, body: { error: { target } } });
  });

  test('are shown to who may read devices or reports, and to nobody else', async () => {
    for (const path of ['/findings', `/devices/${PHONE}/findings`, `/devices/${PHONE}/timeline`]) {
      expect((await get(path, ['DeviceManagementManagedDevices.Read.All'])).status).toBe(200);
      expect((await get(path, ['Sallyport.Reports.Read.All'])).status).toBe(200);
      expect((await get(path, ['User.Read.All', 'update_device_health'])).status).toBe(403);
    }
  });
});

describe('the timeline of a device', () => {
  test('tells what happened, newest first, with the effects of a report above it', async () => {
    hub.clock.advance(1000);
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured' })]);
    hub.clock.advance(1000);
    const bad = report(LOOKOUT, PHONE, { state: 'highSeverity', findings: [MITM] });
    await hub.intake.take(LOOKOUT, [bad]);
    hub.clock.advance(1000);
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured', at: 1_000_000_000_000 })]);
    const { value } = (await get(`/devices/${PHONE}/timeline`)).body;
    expect(value.map(({ kind }: { kind: string }) => kind)).toEqual([
      'report',
      'complianceChanged',
      'mergedLevelChanged',
      'levelChanged',
      'findingOpened',
      'report',
      'mergedLevelChanged',
      'levelChanged',
      'report',
      'complianceChanged',
    ]);
  });

  test('comes in pages that neither repeat nor leave out', async () => {
    for (let i = 0; i < 12; i += 1) {
      await hub.intake.take(i % 3 === 0 ? ZIMPERIUM : LOOKOUT, [
        report(i % 3 === 0 ? ZIMPERIUM : LOOKOUT, PHONE, {
          state: i % 2 === 0 ? 'highSeverity' : 'secured',
          findings: [{ ...MITM, state: i % 2 === 0 ? 'open' : 'resolved' }],
        }),
      ]);
      hub.clock.advance(i % 4 === 0 ? 0 : 1000);
    }
    const whole = (await get(`/devices/${PHONE}/timeline?limit=1000`)).body;
    expect(whole.nextCursor).toBeNull();
    expect(whole.value.length).toBeGreaterThan(40);
    for (const limit of [1, 7, whole.value.length])
      expect((await all(`/devices/${PHONE}/timeline?limit=${limit}`)).value).toEqual(whole.value);
    const times = whole.value.map(({ dateTime }: { dateTime: string }) => dateTime);
    expect(times).toEqual([...times].sort().reverse());
  });

  test('says who reported what, and why the device failed', async () => {
    const bad = report(LOOKOUT, PHONE, { state: 'highSeverity', findings: [MITM], flag: 'odd word' });
    await hub.intake.take(LOOKOUT, [bad]);
    const { value } = (await get(`/devices/${PHONE}/timeline`)).body;
    const { reportId } = bad.signal;
    expect(value).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'report',
          reportId,
          connectorId: LOOKOUT,
          status: 'accepted',
          flag: 'odd word',
          observedDateTime: new Date(bad.signal.observedAt).toISOString(),
        }),
        expect.objectContaining({
          kind: 'findingOpened',
          reportId,
          findingId: 'mitm',
          category: 'net.mitm',
          severity: 'high',
          title: 'Cafe',
        }),
        expect.objectContaining({ kind: 'levelChanged', reportId, from: null, to: 'highSeverity' }),
        expect.objectContaining({
          kind: 'complianceChanged',
          from: 'compliant',
          to: 'noncompliant',
          reasons: [expect.objectContaining({ code: 'threat_level_above_allowed', findingIds: ['mitm'] })],
        }),
      ]),
    );
    expect(JSON.stringify(value)).not.toContain('"raw"');
  });

  test('names the partner beside each id of a connector', async () => {
    await hub.configuration.write('admin', async (tx, changed) => {
      const before = (await tx.documents.get('mobileThreatDefenseConnector', LOOKOUT))?.body;
      const after = { ...before, partnerDisplayName: 'Our Lookout' };
      await tx.documents.put('mobileThreatDefenseConnector', LOOKOUT, after, hub.clock.now());
      changed({ kind: 'mobileThreatDefenseConnector', id: LOOKOUT, before, after });
    });
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity', findings: [MITM] })]);
    const { value } = (await get(`/devices/${PHONE}/timeline`)).body;
    const named = { connectorId: LOOKOUT, partner: 'Our Lookout' };
    for (const kind of ['report', 'findingOpened', 'levelChanged'])
      expect(value).toContainEqual(expect.objectContaining({ kind, ...named }));
    expect(value).toContainEqual(expect.objectContaining({ kind: 'mergedLevelChanged', causedBy: [named] }));
    expect(value).toContainEqual(
      expect.objectContaining({ kind: 'complianceChanged', reasons: [expect.objectContaining(named)] }),
    );
  });

  test('shows changes that an older version wrote, which knew no cause', async () => {
    await hub.store.transaction((tx) =>
      tx.history.append([
        { deviceId: PHONE, at: hub.clock.now(), event: { kind: 'mergedLevelChanged', from: null, to: 'secured' } },
      ]),
    );
    expect((await get(`/devices/${PHONE}/timeline?limit=1`)).body.value).toEqual([
      { kind: 'mergedLevelChanged', dateTime: expect.any(String), from: null, to: 'secured' },
    ]);
  });

  test('is refused for an unknown device and a foreign cursor', async () => {
    expect((await get('/devices/nobody/timeline')).status).toBe(404);
    const { nextCursor } = (await get('/findings?limit=1')).body;
    for (const cursor of [
      'x',
      'e30',
      Buffer.from('[-1,0]').toString('base64url'),
      ...(nextCursor === null ? [] : [nextCursor]),
    ]) {
      expect(await get(`/devices/${PHONE}/timeline?cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { error: { target: 'cursor' } },
      });
    }
  });
});
