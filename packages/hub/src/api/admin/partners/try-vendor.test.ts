import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@sallyport/contracts';
import { createHttpServer } from '../../../http/http-server.ts';
import { permissionsAsToken } from '../../../http/testing-authenticator.ts';
import { tryVendorRoutes } from './try-vendor.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const SECRET = 'a-long-and-random-webhook-secret';
let app: FastifyInstance;

beforeEach(async () => {
  const clock = { now: () => NOW };
  app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log: pino({ level: 'silent' }),
    authenticator: permissionsAsToken,
    clock,
  });
  await app.register(tryVendorRoutes({ clock }));
});
afterEach(() => app.close());

async function attempt(body: object, vendor = 'webhook', roles: readonly string[] = PERMISSIONS) {
  const answer = await app.inject({
    method: 'POST',
    url: `/admin/v1/vendors/${vendor}/try`,
    headers: { authorization: roles.join(',') },
    payload: body,
  });
  return { status: answer.statusCode, body: answer.json() };
}

const SETTINGS = {
  records: '$.events',
  map: {
    reportId: '$.id',
    deviceKeys: { serialNumber: '$.sn' },
    observedAt: { path: '$.at', format: 'epochSeconds' },
    state: { path: '$.risk', words: { fine: 'secured', bad: 'high' } },
    findings: { path: '$.threats', id: '$.id', severity: { path: '$.severity' } },
  },
};
const SAMPLE = {
  events: [
    { id: 'e1', sn: 'SN-1', at: NOW / 1000, risk: 'bad', threats: [{ id: 't1', severity: 'medium' }] },
    { id: 'e2', sn: 'unknown', at: '2026-03-02', risk: 'so-so' },
    'nothing',
  ],
};

describe('a description tried on a sample', () => {
  test('answers the signals, and what could not be read with its place and value', async () => {
    expect(await attempt({ settings: SETTINGS, sample: SAMPLE })).toEqual({
      status: 200,
      body: {
        authentication: null,
        records: [
          {
            place: '$.events[0]',
            problems: [],
            signal: {
              reportId: expect.stringMatching(/^e1:/),
              device: [{ type: 'serialNumber', value: 'SN-1' }],
              observedDateTime: '2026-03-02T09:00:00.000Z',
              threatState: 'highSeverity',
              flag: null,
              findings: [
                {
                  id: 't1',
                  type: 'threat',
                  severity: 'medium',
                  state: 'open',
                  title: 'threat',
                  detectedDateTime: '2026-03-02T09:00:00.000Z',
                  recommendedAction: null,
                  link: null,
                },
              ],
            },
          },
          {
            place: '$.events[1]',
            signal: expect.objectContaining({
              device: [],
              threatState: null,
              observedDateTime: '2026-03-02T09:00:00.000Z',
              flag: 'unreadable time "2026-03-02"',
            }),
            problems: [
              {
                field: 'observedAt',
                path: '$.at',
                value: '"2026-03-02"',
                message: 'is no time in the format epochSeconds between 2000 and 2100',
              },
              {
                field: 'deviceKeys.serialNumber',
                path: '$.sn',
                value: '"unknown"',
                message: 'is a placeholder and identifies no device',
              },
              { field: 'state', path: '$.risk', value: '"so-so"', message: 'has no meaning in the map' },
            ],
          },
          { place: '$.events[2]', signal: null, problems: [{ field: 'state', path: '$.risk', message: 'is missing' }] },
        ],
      },
    });
  });

  test('reads a record that holds a name twice as the webhook does: the worse counts', async () => {
    const sample = JSON.stringify({ events: [{ id: 'e1', sn: 'SN-1', at: NOW / 1000, risk: 'x' }] }).replace(
      '"risk":"x"',
      '"risk":"bad","risk":"fine"',
    );
    expect((await attempt({ settings: SETTINGS, sample })).body.records).toMatchObject([
      { signal: { threatState: 'highSeverity', flag: 'repeated member risk' } },
    ]);
  });

  test('also says whether the sample would be let in', async () => {
    const sample = JSON.stringify(SAMPLE, null, 2);
    const headers = { 'X-Sallyport-Signature': createHmac('sha256', SECRET).update(sample).digest('hex') };
    const told = async (more: object, settings: object = { webhookSecret: SECRET }) =>
      (await attempt({ settings: { ...SETTINGS, ...settings }, sample, headers, ...more })).body.authentication;
    expect(await told({})).toMatchObject({ ok: true });
    expect(await told({ sample: SAMPLE })).toMatchObject({
      ok: false,
      message: expect.stringContaining('byte for byte'),
    });
    expect(await told({ headers: {} })).toMatchObject({
      ok: false,
      message: expect.stringContaining('x-sallyport-signature is missing'),
    });
    expect(await told({}, {})).toMatchObject({ ok: false, message: expect.stringContaining('Without the secret') });
    expect(await told({}, { webhookSecret: SECRET, timestampHeader: 'x-time' })).toMatchObject({
      ok: false,
      message: 'The header x-time holds no time.',
    });
    expect(
      (await attempt({ settings: { ...SETTINGS, webhookSecret: SECRET }, sample, headers })).body.records,
    ).toHaveLength(3);
  });

  test.each([
    ['a setting that does not exist', { settings: { ...SETTINGS, colour: 'red' }, sample: SAMPLE }, 'settings.colour'],
    [
      'a path that is none',
      { settings: { ...SETTINGS, map: { ...SETTINGS.map, reportId: 'id' } }, sample: SAMPLE },
      'settings.map.reportId',
    ],
    ['a sample that is no JSON', { settings: SETTINGS, sample: '{' }, 'sample'],
    ['a sample that is a number', { settings: SETTINGS, sample: 7 }, 'sample'],
    [
      'a sample nested beyond reason',
      { settings: SETTINGS, sample: `${'['.repeat(5000)}${']'.repeat(5000)}` },
      'sample',
    ],
    ['no record at the place', { settings: SETTINGS, sample: {} }, 'settings.records'],
    ['no sample', { settings: SETTINGS }, 'sample'],
  ])('with %s is refused, and the field is named', async (_, body, field) => {
    expect(await attempt(body)).toMatchObject({ status: 400, body: { error: { target: field } } });
  });

  test.each([
    ['webhook', 'webhook.md', 'json', ['t-5', 't-6']],
    ['syslog-cef', 'syslog-cef.md', 'text', ['t-5']],
  ])('fits its manual: the example of %s is read without a problem', async (vendor, page, form, findings) => {
    const manual = readFileSync(new URL(`../../../../../../docs/partners/${page}`, import.meta.url), 'utf8');
    const [settings, ...blocks] = [...manual.matchAll(/^```(json|text)\n(.*?)^```$/gms)];
    const sample = blocks.find(([, kind]) => kind === form)?.[2];
    const { status, body } = await attempt({ settings: JSON.parse(settings?.[2] ?? ''), sample }, vendor);
    expect([status, body.records.flatMap((record: { problems: unknown[] }) => record.problems)]).toEqual([200, []]);
    expect(body.records).toMatchObject([
      { signal: { threatState: 'highSeverity', flag: null, findings: findings.map((id) => ({ id })) } },
    ]);
  });

  test('reads lines of JSON as the webhook does, and names one that is none', async () => {
    const settings = { ...SETTINGS, records: '$' };
    const lines = SAMPLE.events.slice(0, 2).map((one) => JSON.stringify(one));
    expect((await attempt({ settings, sample: `\ufeff${lines.join('\r\n')}` })).body.records).toMatchObject([
      { place: '$[0]', signal: { threatState: 'highSeverity' } },
      { place: '$[1]' },
    ]);
    const { status, body } = await attempt({ settings, sample: `${lines[0]}\n{"id":` });
    expect([status, body.error.message]).toEqual([400, 'Line 2 of the sample is not JSON.']);
  });

  test('reads a stream of syslog as the listener does: byte order marks, counted messages, lines that begin with a digit', async () => {
    const cef = (id: string) => `CEF:0|Acme|Mobile|1|M|Found|8|externalId=${id} rt=${NOW} dvchost=SN-1 cs1=bad`;
    const counted = (message: string) => `${Buffer.byteLength(message)} ${message}`;
    const settings = {
      map: {
        reportId: '$.externalId',
        deviceKeys: { serialNumber: '$.dvchost' },
        observedAt: { path: '$.rt', format: 'cef' },
        state: { path: '$.cs1', words: { bad: 'high' } },
      },
    };
    const tried = async (sample: string) =>
      (await attempt({ settings, sample }, 'syslog-cef')).body.records.map(
        ({
          place,
          signal,
          problems,
        }: {
          place: string;
          signal: { reportId: string } | null;
          problems: { message: string }[];
        }) => [place, signal?.reportId.split(':')[0] ?? problems[0]?.message],
      );
    expect(
      await tried(
        `\ufeff<134>${cef('a')}\r\n\r\n2026-11-29T10:00:00Z host acme: ${cef('b')}\n\ufeff2026 Nov 29 10:00:00 host ${cef('c')}`,
      ),
    ).toEqual([
      ['line 1', 'a'],
      ['line 3', 'b'],
      ['line 4', 'c'],
    ]);
    const first = counted(`<134>${cef('a')}`);
    expect(await tried(`\ufeff${first}${counted(`<134>${cef('é')}`)}`)).toEqual([
      ['line 1', 'a'],
      [`line 1, byte ${4 + first.length}`, 'é'],
    ]);
    expect(await tried(`200 <134>${cef('a')}`)).toEqual([
      ['line 1', expect.stringMatching(/^is announced with \d+ bytes more than there are$/)],
    ]);
    expect(await tried(`hello\n200 <134>${cef('a')}`)).toEqual([
      ['line 1', 'holds no CEF message where one is expected'],
      ['line 2', 'a'],
    ]);
    expect(await tried(`${cef('a')}\n1234567890 <134>${cef('b')}\n${cef('c')}\n`)).toEqual([
      ['line 1', 'a'],
      ['line 2', 'b'],
      ['line 3', 'c'],
    ]);
    expect(await tried(`${'x'.repeat(70_000)}\n${cef('b')}`)).toEqual([
      ['line 1', expect.stringContaining('70000 bytes long')],
      ['line 2', 'b'],
    ]);
  });

  test('is there for the formats that an administrator describes', async () => {
    for (const vendor of ['lookout', 'acme', '__proto__'])
      expect((await attempt({ settings: SETTINGS, sample: SAMPLE }, vendor)).status).toBe(404);
  });

  test('needs the right to change connectors', async () => {
    expect(
      (await attempt({ settings: SETTINGS, sample: SAMPLE }, 'webhook', ['DeviceManagementServiceConfig.Read.All']))
        .status,
    ).toBe(403);
  });
});

test('a sample of syslog is read by the bytes that the listener would read: NUL at the ends, byte order marks, counts and numbers in front', async () => {
  const settings = {
    map: {
      deviceKeys: { serialNumber: '$.dvchost' },
      reportId: '$.externalId',
      state: { path: '$.cs1', words: { bad: 'high' } },
    },
  };
  const line = (id: number) => `<134>CEF:0|Acme|Mobile|1|7|Risk|8|externalId=e${id} dvchost=SN-${id} cs1=bad`;
  const samples = [
    `${line(1)}\0${line(2)}\0`,
    `\ufeff${line(1)}\r\n\ufeff${line(2).length} ${line(2)}`,
    `1796060852 ${line(1)}\n000123: ${line(2)}`,
  ];
  for (const sample of samples) {
    const { status, body } = await attempt({ settings, sample }, 'syslog-cef');
    expect([
      status,
      body.records.map((one: { problems: unknown; signal: { device: unknown; threatState: string } }) => [
        one.signal.device,
        one.signal.threatState,
        one.problems,
      ]),
    ]).toEqual([200, [1, 2].map((id) => [[{ type: 'serialNumber', value: `SN-${id}` }], 'highSeverity', []])]);
  }
});
