import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newDeviceAuthority } from '@sallyport/simulators/device-ca';
import { startHub, type HubProcess, sallyport, type Ran } from '@sallyport/simulators/hub';

/** What an administrator does with the command line, from an empty hub to a report and back, in the order of the file. */

const folder = mkdtempSync(join(tmpdir(), 'sallyport-cli-'));
const dataDir = join(folder, 'data');
let hub: HubProcess;

beforeAll(async () => {
  hub = await startHub(dataDir);
});
afterAll(async () => {
  await hub?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...argv: string[]): Promise<Ran> => sallyport(argv, { env: { SALLYPORT_DATA: dataDir } });

async function ok(...argv: string[]): Promise<string> {
  const { code, out, err } = await cli(...argv);
  expect(err).toBe('');
  expect(code).toBe(0);
  return out;
}

// What --json prints; each test asserts the shape it relies on.
const json = async (...argv: string[]): Promise<any> => JSON.parse(await ok(...argv, '--json'));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const COMPLIANCE = {
  '@odata.type': '#microsoft.graph.androidCompliancePolicy',
  displayName: 'Android phones',
  deviceThreatProtectionEnabled: true,
  deviceThreatProtectionRequiredSecurityLevel: 'low',
  scheduledActionsForRule: [
    { ruleName: 'PasswordRequired', scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] },
  ],
};
const ACCESS = {
  displayName: 'Mail and files',
  state: 'enabled',
  grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
  conditions: {
    users: { includeGroups: ['Staff'] },
    applications: { includeApplications: ['Exchange', 'SharePoint'] },
    clientAppTypes: ['all'],
  },
};

let partner: { appId: string; clientSecret: string };
const asPartner = (...argv: string[]): Promise<Ran> =>
  sallyport(argv, {
    env: { SALLYPORT_DATA: dataDir, SALLYPORT_CLIENT_ID: '', SALLYPORT_CLIENT_SECRET: partner.clientSecret },
  });

describe('setting up', () => {
  test('a connector, people and a phone', async () => {
    expect(await ok('connector', 'list')).toContain('There are no connectors yet.');
    expect(await ok('connector', 'set', 'lookout', '--android', 'on')).toMatch(/Android +yes/);
    expect(await json('connector', 'set', 'lookout', '--threshold-days', '3')).toMatchObject({
      androidEnabled: true,
      partnerUnresponsivenessThresholdInDays: 3,
    });
    const own = 'acce0000-0000-4000-8000-000000000001';
    expect(await ok('connector', 'set', own, '--name', 'Acme', '--android', 'on')).toMatch(/Partner +Acme/);
    expect(await json('connector', 'set', 'Acme', '--ios', 'on')).toMatchObject({
      id: own,
      partnerDisplayName: 'Acme',
      androidEnabled: true,
      iosEnabled: true,
    });
    expect((await cli('connector', 'test', 'Acme')).err).toContain(own);
    expect(await json('inventory', 'push-to', 'acme', 'https://partner.invalid/in', '--enabled', 'off')).toMatchObject({
      connectorId: own,
    });
    expect(await json('inventory', 'push', 'Acme')).toMatchObject({ connectorId: own });
    expect(await json('inventory', 'new-push-key', 'Acme')).toMatchObject({
      connectorId: own,
      secret: expect.any(String),
    });
    expect(await json('inventory', 'disclosures', '--connector', 'Acme')).toEqual([]);
    expect(await json('inventory', 'stop-push', 'Acme')).toEqual({ stopped: own });
    await ok('connector', 'remove', 'Acme');
    await ok('user', 'create', 'ada@example.com', '--name', 'Ada', '--language', 'sv-SE');
    expect(await ok('group', 'create', 'Staff', '--member', 'ada@example.com')).toContain('with 1 member.');
    expect(await ok('group', 'add-member', 'Staff', 'ada@example.com')).toContain('0 of 1 were new');
    expect(
      await ok(
        'device',
        'register',
        '--name',
        "Ada's phone",
        '--os',
        'Android',
        '--os-version',
        '14',
        '--user',
        'ada@example.com',
        '--serial',
        'SN-1',
      ),
    ).toMatch(/User +ada@example\.com/);
  });

  test('policies from files in which groups have names; a second time they are changed', async () => {
    const [compliance, access] = [file('compliance.json', COMPLIANCE), file('access.json', [ACCESS])];
    expect(
      (await json('policy', 'apply', '-f', compliance, '-f', access)).map(({ what }: { what: string }) => what),
    ).toEqual(['created', 'created']);
    await ok('policy', 'assign', 'Android phones', '--group', 'Staff');
    expect(
      (await json('policy', 'apply', '-f', compliance, '-f', access)).map(({ what }: { what: string }) => what),
    ).toEqual(['changed', 'changed']);
    expect(await ok('policy', 'list')).toMatch(/compliance +Android phones +android, 1 target/);
  });

  test('a preview of a policy and of a connector counts, and changes nothing', async () => {
    expect(await json('policy', 'delete', 'Android phones', '--preview')).toMatchObject({ devices: 1 });
    expect(await ok('policy', 'assign', 'Android phones', '--nobody', '--preview')).toContain('Would get it back');
    expect(await json('connector', 'remove', 'lookout', '--preview')).toMatchObject({ devices: 1 });
    expect((await cli('policy', 'delete', 'Mail and files', '--preview')).code).toBe(2);
    expect(await ok('policy', 'list')).toMatch(/compliance +Android phones +android, 1 target/);
    expect(await ok('connector', 'list')).toMatch(/lookout/i);
  });

  test('what "policy get" prints can be applied again', async () => {
    for (const name of ['Android phones', 'Mail and files']) {
      const path = file('again.json', await ok('policy', 'get', name));
      expect(await json('policy', 'apply', '-f', path)).toMatchObject([{ what: 'changed', name }]);
    }
  });

  test('a client for the partner, whose secret is shown once', async () => {
    partner = await json(
      'client',
      'create',
      '--name',
      'bridge',
      '--permission',
      'update_device_health',
      '--connector',
      'lookout',
    );
    expect(partner.clientSecret).toMatch(/^[\w-]{40,}$/);
    expect(await ok('client', 'list')).not.toContain(partner.clientSecret);
  });

  test('a door, whose key is shown once', async () => {
    const ca = file('device-ca.pem', (await newDeviceAuthority()).cert);
    const made = await json(
      'door',
      'create',
      '--id',
      'front',
      '--name',
      'Front',
      '--device-ca',
      ca,
      '--rule',
      '/mail=Exchange',
      '--rule',
      'files.example.com=SharePoint',
    );
    expect(made).toMatchObject({
      id: 'front',
      url: `${hub.baseUrl}/doors/front`,
      applications: [
        { pathPrefix: '/mail', application: 'Exchange' },
        { host: 'files.example.com', application: 'SharePoint' },
      ],
    });
    expect(await ok('door', 'list')).not.toContain(made.secret);
    expect((await json('door', 'rotate', 'front')).secret).not.toBe(made.secret);
    expect(await ok('door', 'rotate', 'front')).toContain('The former key ends');
    expect(await ok('door', 'rotate', 'front', '--end-former-key')).not.toContain('The former key ends');
    expect(await ok('door', 'delete', 'front')).toContain('Deleted');
  });

  test('a trust set, named by a door and a gateway, and how the gateway is answered', async () => {
    const ca = file('device-ca.pem', (await newDeviceAuthority()).cert);
    expect(await cli('trust-set', 'set', 'phones')).toMatchObject({ code: 2, err: expect.stringContaining('--file') });
    expect(await json('trust-set', 'set', 'phones', '--name', 'Company phones', '--file', ca)).toMatchObject({
      id: 'phones',
      authorities: [{ subject: expect.any(String) }],
    });
    expect(
      await json(
        'client',
        'create',
        '--name',
        'vpn',
        '--permission',
        'Sallyport.Access.Evaluate',
        '--trust-set',
        'phones',
      ),
    ).toMatchObject({ deviceTrustSet: 'phones' });
    expect(await json('client', 'set', 'vpn', '--steps-up', 'on', '--strict-context', 'on')).toMatchObject({
      deviceTrustSet: 'phones',
      supportedObligations: ['step-up'],
      strictContext: true,
    });
    expect(
      await json(
        'door',
        'create',
        '--id',
        'vpn',
        '--name',
        'VPN',
        '--trust-set',
        'phones',
        '--application',
        'Exchange',
      ),
    ).toMatchObject({ deviceCa: null, trustSet: 'phones' });
    expect(await ok('trust-set', 'list')).toMatch(/phones.*Company phones.*vpn/u);
    expect(await cli('trust-set', 'delete', 'phones')).toMatchObject({ err: expect.stringContaining('vpn') });
    expect(await json('client', 'set', 'vpn', '--trust-set', 'none', '--steps-up', 'off')).toMatchObject({
      deviceTrustSet: null,
      supportedObligations: [],
    });
    await ok('door', 'delete', 'vpn');
    await ok('client', 'remove', 'vpn');
    expect(await ok('trust-set', 'delete', 'phones')).toContain('Deleted');
    expect(await cli('door', 'create', '--name', 'x', '--application', 'Exchange')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--trust-set'),
    });
  });

  test('the keys of a transmitter can be asked for only where there is one', async () => {
    expect(await cli('connector', 'fetch-keys', 'lookout')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no link'),
    });
  });

  test('a merge rule', async () => {
    const rule = await json(
      'merge-rule',
      'create',
      '--method',
      'primary',
      '--partner',
      'lookout',
      '--silent-partner',
      'block',
      '--group',
      'Staff',
    );
    expect(await ok('merge-rule', 'list')).toContain('primary');
    expect(await json('merge-rule', 'preview', '--method', 'strictest', '--replaces', rule.id)).toMatchObject({
      changed: 0,
    });
    expect(await json('merge-rule', 'preview', '--replaces', rule.id)).toMatchObject({ changed: 0 });
    expect(await json('merge-rule', 'disagreements')).toEqual({ count: 0, value: [] });
    expect(
      await json('connector', 'set', 'lookout', '--integration', 'full', '--enrolment-group', 'Staff'),
    ).toMatchObject({ enrolmentGroupIds: [expect.any(String)] });
    expect(await json('connector', 'set', 'lookout', '--everybody')).toMatchObject({ enrolmentGroupIds: [] });
    await ok('merge-rule', 'delete', rule.id);
  });
});

describe('a report', () => {
  test('closes and opens, and says why', async () => {
    const question = ['decide', '--user', 'ada@example.com', '--app', 'Exchange', '--device', "Ada's phone"] as const;
    expect(await asPartner('partner', 'heartbeat', '--client-id', partner.appId)).toMatchObject({ code: 0 });
    expect((await cli(...question)).code).toBe(0);

    expect(
      (
        await asPartner(
          'partner',
          'report',
          '--client-id',
          partner.appId,
          '--device',
          'serialNumber=SN-1',
          '--state',
          'highSeverity',
          '--finding',
          'Man in the middle',
        )
      ).out,
    ).toContain('accepted');
    const denied = await cli(...question, '--explain', '--language', 'sv');
    expect(denied.code).toBe(4);
    expect(denied.out).toMatch(/^denied\n/);
    expect(await cli('decide', '--user', 'ada@example.com', '--app', 'Exchnage')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('There is no such application "Exchnage". Did you mean Exchange?'),
    });
    expect(await cli('decide', '--user', 'aad@example.com', '--app', 'Exchange')).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no user "aad@example.com"'),
    });
    expect(denied.out).toContain('threat_level_above_allowed');
    expect(denied.out).toContain('Lookout for Work har märkt att någon i nätverket');
    expect(await ok('device', 'list', '--state', 'noncompliant')).toContain('highSeverity');
    const reasons = await ok('device', 'why', 'SN-1');
    expect(reasons).toContain('Man in the middle');
    expect(reasons).toMatch(/partner "Lookout for Work".*finding "Man in the middle"/);
    expect(reasons).not.toContain('2c7790de');
    expect(reasons).toMatch(/DECIDES[^\n]*\nyes /);
    expect(
      await ok('organization', 'set', '--help-desk-name', 'IT Service', '--help-desk-phone', '+46 8 123'),
    ).toContain('IT Service');
    expect((await cli(...question)).out).toContain('It-support: IT Service, +46 8 123');
    expect(await json('organization', 'set', '--help-desk-phone', 'none')).toMatchObject({
      helpDesk: { name: 'IT Service', phone: null },
    });
    expect(await ok('organization', 'get')).toContain("of the hub's machine");

    await asPartner(
      'partner',
      'report',
      '--client-id',
      partner.appId,
      '--device',
      'serialNumber=SN-1',
      '--state',
      'secured',
    );
    expect((await cli(...question)).out).toMatch(/^granted\n/);
  });

  test('counts for as long as the limits say', async () => {
    expect(await json('signal-limits', 'set', '--bad-news-days', '14', '--preview')).toMatchObject({
      opening: 0,
      closing: 0,
    });
    expect(await json('signal-limits', 'set', '--bad-news-days', '14')).toMatchObject({
      badNewsDays: 14,
      maxCandidates: 5,
      opened: 0,
      closed: 0,
    });
    const limits = await ok('signal-limits', 'get');
    expect(limits).toMatch(/Bad news without contact +14 days +30 +1 to 365 +--bad-news-days/);
    expect(limits).toContain('badNewsDays is 14 days instead of 30 days');
    expect(await ok('merge-rule', 'list')).toContain('bad news of silent partners stays for 14 days');
  });

  test('leaves findings and a timeline', async () => {
    expect(
      await json('finding', 'list', '--severity', 'high', '--device', 'SN-1', '--connector', 'lookout'),
    ).toMatchObject([{ title: 'Man in the middle', category: 'net.mitm', state: 'open' }]);
    expect(await ok('finding', 'list', '--category', 'app.malware')).toBe('No such findings.\n');
    expect((await cli('finding', 'list', '--category', 'mitm')).code).toBe(2);
    expect(await ok('device', 'findings', 'SN-1', '--language', 'sv')).toMatch(
      /Man in the middle +Man-i-mitten-attack +high +open .*Stäng av Wi-Fi/,
    );
    const kinds = (await json('device', 'timeline', 'SN-1')).map(({ kind }: { kind: string }) => kind);
    expect(kinds.slice(0, 4)).toEqual(['complianceChanged', 'mergedLevelChanged', 'levelChanged', 'report']);
    expect(await ok('device', 'timeline', 'SN-1', '--top', '1')).toMatch(/compliance +noncompliant -> compliant/);
    expect(await ok('device', 'timeline', 'SN-1')).toMatch(/merged level +highSeverity -> secured +Lookout/);
  });

  test('about a device that is not known waits, and is assigned by hand', async () => {
    await asPartner(
      'partner',
      'report',
      '--client-id',
      partner.appId,
      '--device',
      'serialNumber=SN-9',
      '--state',
      'lowSeverity',
    );
    const [waiting] = await json('report', 'waiting');
    expect(waiting).toMatchObject({ status: 'unmatched', keys: [{ type: 'serialNumber', value: 'SN-9' }] });
    expect(await ok('report', 'assign', "Ada's phone", waiting.reportId, '--connector', 'lookout')).toContain(
      '1 of 1 reports were applied',
    );
    const again = await cli('report', 'assign', 'SN-1', waiting.reportId, 'no-such-report', '--connector', 'lookout');
    expect(again.code).toBe(1);
    expect(again.out).toContain(`${waiting.reportId}: does not wait any more; it is about Ada's phone`);
    expect(again.out).toContain(
      'no-such-report: lookout has sent no report with this id. "sallyport report waiting" lists those that can be assigned.',
    );
    expect(again.out).toContain('0 of 2 reports were applied');
    expect(await ok('report', 'waiting')).toContain('No report waits');
  });
});

describe('what is installed', () => {
  test('comes from sources, whose key is shown once', async () => {
    expect(await ok('inventory', 'sources')).toContain('There are no sources');
    const made = await json('inventory', 'add-source', '--name', 'MDM');
    expect(made).toMatchObject({ kind: 'nanomdm', enabled: true, secret: expect.any(String) });
    const text = await ok('inventory', 'source', 'mdm');
    expect(text).toContain(`/intake/inventory/${made.id}`);
    expect(text).not.toContain(made.secret);
    expect(
      await ok(
        'inventory',
        'change-source',
        made.id,
        '--name',
        'NanoMDM',
        '--enabled',
        'off',
        '--secret',
        `@${file('key', 'a-key-of-sixteen-characters')}`,
      ),
    ).toMatch(/Enabled +no/);
    expect((await cli('inventory', 'change-source', 'NanoMDM')).code).toBe(2);
    expect((await cli('inventory', 'add-source', '--name', 'A', '--audience', 'x')).code).toBe(2);
    expect(await ok('inventory', 'assign', 'NanoMDM', 'own-1', 'SN-1')).toBe(
      "NanoMDM means Ada's phone by own-1 from now on.\n",
    );
    expect(await ok('inventory', 'remove-source', 'NanoMDM')).toContain('Removed');
    expect(await cli('inventory', 'source', 'NanoMDM')).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no inventory source'),
    });
  });

  test('is shown with who was given it, and what was handed over is listed and exported', async () => {
    expect(await ok('inventory', 'show', 'SN-1')).toMatch(
      /No inventory of this device was collected[^]*No partner was ever given/,
    );
    const graph = {
      value: [
        { serialNumber: 'sn-1', detectedApps: [{ displayName: '=Mail, "Pro"', version: '2.9' }] },
        { id: 'nobody', detectedApps: [] },
      ],
    };
    expect(await json('inventory', 'import', file('graph.json', graph))).toEqual({
      kept: 1,
      older: 0,
      unknownDevices: ['nobody'],
      ambiguousDevices: [],
    });
    const { id } = await json('device', 'get', 'SN-1');
    await ok(
      'api',
      'PUT',
      `/admin/v1/devices/${id}/apps`,
      '-f',
      file('apps.json', { apps: [{ appId: 'com.example.mail', name: 'Mail', managed: true }] }),
    );
    const [lookout] = await json('connector', 'list');
    await ok(
      'api',
      'PATCH',
      `/beta/deviceManagement/mobileThreatDefenseConnectors/${lookout.id}`,
      '-f',
      file('on.json', { allowPartnerToCollectAndroidApplicationMetadata: true }),
    );
    const token = await asPartner('api', 'GET', '/partner/v1/app-inventory', '--client-id', partner.appId, '--json');
    expect(token.code, token.err).toBe(0);
    expect(await ok('inventory', 'show', 'SN-1')).toMatch(/Mail +- +yes +- +com\.example\.mail[^]*apps +all +1 +1/);
    expect(await ok('inventory', 'disclosures', '--connector', 'lookout', '--from', '2020-01-01')).toMatch(
      /apps +1 +1 +fetch/,
    );
    expect(await json('inventory', 'disclosures', '--to', '2020-01-01')).toEqual([]);
    const sheet = await ok('inventory', 'disclosures', '--csv', '--from', '2020-01-01T00:00:00+01:00');
    expect(sheet.split('\r\n')).toEqual([
      'seq,disclosureId,dateTime,connectorId,recipient,kind,channel,fields,deviceCount,itemCount',
      expect.stringMatching(/^\d+,[^,]+,[^,]+Z,[^,]+,[^,]+,apps,fetch,appId version [^,]+,1,1$/),
      '',
    ]);
    expect((await cli('inventory', 'disclosures', '--from', 'yesterday')).code).toBe(2);
    expect(await json('inventory', 'disclosed', sheet.split('\r\n')[1]?.split(',')[0] ?? '')).toEqual([
      { managedDeviceId: id, scope: 'all', itemCount: 1 },
    ]);
    expect(await cli('inventory', 'disclosed', '999999')).toMatchObject({ code: 1 });
    expect(await ok('inventory', 'forget', 'SN-1')).toContain("Forgot the inventory of Ada's phone");
    expect(await cli('inventory', 'forget', 'SN-1')).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is nothing to forget'),
    });
  });

  test('is pushed only where the hub may call', async () => {
    expect(await cli('inventory', 'push', 'lookout')).toMatchObject({ code: 1 });
    expect(await cli('inventory', 'push-to', 'lookout', 'https://10.0.0.1/in')).toMatchObject({
      code: 1,
      err: expect.stringContaining('not a public address'),
    });
    expect(
      await json(
        'inventory',
        'push-to',
        'lookout',
        'https://partner.invalid/in',
        '--kinds',
        'both',
        '--enabled',
        'off',
      ),
    ).toMatchObject({ kinds: ['apps', 'certificates'], secret: expect.stringMatching(/^whsec_/) });
    expect(await ok('inventory', 'push', 'lookout')).toMatch(/apps +off/);
    expect(await json('inventory', 'new-push-key', 'lookout')).toMatchObject({
      secret: expect.stringMatching(/^whsec_/),
    });
    expect(await ok('inventory', 'stop-push', 'lookout')).toContain('Nothing is pushed');
  });
});

describe('mistakes', () => {
  test('that the hub finds are told in its words, with the request id, and exit 1', async () => {
    const { code, err } = await cli('device', 'list', '--filter', 'nope eq 1');
    expect(code).toBe(1);
    expect(err).toMatch(
      /^sallyport: \$filter names "nope".*\n  status 400, request-id [0-9a-f-]{36} in the log of the hub\n$/,
    );
  });

  test.each([
    [['device', 'get', "nobody's phone"], 'There is no device "nobody\'s phone".'],
    [['connector', 'get', 'lokout'], 'There is no known partner "lokout". Did you mean lookout?'],
    [['policy', 'get', 'x'], 'There is no policy "x".'],
    [['user', 'remove', 'x@y'], 'There is no user "x@y".'],
  ])('%j: %s', async (argv, message) => {
    const { code, err } = await cli(...argv);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  test('with a secret on the command line are refused without repeating it', async () => {
    const { code, err } = await cli(
      'connector',
      'link',
      'lookout',
      '--secret',
      'applicationKey=my-secret-key-my-secret-key',
    );
    expect(code).toBe(2);
    expect(err).not.toContain('my-secret-key');
    expect((await cli('connector', 'link', 'lookout', '--set', 'applicationKey=x')).err).toContain('is a secret');
  });

  test('of a client without the permission are told by the name of the permission', async () => {
    const { code, err } = await asPartner('user', 'list', '--client-id', partner.appId);
    expect(code).toBe(1);
    expect(err).toMatch(/User\.Read\.All/);
  });
});

describe('the link of a connector to its vendor', () => {
  const link = (...more: string[]): Promise<string> => ok('connector', 'link', 'zimperium', ...more);
  const formerSecrets = async (): Promise<unknown> =>
    (await json('connector', 'test', 'zimperium')).status.formerSecrets;
  const secret = (word: string): string => `webhookSecret=@${file(word, `the-${word}-secret-of-some-length`)}`;

  test('keeps a replaced secret for a while, shows until when, and ends it when told to', async () => {
    await ok('connector', 'set', 'zimperium', '--android', 'on');
    expect(await link('--secret', secret('first'))).not.toContain('Former');
    expect(await link('--secret', secret('second'))).toMatch(/Former webhookSecret +accepted until \d{4}-/);
    expect(await ok('connector', 'test', 'zimperium')).toMatch(/Former webhookSecret +accepted until \d{4}-/);
    expect(await formerSecrets()).toEqual([{ name: 'webhookSecret', acceptedUntilDateTime: expect.any(String) }]);
    expect(await link('--end-former-secrets')).not.toContain('Former');
    expect(await formerSecrets()).toEqual([]);
    expect(await link('--secret', secret('third'), '--end-former-secrets')).not.toContain('Former');
    expect(await formerSecrets()).toEqual([]);
  });

  test('stays with the vendor it has, also where the id of the connector means another', async () => {
    const map = {
      reportId: '$.id',
      deviceKeys: { serialNumber: '$.serial' },
      state: { path: '$.risk', words: { none: 'secured', some: 'high' } },
    };
    await link(
      '--vendor',
      'webhook',
      '-f',
      file('webhook.json', { webhookHeader: 'x-secret', map }),
      '--secret',
      secret('first'),
    );
    expect(await json('connector', 'link', 'zimperium', '--state', 'off')).toMatchObject({
      vendor: 'webhook',
      enabled: false,
      settings: { webhookHeader: 'x-secret' },
    });
    await ok('connector', 'remove', 'zimperium');
  });
});

describe('import', () => {
  const content = {
    users: [
      {
        id: '11111111-0000-4000-8000-000000000001',
        displayName: 'Alan',
        userPrincipalName: 'alan@example.com',
        signInActivity: {},
      },
    ],
    groups: [
      {
        displayName: 'Pilots',
        mailEnabled: false,
        securityEnabled: true,
        mailNickname: 'pilots',
        members: ['alan@example.com', 'ada@example.com'],
      },
    ],
    managedDevices: [
      {
        id: '33333333-0000-4000-8000-000000000001',
        deviceName: "Alan's phone",
        operatingSystem: 'iOS',
        userPrincipalName: 'alan@example.com',
      },
    ],
    deviceCompliancePolicies: [
      {
        ...COMPLIANCE,
        '@odata.type': '#microsoft.graph.iosCompliancePolicy',
        displayName: 'iPhones',
        assignments: [{ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: 'Pilots' } }],
      },
    ],
  };

  test('is tried first, then done, then changes nothing but what changed', async () => {
    const path = file('tenant.json', content);
    expect(await json('import', path, '--dry-run')).toMatchObject({
      done: { users: { created: 1 }, groups: { created: 1 } },
      problems: [],
      leftOut: { 'user.signInActivity': 1 },
    });
    expect(await ok('user', 'list')).not.toContain('alan');
    expect(await json('import', path)).toMatchObject({
      done: {
        users: { created: 1 },
        managedDevices: { created: 1 },
        groups: { created: 1 },
        deviceCompliancePolicies: { created: 1 },
      },
      problems: [],
    });
    expect(await ok('group', 'members', 'Pilots')).toMatch(
      /alan@example\.com[\s\S]*ada@example\.com|ada@example\.com[\s\S]*alan@example\.com/,
    );
    expect(await json('import', path)).toMatchObject({
      done: { users: { changed: 1, created: 0 }, deviceCompliancePolicies: { changed: 1, created: 0 } },
      problems: [],
    });
  });

  test('takes what was exported from beta, and policies that share a name, each once', async () => {
    const scheduledActionsForRule = [
      { ruleName: null, scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 0 }] },
    ];
    const compliance = (id: string, os: string, osMinimumVersion: string) => ({
      '@odata.type': `#microsoft.graph.${os}CompliancePolicy`,
      id,
      displayName: 'Baseline',
      osMinimumVersion,
      scheduledActionsForRule,
    });
    const path = file('namesakes.json', {
      deviceCompliancePolicies: [
        compliance('44444444-0000-4000-8000-000000000001', 'ios', '16.0'),
        compliance('44444444-0000-4000-8000-000000000002', 'ios', '17.0'),
        compliance('44444444-0000-4000-8000-000000000003', 'android', '13'),
      ],
      conditionalAccessPolicies: [
        {
          displayName: 'From beta',
          state: 'disabled',
          grantControls: { operator: 'OR', builtInControls: ['compliantDevice'] },
          sessionControls: { continuousAccessEvaluation: null },
          conditions: {
            clientAppTypes: ['all'],
            users: { includeUsers: ['All'] },
            applications: { includeApplications: ['All'] },
            clientApplications: { includeAgentIdServicePrincipals: [] },
          },
        },
      ],
    });
    expect(await json('import', path, '--dry-run')).toMatchObject({
      problems: [],
      done: { deviceCompliancePolicies: { created: 3 }, conditionalAccessPolicies: { created: 1 } },
    });
    expect(await json('import', path)).toMatchObject({
      problems: [],
      done: { deviceCompliancePolicies: { created: 3 }, conditionalAccessPolicies: { created: 1 } },
    });
    expect(await json('import', path)).toMatchObject({
      problems: [],
      done: {
        deviceCompliancePolicies: { created: 0, changed: 3 },
        conditionalAccessPolicies: { created: 0, changed: 1 },
      },
    });
    const { value } = (await json(
      'api',
      'GET',
      "/v1.0/deviceManagement/deviceCompliancePolicies?$filter=displayName eq 'Baseline'",
    )) as { value: { osMinimumVersion: string }[] };
    expect(value.map(({ osMinimumVersion }) => osMinimumVersion).sort()).toEqual(['13', '16.0', '17.0']);
  });

  test('tells each problem with its line, and takes the rest', async () => {
    const path = file(
      'partly.json',
      '{"users": [{"displayName": "Grace", "userPrincipalName": "grace@example.com"}],\n"managedDevices": [\n{"operatingSystem": "iOS",\n "userPrincipalName": "nobody@example.com"}]}',
    );
    const { code, out } = await cli('import', path);
    expect(code).toBe(1);
    expect(out).toContain(`problem  ${path}:4  userPrincipalName: There is no user "nobody@example.com".`);
    expect(await ok('user', 'list')).toContain('grace@example.com');
  });

  test('names the line of what the hub took and cannot use', async () => {
    const path = file(
      'unusable.json',
      '{"managedDevices": [\n{"id": "33333333-0000-4000-8000-000000000002",\n "operatingSystem": "FooOS",\n "serialNumber": "unknown"}]}',
    );
    const out = await ok('import', path);
    expect(out).toContain(`warning  ${path}:3  operatingSystem is a name that is not known`);
    expect(out).toContain(`warning  ${path}:4  serialNumber is a placeholder`);
    expect(await json('import', path)).toMatchObject({
      done: { managedDevices: { changed: 1 } },
      problems: [],
      warnings: [
        { file: path, line: 3, field: 'operatingSystem' },
        { line: 4, field: 'serialNumber' },
      ],
    });
    expect(await ok('device', 'register', '--name', 'Pad', '--os', 'FooOS')).toContain(
      'warning  operatingSystem is a name that is not known',
    );
    await ok('device', 'remove', '33333333-0000-4000-8000-000000000002');
    await ok('device', 'remove', 'Pad');
  });
});

/** A Node that is not the product's own. */
const systemNode = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((place) => !place.includes('node_modules'))
  .map((place) => join(place, 'node'))
  .find(existsSync);

test.skipIf(systemNode === undefined)("the system's Node can start it too, however old", async () => {
  const { code, out } = await sallyport(['device', 'list', '--json'], {
    env: { SALLYPORT_DATA: dataDir },
    node: systemNode as string,
    cwd: folder,
  });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toHaveLength(2);
});
