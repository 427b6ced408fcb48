import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { PERMISSIONS } from '@sallyport/contracts';
import type { IntakeRunner } from '../../../intake/links/intake-runner.ts';
import { testLink } from '../../../intake/links/test-link.ts';
import type { TestIntake } from '../../../intake/testing.ts';
import { testIntake } from '../../../intake/testing.ts';
import { LOOKOUT, PHONE, report, ZIMPERIUM } from '../../../pipeline/testing.ts';
import { systemClock } from '../../../platform/clock.ts';
import { KEY_NAMES } from '../../../vendors/field-map/field-map-settings.ts';
import { LookoutServer } from '@sallyport/simulators/vendors/lookout';
import { VENDORS } from '../../../vendors/registry.ts';
import { signingKey, TransmitterServer } from '@sallyport/simulators/vendors/shared-signals';
import { syslogCef } from '../../../vendors/syslog-cef/index.ts';
import { createDataKey } from '../../../platform/data-key.ts';
import { createHttpServer } from '../../../http/http-server.ts';
import { permissionsAsToken } from '../../../http/testing-authenticator.ts';
import { vendorLinkRoutes } from './vendor-links.ts';

let t: TestIntake;
let runner: IntakeRunner;
let lookout: LookoutServer;
let app: FastifyInstance;

beforeEach(async () => {
  lookout = new LookoutServer();
  await lookout.listen();
  t = await testIntake();
  runner = await t.start();
  const log = pino({ level: 'silent' });
  app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log,
    authenticator: permissionsAsToken,
    clock: systemClock,
  });
  await app.register(
    vendorLinkRoutes({
      store: t.hub.store,
      configuration: t.hub.configuration,
      devices: t.hub.devices,
      vocabulary: t.hub.vocabulary,
      clock: t.hub.clock,
      runner,
      dataKey: t.dataKey,
      http: t.http,
      log,
    }),
  );
});

afterEach(async () => {
  await app.close();
  await t.close();
  await lookout.close();
});

async function call(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  roles: readonly string[] = PERMISSIONS,
) {
  const answer = await app.inject({
    method,
    url: `/admin/v1${path}`,
    headers: { authorization: roles.join(',') },
    ...(body && { payload: body }),
  });
  return { status: answer.statusCode, text: answer.body, body: answer.body === '' ? undefined : answer.json() };
}

const PATH = `/connectors/${LOOKOUT}/vendor`;

function good(more: object = {}) {
  return { vendor: 'lookout', settings: { baseUrl: lookout.url, applicationKey: lookout.applicationKey, ...more } };
}

describe('the link of a connector to its vendor', () => {
  test('is set, read without its secrets, changed and removed', async () => {
    const put = await call('PUT', PATH, good());
    expect(put).toMatchObject({
      status: 200,
      body: {
        connectorId: LOOKOUT,
        vendor: 'lookout',
        enabled: true,
        secretsSet: ['applicationKey'],
        settings: { baseUrl: lookout.url, snapshotHours: 12 },
        webhookPath: null,
      },
    });
    const kept = JSON.stringify((await t.hub.store.documents.get('vendorLink', LOOKOUT))?.body);
    for (const text of [
      put.text,
      (await call('GET', PATH)).text,
      kept,
      JSON.stringify(await t.hub.store.audit.list(100, 0)),
    ])
      expect(text).not.toContain(lookout.applicationKey);
    expect(runner.link(LOOKOUT)?.link.settings.applicationKey).toBe(lookout.applicationKey);

    expect(
      (
        await call(
          'PUT',
          `/connectors/${LOOKOUT.toUpperCase()}/vendor`,
          good({ applicationKey: undefined, snapshotHours: 6 }),
        )
      ).body.settings.snapshotHours,
    ).toBe(6);
    expect(runner.link(LOOKOUT)?.link.settings).toMatchObject({
      applicationKey: lookout.applicationKey,
      snapshotHours: 6,
    });

    expect((await call('DELETE', PATH)).status).toBe(204);
    expect((await call('GET', PATH)).status).toBe(404);
    expect(runner.link(LOOKOUT)).toBeUndefined();
    // Of the link alone: what its connector goes through meanwhile is on record, too.
    const told = (await t.hub.store.audit.list(100, 0)).filter((row) => row.resourceType === 'vendorLink');
    expect(told.map((row) => row.operation).sort()).toEqual(['Create', 'Delete', 'Patch']);
  });

  test('with secrets of another data key is an answer that says what to do, and no fault of the hub', async () => {
    await call('PUT', PATH, good());
    const row = await t.hub.store.documents.get('vendorLink', LOOKOUT);
    const sealed = createDataKey(Buffer.alloc(32, 99)).seal('x', `vendorLink/${LOOKOUT}/applicationKey`);
    await t.hub.store.transaction((tx) =>
      tx.documents.put('vendorLink', LOOKOUT, { ...row?.body, secrets: { applicationKey: sealed } }, 0),
    );
    expect(await call('POST', `${PATH}/test`)).toMatchObject({
      status: 200,
      body: { ok: false, message: expect.stringContaining('Start it with the key it had') },
    });
    expect(await call('PUT', PATH, good({ applicationKey: undefined }))).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('enter the secret again') } },
    });
    expect((await call('PUT', PATH, good())).status).toBe(200);
  });

  test.each([
    ['in part', { enabled: 'yes' }],
    ['at all', undefined],
  ])(
    'does not run where it cannot be read %s, says so, costs other links nothing, and can be set anew',
    async (_, part) => {
      const other = `/connectors/${ZIMPERIUM}/vendor`;
      await call('PUT', PATH, good());
      const row = await t.hub.store.documents.get('vendorLink', LOOKOUT);
      await t.hub.store.transaction((tx) =>
        tx.documents.put(
          'vendorLink',
          LOOKOUT,
          (part === undefined ? [] : { ...row?.body, ...part }) as Record<string, unknown>,
          0,
        ),
      );
      await call('PUT', other, { vendor: 'zimperium', settings: { webhookSecret: 'x'.repeat(30) } });
      expect([runner.link(LOOKOUT), runner.link(ZIMPERIUM)]).toEqual([undefined, expect.anything()]);
      expect((await call('GET', PATH)).body).toMatchObject({ connectorId: LOOKOUT, unreadable: true });
      expect((await call('GET', `${PATH}/status`)).body).toMatchObject({
        running: false,
        problem: { message: expect.stringContaining('cannot be read') },
      });
      expect(await call('PUT', PATH, good({ applicationKey: undefined }))).toMatchObject({
        status: 400,
        body: { error: { target: 'settings.applicationKey' } },
      });
      expect((await call('PUT', PATH, good())).body).toMatchObject({ enabled: true, secretsSet: ['applicationKey'] });
      expect(runner.link(LOOKOUT)).toBeDefined();
      expect(JSON.stringify(await t.hub.store.audit.list(100, 0))).not.toContain(
        String((row?.body.secrets as Record<string, string>).applicationKey),
      );
      await t.hub.store.transaction((tx) => tx.documents.put('vendorLink', LOOKOUT, {}, 0));
      expect((await call('DELETE', PATH)).status).toBe(204);
    },
  );

  test('does not send a kept secret to another address', async () => {
    await call('PUT', PATH, good());
    const thief = good({ applicationKey: undefined, baseUrl: 'https://thief.example.com' });
    expect(await call('PUT', PATH, thief)).toMatchObject({
      status: 400,
      body: { error: { target: 'settings.applicationKey' } },
    });
    expect((await call('POST', `${PATH}/test`, thief)).status).toBe(400);
    expect((await call('PUT', PATH, good({ baseUrl: 'https://thief.example.com' }))).status).toBe(200);
  });

  test('asks again for the secrets that are sent to an address that changes, and not for those that the vendor shows us', async () => {
    const link = `/connectors/${ZIMPERIUM}/vendor`;
    const asked = { consoleUrl: 'https://one.example', clientId: 'c', clientSecret: 'x'.repeat(30) };
    await call('PUT', link, { vendor: 'zimperium', enabled: false, settings: { webhookSecret: 'x'.repeat(30) } });
    expect(
      (await call('PUT', link, { vendor: 'zimperium', enabled: false, settings: asked })).body.secretsSet.sort(),
    ).toEqual(['clientSecret', 'webhookSecret']);
    const moved = await call('PUT', link, {
      vendor: 'zimperium',
      enabled: false,
      settings: { consoleUrl: 'https://two.example', clientId: 'c' },
    });
    expect([moved.status, moved.body.error.target]).toEqual([400, 'settings.clientSecret']);
  });

  test('forgets its place in the stream when the address changes', async () => {
    await call('PUT', PATH, { ...good(), enabled: false });
    await t.hub.store.transaction(async (tx) => {
      await tx.documents.put('vendorCursor', `${LOOKOUT}:stream`, { value: 'x' }, 1);
    });
    await call('PUT', PATH, { ...good({ snapshotHours: 3 }), enabled: false });
    expect(await t.hub.store.documents.get('vendorCursor', `${LOOKOUT}:stream`)).toBeDefined();
    await call('PUT', PATH, { ...good({ baseUrl: `${lookout.url}/eu` }), enabled: false });
    expect(await t.hub.store.documents.get('vendorCursor', `${LOOKOUT}:stream`)).toBeUndefined();
  });

  describe('to another vendor', () => {
    const webhook = (more: object = {}) => ({
      vendor: 'webhook',
      settings: {
        webhookSecret: 'x'.repeat(30),
        map: {
          deviceKeys: { serialNumber: '$.serial' },
          observedAt: { path: '$.at', format: 'iso' },
          state: { path: '$.state' },
        },
        ...more,
      },
    });
    const speaks = () =>
      t.hub.intake.take(LOOKOUT, [
        report(LOOKOUT, PHONE, {
          state: 'highSeverity',
          at: t.hub.clock.now(),
          keys: [
            { type: 'managedDeviceId', value: PHONE },
            { type: 'vendorDeviceId', value: '7' },
          ],
          findings: [{ id: 'f1', type: 'malware', severity: 'high', state: 'open' }],
        }),
      ]);
    const views = async () =>
      (await t.hub.store.postures.get([PHONE]))[0]?.views.map(({ connectorId, state }) => [connectorId, state]);

    test('ends what the former said of devices, and what it called them', async () => {
      await call('PUT', PATH, { ...good(), enabled: false });
      await speaks();
      expect(await views()).toEqual([[LOOKOUT, 'highSeverity']]);
      expect((await call('PUT', PATH, { ...good(), enabled: false })).status).toBe(200);
      expect(await views()).toEqual([[LOOKOUT, 'highSeverity']]);
      expect(await call('PUT', PATH, webhook())).toMatchObject({ status: 200, body: { vendor: 'webhook' } });
      expect(runner.link(LOOKOUT)?.link.vendor.id).toBe('webhook');
      expect(await views()).toEqual([]);
      expect(await t.hub.store.findings.ofDevices([PHONE])).toMatchObject([{ id: 'f1', state: 'resolved' }]);
      expect(await t.hub.store.vendorDevices.find([{ connectorId: LOOKOUT, vendorDeviceId: '7' }])).toEqual([
        undefined,
      ]);
    });

    test('ends it also when the former was unlinked before, and at once when the vendor changes back', async () => {
      await call('PUT', PATH, { ...good(), enabled: false });
      await speaks();
      await call('DELETE', PATH);
      expect(await views()).toEqual([[LOOKOUT, 'highSeverity']]);
      await call('PUT', PATH, webhook());
      expect(await views()).toEqual([]);
      await speaks();
      await call('PUT', PATH, { ...good(), enabled: false });
      expect(await views()).toEqual([]);
    });

    test('ends nothing when it is refused', async () => {
      await call('PUT', PATH, { ...good(), enabled: false });
      await speaks();
      expect((await call('PUT', PATH, webhook({ map: {} }))).status).toBe(400);
      const sophos = { identityUrl: 'https://10.0.0.9', clientId: 'c', clientSecret: 'x'.repeat(30) };
      expect(await call('PUT', PATH, { vendor: 'sophos', settings: sophos })).toMatchObject({
        status: 400,
        body: { error: { target: 'settings.identityUrl' } },
      });
      expect(await views()).toEqual([[LOOKOUT, 'highSeverity']]);
      expect((await call('GET', PATH)).body.vendor).toBe('lookout');
    });
  });

  test.each([
    ['an unknown vendor', { vendor: 'acme', settings: {} }, 'vendor'],
    ['no key', { vendor: 'lookout', settings: {} }, 'settings.applicationKey'],
    [
      'a setting we do not know',
      { vendor: 'lookout', settings: { applicationKey: 'x'.repeat(30), colour: 'red' } },
      'settings.colour',
    ],
    [
      'an address that is none',
      { vendor: 'lookout', settings: { applicationKey: 'x'.repeat(30), baseUrl: 'file:///etc/passwd' } },
      'settings.baseUrl',
    ],
    [
      'an address with a password',
      { vendor: 'lookout', settings: { applicationKey: 'x'.repeat(30), baseUrl: 'https://a:b@example.com' } },
      'settings.baseUrl',
    ],
    [
      'a webhook secret that can be guessed',
      { vendor: 'zimperium', settings: { webhookSecret: 'short' } },
      'settings.webhookSecret',
    ],
    ['neither push nor poll', { vendor: 'zimperium', settings: {} }, 'settings.webhookSecret'],
    [
      'half an API key',
      { vendor: 'zimperium', settings: { webhookSecret: 'x'.repeat(30), clientId: 'c' } },
      'settings.consoleUrl',
    ],
  ])('is refused with %s, and the field is named', async (_, body, field) => {
    expect(await call('PUT', PATH, body)).toMatchObject({ status: 400, body: { error: { target: field } } });
  });

  test.each([
    ['http://169.254.169.254/', 'not a public address'],
    ['https://10.1.2.3', 'not a public address'],
    ['https://[::1]', 'not a public address'],
    ['https://localhost:8443', 'not a public address'],
    ['https://db.LOCALHOST.', 'not a public address'],
    ['http://api.lookout.com', 'only https'],
  ])('is refused at once with the address %s, which the hub may not call', async (baseUrl, reason) => {
    await call('PUT', PATH, good());
    for (const enabled of [true, false]) {
      const answer = await call('PUT', PATH, { ...good({ baseUrl }), enabled });
      expect([answer.status, answer.body.error.target, answer.body.error.message]).toEqual([
        400,
        'settings.baseUrl',
        expect.stringContaining(reason),
      ]);
      expect(answer.body.error.message).toContain('SALLYPORT_OUTBOUND_ALLOW');
    }
    expect((await call('GET', PATH)).body.settings.baseUrl).toBe(lookout.url);
  });

  test('can be switched off although its address may not be called any more, and not be switched on again', async () => {
    await t.link(LOOKOUT, 'lookout', good({ baseUrl: 'https://10.1.2.3' }).settings);
    const old = good({ applicationKey: undefined, baseUrl: 'https://10.1.2.3' });
    expect((await call('PUT', PATH, { ...old, enabled: false })).status).toBe(200);
    expect(await call('PUT', PATH, old)).toMatchObject({
      status: 400,
      body: { error: { target: 'settings.baseUrl' } },
    });
  });

  test.each([
    ['an address that would give the keys', { jwksUrl: 'https://10.0.0.9/keys' }, 'settings.jwksUrl'],
    ['an address of the metadata', { metadataUrl: 'https://10.0.0.9/ssf' }, 'settings.metadataUrl'],
    ['an issuer whose metadata would be asked for', { issuer: 'https://10.0.0.9' }, 'settings.issuer'],
    ['an address to poll', { pollUrl: 'https://10.0.0.9/poll', pollAuthorization: 'x'.repeat(30) }, 'settings.pollUrl'],
    [
      'an issuer that is only compared',
      { issuer: 'https://10.0.0.9', jwksUrl: 'https://keys.example/keys' },
      undefined,
    ],
  ])('to a transmitter judges %s as well', async (_, more, field) => {
    const settings = { issuer: 'https://ssf.example', audience: 'us', pushAuthorization: 'x'.repeat(30), ...more };
    const answer = await call('PUT', PATH, { vendor: 'shared-signals', enabled: false, settings });
    expect([answer.status, answer.body.error?.target]).toEqual(field === undefined ? [200, undefined] : [400, field]);
  });

  test('needs its connector', async () => {
    expect((await call('PUT', '/connectors/00000000-0000-4000-8000-00000000dead/vendor', good())).status).toBe(404);
  });

  test('can be tried, before and after it is saved', async () => {
    expect((await call('POST', `${PATH}/test`)).status).toBe(404);
    expect((await call('POST', `${PATH}/test`, good())).body).toEqual({
      ok: true,
      message: 'Lookout answers; it has no devices yet.',
    });
    expect(
      (await call('POST', `${PATH}/test`, good({ applicationKey: 'a-wrong-key-long-enough' }))).body,
    ).toMatchObject({ ok: false, message: expect.stringContaining('application key') });
    expect((await call('POST', `${PATH}/test`, good({ baseUrl: 'http://10.0.0.1' }))).body).toMatchObject({
      ok: false,
      message: expect.stringContaining('10.0.0.1'),
    });
    expect((await call('GET', PATH)).status).toBe(404);
    await call('PUT', PATH, good());
    expect((await call('POST', `${PATH}/test`)).body.ok).toBe(true);
    expect(
      (
        await call('POST', `/connectors/${ZIMPERIUM}/vendor/test`, {
          vendor: 'zimperium',
          settings: { webhookSecret: 'x'.repeat(30) },
        })
      ).body.ok,
    ).toBe(true);
  });

  test('shows how it fares', async () => {
    await call('PUT', PATH, good({ applicationKey: 'a-wrong-key-long-enough' }));
    await expect
      .poll(async () => (await call('GET', `${PATH}/status`)).body.problem?.message)
      .toContain('application key');
    await call('PUT', PATH, good());
    await expect
      .poll(async () => (await call('GET', `${PATH}/status`)).body)
      .toMatchObject({ running: true, problem: null, lastSuccessDateTime: '2026-03-02T09:00:00.000Z' });
  });

  test('asks for the permission that Graph names for connectors', async () => {
    expect((await call('GET', PATH, undefined, ['DeviceManagementManagedDevices.Read.All'])).status).toBe(403);
    expect((await call('PUT', PATH, good(), ['DeviceManagementServiceConfig.Read.All'])).status).toBe(403);
    expect((await call('POST', `${PATH}/test`, good(), ['DeviceManagementServiceConfig.Read.All'])).status).toBe(403);
  });
});

test('vendors explain their settings', async () => {
  const { body } = await call('GET', '/vendors');
  expect(body.value.map((vendor: { id: string; secrets: string[] }) => [vendor.id, vendor.secrets])).toEqual(
    expect.arrayContaining([
      ['lookout', ['applicationKey']],
      ['zimperium', ['clientSecret', 'webhookSecret']],
      ['sophos', ['clientSecret']],
    ]),
  );
  for (const vendor of body.value) {
    for (const setting of Object.values(vendor.settingsSchema.properties))
      expect(setting).toMatchObject({ title: expect.any(String), description: expect.any(String) });
  }
});

test('the test of a link that waits for syslog says where senders connect to, or that the hub does not listen', async () => {
  const link = {
    vendor: 'syslog-cef',
    settings: {
      addresses: ['192.0.2.7'],
      map: { reportId: '$.externalId', deviceKeys: { serialNumber: '$.dvchost' }, state: { path: '$.cs1' } },
    },
  };
  expect((await call('POST', `${PATH}/test`, link)).body).toEqual({
    ok: false,
    message: expect.stringContaining('--syslog-listen'),
  });
  const listening = { http: t.http, clock: t.hub.clock, log: pino({ level: 'silent' }), syslogAddress: '0.0.0.0:6514' };
  expect(
    await testLink({ connectorId: LOOKOUT, vendor: syslogCef, enabled: true, settings: link.settings }, listening),
  ).toEqual({ ok: true, message: expect.stringContaining('0.0.0.0:6514') });
});

test('vendors tell the default of every setting that has one, addresses too, and help for each id of a device in a map', async () => {
  const { body } = await call('GET', '/vendors');
  const properties = (id: string) =>
    body.value.find((vendor: { id: string }) => vendor.id === id).settingsSchema.properties;
  expect(properties('lookout').baseUrl).toMatchObject({
    default: 'https://api.lookout.com',
    type: 'string',
    format: 'uri',
    destination: true,
  });
  expect(properties('check-point').gatewayUrl.default).toBe('https://cloudinfra-gw.portal.checkpoint.com');
  expect(properties('sophos').dataRegionUrl).not.toHaveProperty('default');
  for (const vendor of VENDORS) {
    for (const [name, field] of Object.entries(vendor.settings.shape)) {
      const used = (field as z.ZodType).safeParse(undefined).data;
      expect([vendor.id, name, properties(vendor.id)[name].default]).toEqual([vendor.id, name, used]);
    }
  }
  for (const id of ['webhook', 'syslog-cef']) {
    const keys = Object.values(properties(id).map.properties.deviceKeys.properties).map(
      (key) => (key as { description?: string }).description,
    );
    expect(new Set(keys).size).toBe(KEY_NAMES.length);
    expect(keys).not.toContain(undefined);
  }
});

describe('the keys of a transmitter of Shared Signals', () => {
  const fetchKeys = () => call('POST', `${PATH}/fetchKeys`);
  let transmitter: TransmitterServer;
  beforeEach(async () => {
    transmitter = new TransmitterServer();
    transmitter.keys = [await signingKey('k1')];
    await transmitter.listen();
    return () => transmitter.close();
  });
  const linked = (enabled: boolean) =>
    call('PUT', PATH, {
      vendor: 'shared-signals',
      enabled,
      settings: {
        issuer: transmitter.issuer,
        audience: transmitter.audience,
        pushAuthorization: 'Bearer a-long-random-text',
      },
    });

  test('are read at once for the link at work, and what cannot be read is said', async () => {
    await linked(true);
    expect((await fetchKeys()).body).toEqual({
      ok: true,
      message: expect.stringContaining('1 key was read'),
      keys: [{ keyId: 'k1', keyType: 'RSA' }],
    });
    transmitter.trouble('/keys', 500);
    expect((await fetchKeys()).body).toMatchObject({
      ok: false,
      message: expect.stringContaining('24 hours'),
      keys: [],
    });
  });

  test('are not read where there is no link, it is off, or its vendor publishes none', async () => {
    expect((await fetchKeys()).status).toBe(404);
    await linked(false);
    expect((await fetchKeys()).status).toBe(409);
    await call('PUT', PATH, good());
    expect((await fetchKeys()).status).toBe(400);
  });
});

test("the status of a link lists the values in its vendor's reports that nobody knows", async () => {
  await call('PUT', PATH, good());
  await t.hub.intake.take(LOOKOUT, [
    report(LOOKOUT, PHONE, {
      state: 'unknown',
      unknownTerms: [{ field: 'protection_status', value: 'GUARDED', about: 'protection' }],
    }),
  ]);
  await t.hub.tick();
  expect((await call('GET', `${PATH}/status`)).body.unknownTerms).toMatchObject([
    {
      connectorId: LOOKOUT,
      field: 'protection_status',
      value: 'GUARDED',
      about: 'protection',
      devices: 1,
      deviceIds: [PHONE],
      firstSeenDateTime: '2026-03-02T09:00:00.000Z',
      handling: 'automatic',
      handledBy: null,
    },
  ]);
});
