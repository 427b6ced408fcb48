import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
} from './testing.ts';
import { startPipeline } from './pipeline.ts';
import { StoreBusy, type OutboxRow, type Store } from '../store/store.ts';

let hub: TestPipeline;
let told: OutboxRow[];

beforeEach(async () => {
  hub = await testPipeline();
  await furnish(hub);
  told = [];
  hub.store.onCommitted((rows) => told.push(...rows.filter((r) => r.kind !== 'configuration-changed')));
});
afterEach(() => hub.close());

const mail = () =>
  hub.decider.decide({ user: 'alice@example.com', application: 'Exchange', device: { grade: 'claim', value: PHONE } });
const NEW_PHONE = '99999999-5d0b-4e6e-9a53-1d6f2b7c9a10';

describe('from report to decision', () => {
  test('a high threat closes mail, and its remediation opens it with the same answer as before', async () => {
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured' })]);
    const before = mail();
    expect(before).toMatchObject({ decision: true });
    await hub.intake.take(LOOKOUT, [
      report(LOOKOUT, PHONE, {
        state: 'highSeverity',
        findings: [{ id: 'mitm', type: 'ACTIVE_MITM', severity: 'high', state: 'open' }],
      }),
    ]);
    expect(mail()).toMatchObject({
      decision: false,
      reasons: [
        { code: 'device_noncompliant' },
        { code: 'threat_level_above_allowed', connectorId: LOOKOUT, findingIds: ['mitm'] },
      ],
    });
    await hub.intake.take(LOOKOUT, [
      report(LOOKOUT, PHONE, {
        state: 'secured',
        findings: [{ id: 'mitm', type: 'ACTIVE_MITM', severity: 'high', state: 'resolved' }],
      }),
    ]);
    expect(mail()).toEqual(before);
  });

  test('what changed is told with its cause, once', async () => {
    const bad = report(LOOKOUT, PHONE, { state: 'highSeverity' });
    await hub.intake.take(LOOKOUT, [bad]);
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
    expect(told.map((r) => r.payload)).toMatchObject([
      {
        deviceId: PHONE,
        userPrincipalName: 'alice@example.com',
        complianceState: 'noncompliant',
        previousComplianceState: 'compliant',
        compliant: false,
        wasCompliant: true,
        cause: { connectorId: LOOKOUT, reportId: bad.signal.reportId },
      },
    ]);
  });

  test('a repeated report is a duplicate, an older one late, and neither changes anything', async () => {
    const bad = report(LOOKOUT, PHONE, { state: 'highSeverity' });
    expect(await hub.intake.take(LOOKOUT, [bad])).toMatchObject([{ status: 'accepted', matched: true }]);
    expect(await hub.intake.take(LOOKOUT, [bad])).toMatchObject([{ status: 'duplicate' }]);
    expect(
      await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured', at: bad.signal.observedAt - 1 })]),
    ).toMatchObject([{ status: 'late' }]);
    expect(mail().decision).toBe(false);
    expect(await hub.store.reports.count()).toBe(2);
  });

  test('a better report from the future counts as of its receipt, and hides no true one that comes after', async () => {
    const soon = hub.clock.now() + 400 * 86_400_000;
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured', at: soon })]);
    expect(await hub.store.postures.get([PHONE])).toMatchObject([{ views: [{ observedAt: hub.clock.now() }] }]);
    // As of its receipt, not as of the next look at it: what was seen in between is newer.
    hub.clock.advance(60_000);
    const bad = report(LOOKOUT, PHONE, { state: 'highSeverity', at: hub.clock.now() - 50_000 });
    expect(await hub.intake.take(LOOKOUT, [bad])).toMatchObject([{ status: 'accepted' }]);
    expect(mail().decision).toBe(false);
  });

  test('the strictest of two partners counts', async () => {
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured' })]);
    await hub.intake.take(ZIMPERIUM, [report(ZIMPERIUM, PHONE, { state: 'mediumSeverity' })]);
    expect(mail()).toMatchObject({
      decision: false,
      reasons: [{}, { connectorId: ZIMPERIUM, disagreeing: [LOOKOUT] }],
    });
  });

  test('many calls at one moment are all answered, each with its own outcomes', async () => {
    const calls = Array.from({ length: 50 }, (_, i) =>
      hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { reportId: `same-${i % 10}`, state: 'secured' })]),
    );
    const statuses = (await Promise.all(calls)).map((outcomes) => outcomes[0]?.status);
    expect(statuses.filter((s) => s === 'duplicate')).toHaveLength(40);
    expect(await hub.store.reports.count()).toBe(10);
  });

  test('a report of an unknown connector is refused', async () => {
    await expect(hub.intake.take('nobody', [report('nobody', PHONE)])).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('devices', () => {
  test('a report that came before its device is kept and applied when the device appears', async () => {
    const early = report(LOOKOUT, 'x', { state: 'highSeverity', keys: [{ type: 'serialNumber', value: 'SN-1' }] });
    expect(await hub.intake.take(LOOKOUT, [early])).toMatchObject([{ status: 'accepted', matched: false }]);
    expect(await hub.store.reports.waiting(10)).toHaveLength(1);
    await hub.devices.put('test', phone(NEW_PHONE, hub.clock.now(), { serialNumber: 'sn-1' }));
    expect(hub.decider.view.posture(NEW_PHONE)).toMatchObject({
      complianceState: 'noncompliant',
      mergedState: 'highSeverity',
    });
    expect(await hub.store.reports.waiting(10)).toHaveLength(0);
    expect(await hub.store.reports.get(LOOKOUT, early.signal.reportId)).toMatchObject({
      status: 'accepted',
      deviceId: NEW_PHONE,
      signal: null,
    });
  });

  test('a report whose keys contradict each other waits for a person, and its bad news is held against each device meanwhile', async () => {
    await hub.devices.put('test', phone(NEW_PHONE, hub.clock.now(), { serialNumber: 'SN-1' }));
    const odd = report(LOOKOUT, PHONE, {
      state: 'highSeverity',
      keys: [
        { type: 'managedDeviceId', value: PHONE },
        { type: 'serialNumber', value: 'SN-1' },
      ],
    });
    expect(await hub.intake.take(LOOKOUT, [odd])).toMatchObject([{ matched: false }]);
    expect((await hub.store.reports.waiting(10)).map((r) => r.status)).toEqual(['ambiguous']);
    expect(mail().decision).toBe(false);
    expect(
      await hub.devices.assignReports('test', NEW_PHONE, [{ connectorId: LOOKOUT, reportId: odd.signal.reportId }]),
    ).toEqual({ assigned: 1, notAssigned: [] });
    expect(mail().decision).toBe(true);
  });

  test('a device that memory still knows, or that only one of the keys names, is not taken at its word', async () => {
    const TABLET = '7d0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
    await hub.devices.put('test', phone(TABLET, hub.clock.now(), { serialNumber: 'SN7' }));
    // As by another process that this one has not yet heard of.
    await hub.store.transaction((tx) => tx.devices.delete([PHONE]));
    expect(hub.decider.view.facts(PHONE)).toBeDefined();
    const mixed = [
      report(LOOKOUT, PHONE, { state: 'highSeverity' }),
      report(LOOKOUT, TABLET, { state: 'highSeverity' }),
      report(LOOKOUT, '', {
        keys: [
          { type: 'managedDeviceId', value: PHONE },
          { type: 'serialNumber', value: 'SN7' },
        ],
        state: 'highSeverity',
      }),
    ];
    expect((await hub.intake.take(LOOKOUT, mixed)).map(({ matched }) => matched)).toEqual([false, true, true]);
    const kept = await Promise.all(mixed.map(({ row }) => hub.store.reports.get(LOOKOUT, row.reportId)));
    expect(kept.map((row) => [row?.status, row?.deviceId])).toEqual([
      ['unmatched', null],
      ['accepted', TABLET],
      ['accepted', TABLET],
    ]);
    expect(
      (await hub.store.postures.get([PHONE, TABLET])).map(({ deviceId, mergedState }) => [deviceId, mergedState]),
    ).toEqual([[TABLET, 'highSeverity']]);
  });

  test('what a partner calls a device is learnt with the first report that names both, and by hand', async () => {
    const own = (value: string, more: Parameters<typeof report>[2] = {}) =>
      report(LOOKOUT, '', { ...more, keys: [{ type: 'vendorDeviceId', value }, ...(more.keys ?? [])] });
    expect(await hub.intake.take(LOOKOUT, [own('guid-1', { state: 'highSeverity' })])).toMatchObject([
      { matched: false },
    ]);
    await hub.intake.take(LOOKOUT, [
      own('guid-1', { state: 'secured', keys: [{ type: 'managedDeviceId', value: PHONE }] }),
    ]);
    expect(await hub.intake.take(LOOKOUT, [own('GUID-1', { state: 'mediumSeverity' })])).toMatchObject([
      { matched: true },
    ]);
    expect(mail().decision).toBe(false);
    // Another partner may use the same id for another phone.
    expect(
      await hub.intake.take(ZIMPERIUM, [
        { ...own('guid-1'), signal: { ...own('guid-1').signal, connectorId: ZIMPERIUM } },
      ]),
    ).toMatchObject([{ matched: false }]);

    await hub.intake.take(LOOKOUT, [own('guid-2', { state: 'highSeverity' }), own('guid-2', { state: 'lowSeverity' })]);
    const [first] = (await hub.store.reports.waiting(10)).filter((r) => r.signal?.keys[0]?.value === 'guid-2');
    await hub.devices.put('test', phone(NEW_PHONE, hub.clock.now()));
    expect(
      await hub.devices.assignReports('test', NEW_PHONE, [{ connectorId: LOOKOUT, reportId: first?.reportId ?? '' }]),
    ).toEqual({ assigned: 2, notAssigned: [] });
    expect(hub.decider.view.posture(NEW_PHONE)?.mergedState).toBe('lowSeverity');
  });

  test('a mail address alone names a device only where the administrator said so', async () => {
    await hub.devices.put('test', phone(PHONE, hub.clock.now(), { userPrincipalName: 'alice@example.com' }));
    const byMail = () =>
      report(LOOKOUT, '', { state: 'highSeverity', keys: [{ type: 'email', value: 'Alice@example.com' }] });
    expect(await hub.intake.take(LOOKOUT, [byMail()])).toMatchObject([{ matched: false }]);
    await hub.configuration.write('admin', async (tx, changed) => {
      const after = {
        ...(await tx.documents.get('mobileThreatDefenseConnector', LOOKOUT))?.body,
        matchDevicesByEmail: true,
      };
      await tx.documents.put('mobileThreatDefenseConnector', LOOKOUT, after, hub.clock.now());
      changed({ kind: 'mobileThreatDefenseConnector', id: LOOKOUT, before: {}, after });
    });
    expect(await hub.intake.take(LOOKOUT, [byMail()])).toMatchObject([{ matched: true }]);
    await hub.devices.put('test', phone(NEW_PHONE, hub.clock.now(), { emailAddress: 'alice@example.com' }));
    expect(await hub.intake.take(LOOKOUT, [byMail()])).toMatchObject([{ matched: false }]);
  });

  test('a removed device opens nothing any more, and doors hear of it', async () => {
    expect(await hub.devices.remove('test', PHONE)).toBe(true);
    expect(mail()).toMatchObject({ decision: false, reasons: [{ code: 'device_unknown' }] });
    expect(told).toMatchObject([
      { kind: 'device-removed', payload: { deviceId: PHONE, compliant: false, wasCompliant: true } },
    ]);
    expect(await hub.devices.remove('test', PHONE)).toBe(false);
  });

  test('a device whose user is not known here is noncompliant', async () => {
    await hub.devices.put('test', phone(PHONE, hub.clock.now(), { userId: 'nobody-here' }));
    expect(hub.decider.view.posture(PHONE)).toMatchObject({
      complianceState: 'noncompliant',
      reasons: [{ code: 'device_user_missing' }],
    });
  });
});

describe('configuration', () => {
  const policy = async (change: (body: Record<string, unknown>) => Record<string, unknown>): Promise<void> => {
    await hub.configuration.write('admin', async (tx, changed) => {
      const row = await tx.documents.get('deviceCompliancePolicy', 'policy');
      const after = change({ ...row?.body });
      await tx.documents.put('deviceCompliancePolicy', 'policy', after, hub.clock.now());
      changed({ kind: 'deviceCompliancePolicy', id: 'policy', before: row?.body, after });
    });
  };

  test('a changed policy is in force when the call returns', async () => {
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'mediumSeverity' })]);
    expect(mail().decision).toBe(false);
    await policy((body) => ({ ...body, deviceThreatProtectionRequiredSecurityLevel: 'medium' }));
    expect(mail().decision).toBe(true);
    expect(await hub.store.postures.get([PHONE])).toMatchObject([{ complianceState: 'compliant' }]);
  });

  test('a change that fails leaves everything as it was', async () => {
    const before = await hub.store.documents.get('deviceCompliancePolicy', 'policy');
    await expect(
      policy(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await hub.store.documents.get('deviceCompliancePolicy', 'policy')).toEqual(before);
    expect((await hub.store.audit.list(1, 0))[0]?.operation).toBe('Create');
  });

  test('what changed is audited without secrets', async () => {
    await hub.configuration.write('admin', async (tx, changed) => {
      const after = { kind: 'nginx', secretHash: 'the hash', nested: { clientSecret: 'the secret' } };
      await tx.documents.put('door', 'd1', after, hub.clock.now());
      changed({ kind: 'door', id: 'd1', after });
    });
    const [row] = await hub.store.audit.list(1, 0);
    expect(row).toMatchObject({ actor: 'admin', operation: 'Create', resourceType: 'door', resourceId: 'd1' });
    // No word that the random id of the row could contain.
    expect(JSON.stringify(row)).not.toMatch(/the hash|the secret/);
  });

  test('joining a group brings its policies', async () => {
    await policy((body) => ({
      ...body,
      assignments: [{ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: 'g' } }],
    }));
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
    expect(mail().decision).toBe(true);
    await hub.configuration.write('admin', async (tx, changed) => {
      await tx.documents.put('group', 'g', { displayName: 'G' }, hub.clock.now());
      await tx.members.add('g', [ALICE]);
      changed({ kind: 'group', id: 'g', after: { displayName: 'G' } });
    });
    expect(mail().decision).toBe(false);
    await hub.configuration.write('admin', async (tx, changed) => {
      await tx.members.remove('g', ALICE);
      changed({ kind: 'group', id: 'g', before: {}, after: {} });
    });
    expect(mail().decision).toBe(true);
  });

  test('grace ends by itself', async () => {
    await policy((body) => ({
      ...body,
      scheduledActionsForRule: [{ scheduledActionConfigurations: [{ actionType: 'block', gracePeriodHours: 1 }] }],
    }));
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
    expect(mail().decision).toBe(true);
    hub.clock.advance(3_600_000);
    // Exactly at the end the door is closed, before anybody has looked at the clock.
    expect(mail().decision).toBe(false);
    await hub.tick();
    expect(told.at(-1)?.payload).toMatchObject({
      complianceState: 'noncompliant',
      previousComplianceState: 'inGracePeriod',
    });
  });

  test('a device that is not heard of for long becomes noncompliant by itself, and compliant with the next report', async () => {
    hub.clock.advance(31 * 86_400_000);
    await hub.tick();
    expect(hub.decider.view.posture(PHONE)).toMatchObject({
      complianceState: 'noncompliant',
      reasons: [{ code: 'device_inactive' }, {}],
    });
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured', at: hub.clock.now() })]);
    expect(mail().decision).toBe(true);
  });

  test('a partner that falls silent is ignored where a rule says so, and counts again when it is back', async () => {
    await ignoreSilentPartners();
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
    hub.clock.advance(8 * 86_400_000);
    await hub.tick();
    expect(mail().decision).toBe(true);
    await hub.intake.heartbeat(LOOKOUT);
    expect(mail().decision).toBe(false);
    hub.clock.advance(8 * 86_400_000);
    await hub.tick();
    expect(mail().decision).toBe(true);
    // A report about another device is a sign of life as well.
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, NEW_PHONE, { state: 'secured' })]);
    expect(mail().decision).toBe(false);
  });

  function ignoreSilentPartners(): Promise<void> {
    return hub.configuration.write('test', async (tx, changed) => {
      const after = { priority: 1, method: 'strictest', silentPartner: 'ignore' };
      await tx.documents.put('mergeRule', 'ignore', after, hub.clock.now());
      changed({ kind: 'mergeRule', id: 'ignore', after });
    });
  }

  test("a connector's states are noted, audited and told as they come", async () => {
    const states = async () =>
      (await hub.store.audit.list(100, 0))
        .filter((row) => row.resourceType === 'connectorStatus' && row.resourceId === LOOKOUT)
        .flatMap((row) => row.changes.filter((c) => c.property === 'state').map((c) => c.newValue))
        .reverse();
    await hub.tick();
    await hub.intake.heartbeat(LOOKOUT);
    await hub.tick();
    await hub.tick();
    await hub.intake.heartbeat(LOOKOUT, { code: 'E1', message: 'licence expired' });
    await hub.tick();
    await hub.intake.heartbeat(LOOKOUT);
    await hub.tick();
    hub.clock.advance(8 * 86_400_000);
    await hub.tick();
    expect(await states()).toEqual(['notSetUp', 'enabled', 'error', 'enabled', 'unresponsive']);
  });

  test("a silent partner's bad news stays for 30 days of silence without such a rule", async () => {
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
    for (const [days, open] of [
      [8, false],
      [21, false],
      [2, true],
    ] as const) {
      hub.clock.advance(days * 86_400_000);
      // Else it would be inactive by now.
      await hub.intake.take(ZIMPERIUM, [report(ZIMPERIUM, PHONE, { state: 'secured', at: hub.clock.now() })]);
      await hub.tick();
      expect(mail().decision).toBe(open);
    }
  });

  test('a partner that withdraws is not listened to until it comes back; its bad news stays for the threshold', async () => {
    await ignoreSilentPartners();
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
    await hub.provisioning.provision(LOOKOUT, false);
    expect(mail().decision).toBe(false);
    hub.clock.advance(8 * 86_400_000);
    await hub.tick();
    expect(mail().decision).toBe(true);
    await expect(hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE)])).rejects.toMatchObject({
      code: 'connector_unavailable',
    });
    await expect(hub.intake.heartbeat(LOOKOUT)).rejects.toMatchObject({ code: 'connector_unavailable' });
    await hub.provisioning.provision(LOOKOUT, true);
    await hub.intake.heartbeat(LOOKOUT);
    expect(mail().decision).toBe(false);
  });

  test('everything is there again after a restart', async () => {
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'highSeverity' })]);
    const before = mail();
    const again = await startPipeline({ store: hub.store, clock: hub.clock, onError: () => undefined });
    expect(
      again.decider.decide({
        user: ALICE,
        application: 'exchange',
        device: { grade: 'claim', value: PHONE.toUpperCase() },
      }),
    ).toEqual(before);
    await again.close();
  });
});

describe('a fleet too large to be evaluated before the hub is ready', () => {
  /** As after a crash between the change of a policy and the evaluation of its devices. */
  async function tightenWithoutEvaluating(): Promise<void> {
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'lowSeverity' })]);
    expect(mail().decision).toBe(true);
    await hub.store.transaction(async (tx) => {
      const policy = await tx.documents.get('deviceCompliancePolicy', 'policy');
      await tx.documents.put(
        'deviceCompliancePolicy',
        'policy',
        { ...policy?.body, deviceThreatProtectionRequiredSecurityLevel: 'secured' },
        hub.clock.now(),
      );
    });
  }
  const ask = (pipeline: Pick<TestPipeline, 'decider'>) =>
    pipeline.decider.decide({ user: ALICE, application: 'Exchange', device: { grade: 'claim', value: PHONE } });

  test('is decided about rightly from the first moment, and evaluated soon', async () => {
    await tightenWithoutEvaluating();
    const again = await startPipeline({
      store: hub.store,
      clock: hub.clock,
      onError: (error) => {
        throw error;
      },
      evaluatedFirst: 0,
    });
    expect(ask(again)).toMatchObject({ decision: false });
    while ((await hub.store.postures.get([PHONE]))[0]?.complianceState !== 'noncompliant')
      await new Promise((resolve) => setImmediate(resolve));
    expect(ask(again)).toMatchObject({ decision: false });
    await again.close();
  });

  test('is decided about rightly while nothing can be written, and evaluated when that is over', async () => {
    await tightenWithoutEvaluating();
    const problems: unknown[] = [];
    let full = true;
    const store: Store = {
      ...hub.store,
      transaction: (work) => (full ? Promise.reject(new StoreBusy('full')) : hub.store.transaction(work)),
    };
    const again = await startPipeline({ store, clock: hub.clock, onError: (error) => problems.push(error) });
    expect(problems).toMatchObject([{ name: 'StoreBusy' }]);
    expect(ask(again)).toMatchObject({ decision: false });
    full = false;
    while ((await hub.store.postures.get([PHONE]))[0]?.complianceState !== 'noncompliant')
      await new Promise((resolve) => setTimeout(resolve, 10));
    await again.close();
  });
});

test('nothing is granted while other processes may have changed things unheard', async () => {
  let behind = 0;
  const other = await testPipeline(async () => ({
    ...hub.store,
    behindForMs: () => behind,
    close: async () => undefined,
  }));
  await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured' })]);
  const ask = () => other.decider.decide({ user: ALICE, application: 'Teams' });
  behind = 60_000;
  expect(ask().reasons).toMatchObject([{ code: 'device_not_identified' }]);
  behind = 60_001;
  expect(ask()).toMatchObject({ decision: false, reasons: [{ code: 'view_too_old' }] });
  await other.close();
});

describe('who asks', () => {
  test.each([
    ['an unknown user', { user: 'mallory@example.com', application: 'Exchange' }, 'user_unknown'],
    ['an unknown application', { user: ALICE, application: 'Exchagne' }, 'application_unknown'],
    ['no device', { user: ALICE, application: 'Exchange' }, 'device_not_identified'],
    [
      'an unknown device',
      { user: ALICE, application: 'Exchange', device: { grade: 'claim' as const, value: 'x' } },
      'device_unknown',
    ],
    [
      'an ActiveSync id, which proves nothing',
      { user: ALICE, application: 'Exchange', device: { grade: 'easDeviceId' as const, value: 'ApplDMQ' } },
      'device_not_identified',
    ],
    [
      'a bad certificate',
      { user: ALICE, application: 'Exchange', certificateInvalid: true },
      'device_certificate_invalid',
    ],
  ])('%s is refused', (_, question, code) => {
    expect(hub.decider.decide(question)).toMatchObject({ decision: false, reasons: [{ code }] });
  });
});

test('what was stored by a clock that was ahead for seconds hides no bad news once the clock is right', async () => {
  for (const ahead of [30_000, 240_000]) {
    hub.clock.advance(3_600_000);
    const right = hub.clock.at;
    hub.clock.at = right + ahead;
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured', at: hub.clock.now() })]);
    hub.clock.at = right + 2_500;
    expect(mail().decision).toBe(true);
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'compromised', at: hub.clock.now() - 1_000 })]);
    expect(mail().decision).toBe(false);
    hub.clock.advance(300_000);
    await hub.tick();
    expect(mail().decision).toBe(false);
    await hub.intake.take(LOOKOUT, [report(LOOKOUT, PHONE, { state: 'secured', at: hub.clock.now() })]);
    expect(mail().decision).toBe(true);
  }
});

test('what one identity stored by a clock ahead makes no older report of another identity newer', async () => {
  hub.clock.advance(3_600_000);
  const right = hub.clock.at;
  const of = (id: string, more: object) =>
    report(LOOKOUT, PHONE, {
      keys: [
        { type: 'managedDeviceId', value: PHONE },
        { type: 'vendorDeviceId', value: id },
      ],
      ...more,
    });
  hub.clock.at = right + 240_000;
  await hub.intake.take(LOOKOUT, [of('a', { state: 'secured', at: hub.clock.now() })]);
  hub.clock.at = right;
  await hub.intake.take(LOOKOUT, [of('b', { state: 'highSeverity', at: right - 60_000 })]);
  expect(mail().decision).toBe(false);
  hub.clock.at = right + 240_000;
  await hub.intake.take(LOOKOUT, [of('a', { state: 'secured', at: hub.clock.now() })]);
  hub.clock.at = right + 1_000;
  const open = { id: 'f', type: 'T', severity: 'low' as const, state: 'open' as const };
  for (const state of ['lowSeverity', 'secured'] as const) {
    await hub.intake.take(LOOKOUT, [of('b', { state, findings: [open], at: right - 600_000 })]);
    expect(mail().decision).toBe(false);
  }
});
