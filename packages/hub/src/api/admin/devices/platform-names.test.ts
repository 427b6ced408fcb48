import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STRICT } from '../../../store/store.ts';
import { openAdminHub, type AdminHub } from '../testing.ts';

const URL = '/admin/v1/platform-names';
const PARTNER = '230a4fe2-93d5-4f5a-8e5c-7d4d0d8f0c11';

let hub: AdminHub;
beforeAll(async () => {
  hub = await openAdminHub();
  await hub.pipeline.configuration.write('test', async (tx, changed) => {
    for (const [kind, id, body] of [
      ['mobileThreatDefenseConnector', PARTNER, { androidEnabled: true, iosEnabled: true }],
      ['deviceCompliancePolicy', randomUUID(), policy('androidCompliancePolicy', 'medium')],
      ['deviceCompliancePolicy', randomUUID(), policy('iosCompliancePolicy', 'low')],
    ] as const) {
      await tx.documents.put(kind, id, body, 1);
      changed({ kind, id, after: body });
    }
  });
});
afterAll(() => hub.close());

function policy(type: string, level: string): object & Record<string, unknown> {
  return {
    '@odata.type': `#microsoft.graph.${type}`,
    displayName: type,
    deviceThreatProtectionEnabled: true,
    deviceThreatProtectionRequiredSecurityLevel: level,
    assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
  };
}

async function device(operatingSystem: string, strict = true): Promise<string> {
  const id = randomUUID();
  const now = new Date().toISOString();
  const resource = {
    id,
    operatingSystem,
    osVersion: '3.1',
    serialNumber: id,
    lastSyncDateTime: now,
    enrolledDateTime: '2020-01-01T00:00:00Z',
    ...(strict && { [STRICT]: true }),
  };
  await hub.pipeline.devices.put('test', { id, resource, createdAt: Date.now(), modifiedAt: Date.now() });
  return id;
}

async function report(
  deviceId: string,
  state: 'highSeverity' | 'mediumSeverity' | 'lowSeverity' | 'secured',
): Promise<void> {
  const reportId = randomUUID();
  const observedAt = Date.now();
  await hub.pipeline.intake.take(PARTNER, [
    {
      row: { connectorId: PARTNER, reportId, format: 'partner-v1', raw: '{}', observedAt },
      signal: {
        connectorId: PARTNER,
        reportId,
        keys: [{ type: 'managedDeviceId', value: deviceId }],
        observedAt,
        state,
        findings: [],
      },
    },
  ]);
}

const state = (id: string): string | undefined => hub.pipeline.decider.view.posture(id)?.complianceState;

describe('the name of a system that is in no table', () => {
  test('is listed with its devices, and closes those that registered now', async () => {
    const [before, now] = [await device('QuxOS 1', false), await device('quxos 2')];
    expect([state(before), state(now)]).toEqual(['compliant', 'noncompliant']);
    const { body } = await hub.call('GET', URL);
    expect(body.value).toEqual([
      { name: 'quxos', platform: null, devices: 2, closed: 1, deviceIds: expect.arrayContaining([before, now]) },
    ]);
  });

  test('is held against the strictest phone policy when a partner finds something', async () => {
    const id = await device('QuuxOS', false);
    await report(id, 'mediumSeverity');
    expect(state(id)).toBe('noncompliant');
    await report(id, 'lowSeverity');
    expect(state(id)).toBe('compliant');
    await report(id, 'highSeverity');
    expect(state(id)).toBe('noncompliant');
    await report(id, 'secured');
    expect(state(id)).toBe('compliant');
  });

  test('gets its platform from an administrator, and its devices are evaluated before the answer', async () => {
    const [before, now] = [await device('Wibble/OS 1', false), await device('WIBBLE OS 2')];
    await report(before, 'mediumSeverity');
    const made = await hub.call('POST', URL, { name: ' Wibble-OS 7', platform: 'android' });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'wibble os', platform: 'android', devices: 2, closed: 0 },
    });
    expect([state(before), state(now)]).toEqual(['compliant', 'compliant']);
    expect(hub.pipeline.decider.view.facts(now)).toMatchObject({ platform: 'android' });
    expect((await hub.call('POST', URL, { name: 'wibble os', platform: 'iOS' })).status).toBe(409);
    const url = `${URL}/${encodeURIComponent('Wibble OS')}`;
    expect((await hub.call('PATCH', url, { platform: 'iOS' })).body).toMatchObject({ platform: 'iOS', closed: 1 });
    expect(state(before)).toBe('noncompliant');
    await report(before, 'highSeverity');
    expect((await hub.call('PATCH', url, { platform: 'other' })).body.closed).toBe(0);
    expect([state(before), state(now)]).toEqual(['compliant', 'compliant']);
    expect((await hub.call('DELETE', url)).status).toBe(204);
    expect([state(before), state(now)]).toEqual(['noncompliant', 'noncompliant']);
    expect((await hub.call('DELETE', url)).status).toBe(404);
    const audit = (await hub.store.audit.list(100, 0)).filter(({ resourceType }) => resourceType === 'platformName');
    expect(audit.map(({ operation, resourceId }) => `${operation} ${resourceId}`)).toEqual([
      'Delete wibble os',
      'Patch wibble os',
      'Patch wibble os',
      'Create wibble os',
    ]);
  });

  test('counts for devices that come later, and after a restart', async () => {
    await hub.call('POST', URL, { name: 'FrobOS', platform: 'other' });
    expect(state(await device('FrobOS 9'))).toBe('compliant');
    expect((await hub.call('GET', URL)).body.value).toContainEqual(
      expect.objectContaining({ name: 'frobos', platform: 'other', devices: 1, closed: 0 }),
    );
  });

  test.each([
    [{ name: 'iOS', platform: 'other' }, 'name'],
    [{ name: 'iPhone OS 17', platform: 'android' }, 'name'],
    [{ name: 'Printer', platform: 'iOS' }, 'name'],
    [{ name: '', platform: 'iOS' }, 'name'],
    [{ name: 'x'.repeat(257), platform: 'iOS' }, 'name'],
    [{ name: 'BazOS', platform: 'unknown' }, 'platform'],
    [{ name: 'BazOS' }, 'platform'],
  ])('is refused with its field: %j', async (body, field) => {
    const answer = await hub.call('POST', URL, body);
    expect([answer.status, answer.body.error.target]).toEqual([400, field]);
  });

  test('is read and written with permission only', async () => {
    expect((await hub.call('GET', URL, undefined, ['Sallyport.Settings.Read.All'])).status).toBe(200);
    expect(
      (await hub.call('POST', URL, { name: 'BazOS', platform: 'other' }, ['Sallyport.Settings.Read.All'])).status,
    ).toBe(403);
    expect((await hub.call('GET', URL, undefined, [])).status).toBe(403);
  });
});
