import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sallyport, call, tokenOf, start, type Running } from '@sallyport/simulators/hub';
import { Integration, readKit, reportOn, THREAT, type Kit } from '@sallyport/simulators/partners';

let sandbox: Running;
let kitFile: string;
let kit: Kit;
let ca: string;

beforeAll(async () => {
  sandbox = start('sandbox', '--partner', 'lookout', '--partner', 'Odd & <b>Co</b>');
  kitFile = (await sandbox.said(/^Partner kit +(\S+)/mu))[1] as string;
  await sandbox.said(/^ready https:\S+$/mu);
  kit = readKit(kitFile);
  ca = readFileSync(kit.caFile, 'utf8');
});
afterAll(async () => {
  sandbox.stop();
  await sandbox.ended;
});

const fault = (connectorId: string, body?: object, token = kit.control.token) =>
  call(`${kit.control.url}/connectors/${connectorId}/fault`, ca, {
    method: body === undefined ? 'DELETE' : 'PUT',
    token,
    ...(body && { body }),
  });
const tokenFor = (partner: number) => {
  const { clientId, clientSecret } = kit.partners[partner] as Kit['partners'][number];
  return tokenOf(kit.tokenEndpoint, ca, clientId, clientSecret);
};
const health = async (body: unknown, partner = 0, token?: string) =>
  call(`${kit.baseUrl}/partner/v1/device-health`, ca, { token: token ?? (await tokenFor(partner)), body });

describe('a sandbox', () => {
  test('hands out a kit that others cannot read, with phones and a connector for each partner', () => {
    expect(statSync(kitFile).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(kitFile)).mode & 0o777).toBe(0o700);
    expect(kit.partners.map(({ name }) => name)).toEqual(['Lookout for Work', 'Odd & <b>Co</b>']);
    expect(kit.partners[0]?.connectorId).toBe('2c7790de-8b02-4814-85cf-e0c59380dee8');
    expect(kit.devices).toHaveLength(3);
    for (const { clientSecret } of kit.partners) expect(sandbox.out() + sandbox.err()).not.toContain(clientSecret);
  });

  test('knows its phones by every key of the kit, and keeps what is about the unknown one', async () => {
    for (const device of kit.devices) {
      for (const key of ['managedDeviceId', 'entraDeviceId', 'serialNumber', 'imei', 'udid', 'easDeviceId']) {
        const report = { ...reportOn(device, 'secured'), device: { [key]: device[key] } };
        expect((await health({ reports: [report] })).json()).toMatchObject({ results: [{ status: 'accepted' }] });
      }
    }
    expect((await health({ reports: [reportOn(kit.unknownDevice, 'secured')] })).json()).toMatchObject({
      results: [{ status: 'accepted', matched: false }],
    });
  });

  test('decides as any hub does', async () => {
    const admin = ['--data', join(dirname(kitFile), 'data'), '--ca', kit.caFile];
    const question = [
      'decide',
      '--user',
      'ada@sandbox.example',
      '--app',
      'Exchange',
      '--device',
      "Ada's sandbox phone",
      ...admin,
    ];
    const integration = new Integration(kit);
    await integration.report(reportOn(kit.devices[0], 'highSeverity', [{ ...THREAT, state: 'open' }]));
    const denied = await sallyport([...question, '--explain', '--language', 'sv']);
    expect(denied.code).toBe(4);
    expect(denied.out).toContain('Ta bort appen som Lookout for Work varnar för');
    await integration.report(reportOn(kit.devices[0], 'secured', [{ ...THREAT, state: 'resolved' }]));
    expect((await sallyport(question)).code).toBe(0);
  });
});

describe('faults', () => {
  const id = (): string => kit.partners[0]?.connectorId ?? '';
  const other = (): string => kit.partners[1]?.connectorId ?? '';

  test('of one partner spoil as many calls as were ordered, and none of the other partner', async () => {
    expect((await fault(id().toUpperCase(), { kind: 'unavailable', times: 2, retryAfterSeconds: 7 })).status).toBe(200);
    const report = reportOn(kit.devices[1], 'secured');
    const busy = await health({ reports: [report] });
    expect(busy.status).toBe(503);
    expect(busy.headers['retry-after']).toBe('7');
    expect(busy.json()).toMatchObject({ error: { code: 'serviceNotAvailable' } });
    expect((await health({ reports: [report] }, 1)).status).toBe(200);
    expect((await health({ reports: [report] })).status).toBe(503);
    expect((await health({ reports: [report] })).json()).toMatchObject({ results: [{ status: 'accepted' }] });
  });

  test('may be 429, and may be taken back', async () => {
    await fault(id(), { kind: 'tooManyRequests', times: 5 });
    expect((await health({ reports: [reportOn(kit.devices[1], 'secured')] })).status).toBe(429);
    expect((await fault(id())).json()).toEqual({ fault: null });
    expect((await health({ reports: [reportOn(kit.devices[1], 'secured')] })).status).toBe(200);
  });

  test('may lose an answer: the report was taken all the same', async () => {
    await fault(other(), { kind: 'answerLost' });
    const report = reportOn(kit.devices[2], 'secured');
    await expect(health({ reports: [report] }, 1)).rejects.toThrow();
    expect((await health({ reports: [report] }, 1)).json()).toMatchObject({ results: [{ status: 'duplicate' }] });
  });

  test('may end a token: it is refused from then on, and another one is not', async () => {
    await fault(other(), { kind: 'tokenEnded' });
    const used = await tokenFor(1);
    const report = reportOn(kit.devices[2], 'secured');
    for (let i = 0; i < 2; i += 1) expect((await health({ reports: [report] }, 1, used)).status).toBe(401);
    expect((await health({ reports: [report] }, 1)).json()).toMatchObject({ results: [{ status: 'accepted' }] });
  });

  test('may make the hub slow', async () => {
    await fault(id(), { kind: 'slow', delayMs: 300 });
    const started = performance.now();
    expect((await health({ reports: [reportOn(kit.devices[1], 'secured')] })).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  test.each([
    [{ kind: 'explode' }, 'kind must be one of'],
    [{}, 'kind must be one of'],
    [{ kind: 'slow', delayMs: 1e9 }, 'delayMs must be'],
    [{ kind: 'unavailable', times: 0 }, 'times must be'],
    [{ kind: 'unavailable', retryAfterSeconds: '3' }, 'retryAfterSeconds must be'],
  ])('are refused with %j, saying why', async (body, message) => {
    const answer = await fault(id(), body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
  });

  test('are ordered with the control token and with nothing else', async () => {
    const partnersToken = await tokenOf(
      kit.tokenEndpoint,
      ca,
      kit.partners[0]?.clientId ?? '',
      kit.partners[0]?.clientSecret ?? '',
    );
    for (const token of ['', 'x', `${kit.control.token}x`, kit.control.token.slice(0, -1), partnersToken]) {
      expect((await fault(id(), { kind: 'slow' }, token)).status).toBe(401);
      expect((await call(`${kit.control.url}/exchanges`, ca, { token })).status).toBe(401);
    }
    expect((await fault('00000000-0000-4000-8000-000000000000', { kind: 'slow' })).status).toBe(404);
    expect((await call(`${kit.control.url}/nothing`, ca, { token: kit.control.token })).status).toBe(404);
  });
});

describe('the list of calls', () => {
  test('shows what partners sent and were answered, and neither tokens nor secrets', async () => {
    await health({ reports: [reportOn(kit.devices[0], 'secured'), 7, { reportId: 'odd', threatState: 'fine' }] });
    const answer = await call(`${kit.control.url}/exchanges`, ca, { token: kit.control.token });
    const { value } = answer.json<{ value: any[] }>();
    expect(value.at(-1)).toMatchObject({
      kind: 'reports',
      status: 200,
      clientId: kit.partners[0]?.clientId,
      reports: [{ threatState: 'secured' }, {}, { reportId: 'odd' }],
      results: [
        { status: 'accepted', matched: true },
        { status: 'rejected' },
        { status: 'rejected', problem: expect.stringContaining('reports[2]') },
      ],
    });
    expect(value.some(({ kind }) => kind === 'token')).toBe(true);
    expect(answer.text).not.toMatch(/Bearer|eyJ/);
    for (const { clientSecret } of kit.partners) expect(answer.text).not.toContain(clientSecret);
  });

  test('survives bodies that are no reports', async () => {
    for (const body of ['{', '[]', 'null', '{"reports":7}', ''])
      expect((await health(body)).status).toBeGreaterThanOrEqual(400);
    expect((await call(`${kit.control.url}/exchanges`, ca, { token: kit.control.token })).status).toBe(200);
  });
});

test('nothing is left behind when it ends', async () => {
  const short = start('sandbox');
  const folder = dirname((await short.said(/^Partner kit +(\S+)/mu))[1] as string);
  await short.said(/^ready /mu);
  expect(existsSync(folder)).toBe(true);
  short.stop();
  expect(await short.ended).toBe(0);
  expect(existsSync(folder)).toBe(false);
});

test('a wrong command line is told without starting anything', async () => {
  for (const argv of [
    ['sandbox', '--listen', 'here'],
    ['sandbox', '--public-url', 'http://x'],
    ['sandbox', '--faults'],
    ['partner', 'watch', '--report', 'x.pdf'],
    ['partner', 'watch', '--minutes', '0'],
  ]) {
    expect((await sallyport(argv)).code).toBe(2);
  }
  expect((await sallyport(['sandbox', '--help'])).out).toContain('sallyport sandbox');
});
