import { expectKnown, expectResult, expectStatus, resultsOf, Unexpected } from './expect.ts';
import type { PartnerCalls } from './partner-calls.ts';
import { FINDING, strangerKeys, type Reports } from './reports.ts';

export interface Check {
  readonly id: string;
  readonly title: string;
  readonly required: boolean;
  /** Answers what is worth telling. Throws `Unexpected`. */
  run(partner: PartnerCalls, reports: Reports): Promise<string | undefined>;
}

const STATES = [
  'activated',
  'secured',
  'lowSeverity',
  'mediumSeverity',
  'highSeverity',
  'compromised',
  'misconfigured',
  'deactivated',
  'unresponsive',
] as const;
const HEALTH = '/partner/v1/device-health';

/** In this order: each builds on what was reported before, and the last leaves the device as secured. */
export const CHECKS: readonly Check[] = [
  { id: 'token', title: 'The client gets a token with its secret', required: true, run: checkToken },
  { id: 'wrong-secret', title: 'A wrong secret gets none', required: true, run: checkWrongSecret },
  {
    id: 'no-token',
    title: 'Nothing is taken without a token, or with a broken one',
    required: true,
    run: checkNoToken,
  },
  { id: 'least-privilege', title: 'The client may do nothing but report', required: false, run: checkPrivileges },
  { id: 'heartbeat', title: 'A heartbeat is taken', required: true, run: checkHeartbeat },
  { id: 'states', title: 'Every threatState is taken', required: true, run: checkStates },
  { id: 'finding', title: 'A finding is opened and resolved', required: true, run: checkFinding },
  { id: 'repeated', title: 'The same report twice has one effect', required: true, run: checkRepeated },
  { id: 'late', title: 'An older observation never becomes current', required: true, run: checkLate },
  {
    id: 'batch',
    title: 'Of 100 reports in one call, the bad one is rejected and the others are taken',
    required: true,
    run: checkBatch,
  },
  {
    id: 'wrong-reports',
    title: 'Wrong reports are rejected, and the field is named',
    required: true,
    run: checkWrongReports,
  },
  { id: 'wrong-calls', title: 'Wrong calls are refused as a whole', required: true, run: checkWrongCalls },
  {
    id: 'unknown-device',
    title: 'A report about an unknown device is kept until the device appears',
    required: true,
    run: checkUnknownDevice,
  },
  { id: 'secured', title: 'The device ends as secured', required: true, run: checkEnd },
];

async function checkToken(partner: PartnerCalls): Promise<string> {
  const told = await partner.askForToken();
  expectStatus(told, 200, 'The token endpoint');
  const { token_type, expires_in } = told.body;
  if (String(token_type).toLowerCase() !== 'bearer' || typeof expires_in !== 'number')
    throw new Unexpected('The answer has no token_type "Bearer" with expires_in.');
  return `Good for ${expires_in} s`;
}

async function checkWrongSecret(partner: PartnerCalls): Promise<undefined> {
  const told = await partner.askForToken('this-is-not-the-secret');
  expectStatus(told, 401, 'A token request with a wrong secret');
  if (told.body.error !== 'invalid_client')
    throw new Unexpected(`The error is ${JSON.stringify(told.body.error)}; "invalid_client" was expected.`);
}

async function checkNoToken(partner: PartnerCalls, reports: Reports): Promise<undefined> {
  const body = JSON.stringify({ reports: [reports.next('highSeverity')] });
  // A token of ours is made of three parts; an empty one would be no header at all.
  for (const [token, what] of [
    ['', 'without a token'],
    ['x', 'with a token that is none'],
    ['e30.e30.e30', 'with a forged token'],
  ] as const) {
    expectStatus(await partner.call('POST', HEALTH, body, { token }), 401, `A call ${what}`);
  }
}

async function checkPrivileges(partner: PartnerCalls): Promise<undefined> {
  for (const path of ['/v1.0/users', '/v1.0/deviceManagement/managedDevices', '/admin/v1/reports']) {
    const { status } = await partner.call('GET', path);
    if (status < 400)
      throw new Unexpected(
        `GET ${path} was answered ${status}: give the client update_device_health and nothing else.`,
      );
  }
}

async function checkHeartbeat(partner: PartnerCalls): Promise<undefined> {
  expectStatus(await partner.heartbeat(), 204, 'POST /partner/v1/heartbeat');
}

async function checkStates(partner: PartnerCalls, reports: Reports): Promise<string> {
  for (const state of STATES) {
    const [result] = resultsOf(await partner.report(reports.next(state)), 1);
    if (result === undefined) continue;
    expectKnown(result);
    expectResult(result, 'accepted', `A report "${state}"`);
  }
  return STATES.join(', ');
}

async function checkFinding(partner: PartnerCalls, reports: Reports): Promise<undefined> {
  for (const [threatState, state] of [
    ['highSeverity', 'open'],
    ['secured', 'resolved'],
  ] as const) {
    const [result] = resultsOf(
      await partner.report(reports.next(threatState, { findings: [{ ...FINDING, state }] })),
      1,
    );
    if (result === undefined) continue;
    expectKnown(result);
    expectResult(result, 'accepted', `A report with a finding that is ${state}`);
  }
}

async function checkRepeated(partner: PartnerCalls, reports: Reports): Promise<undefined> {
  const report = reports.next('secured');
  const [first, second] = resultsOf(await partner.report(report, report), 2);
  if (first !== undefined) expectResult(first, 'accepted', 'A new report');
  if (second !== undefined) expectResult(second, 'duplicate', 'The same report in the same call');
  const [third] = resultsOf(await partner.report(report), 1);
  if (third !== undefined) expectResult(third, 'duplicate', 'The same report in another call');
}

async function checkLate(partner: PartnerCalls, reports: Reports): Promise<undefined> {
  const old = { ...reports.next('highSeverity'), observedDateTime: '2020-01-01T00:00:00Z' };
  const [result] = resultsOf(await partner.report(old), 1);
  if (result === undefined) return;
  expectKnown(result);
  expectResult(result, 'late', 'A report that was observed years ago');
}

async function checkBatch(partner: PartnerCalls, reports: Reports): Promise<undefined> {
  const bad = 61;
  const sent = Array.from({ length: 100 }, (_, i) => reports.next(i === bad ? 'fine' : 'secured'));
  const results = resultsOf(await partner.report(...sent), 100);
  for (const [i, result] of results.entries()) {
    if (result.reportId !== sent[i]?.reportId)
      throw new Unexpected(`Result ${i} is about another report: results come in the order of the reports.`);
    expectResult(result, i === bad ? 'rejected' : 'accepted', `Report ${i} of the batch`);
  }
  if (results[bad]?.target !== `reports[${bad}].threatState`)
    throw new Unexpected(
      `The target of the bad one is ${String(results[bad]?.target)}; reports[${bad}].threatState was expected.`,
    );
}

async function checkWrongReports(partner: PartnerCalls, reports: Reports): Promise<string> {
  const good = (): Readonly<Record<string, unknown>> => reports.next('highSeverity');
  const wrong: readonly (readonly [string, unknown])[] = [
    ['reportId', { ...good(), reportId: '' }],
    ['device', { ...good(), device: {} }],
    ['device.serialNumber', { ...good(), device: { serialNumber: 'unknown' } }],
    ['device.imei', { ...good(), device: { imei: '123456789012345' } }],
    ['observedDateTime', { ...good(), observedDateTime: '2026-03-01T08:00:00' }],
    ['observedDateTime', { ...good(), observedDateTime: '1999-12-31T23:59:59Z' }],
    ['threatState', { ...good(), threatState: 'unknown' }],
    ['findings[0].id', { ...good(), findings: [{ ...FINDING, id: undefined, state: 'open' }] }],
    ['findings[0].severity', { ...good(), findings: [{ ...FINDING, severity: 'awful', state: 'open' }] }],
    [
      'findings[1].id',
      {
        ...good(),
        findings: [
          { ...FINDING, state: 'open' },
          { ...FINDING, state: 'open' },
        ],
      },
    ],
    ['', 7],
  ];
  const results = resultsOf(await partner.report(...wrong.map(([, report]) => report)), wrong.length);
  for (const [i, [field]] of wrong.entries()) {
    const result = results[i];
    const target = `reports[${i}]${field === '' ? '' : `.${field}`}`;
    if (result === undefined) continue;
    expectResult(result, 'rejected', `A report with a wrong ${field === '' ? 'shape' : field}`);
    if (result.target !== target)
      throw new Unexpected(`The target is ${String(result.target)}; ${target} was expected.`);
  }
  return `${wrong.length} kinds`;
}

async function checkWrongCalls(partner: PartnerCalls, reports: Reports): Promise<undefined> {
  const one = reports.next('secured');
  const wrong: readonly (readonly [number, string, string, string?])[] = [
    [400, 'A body that is no JSON', '{'],
    [400, 'A body without reports', '{}'],
    [400, 'An empty list', '{"reports":[]}'],
    [400, '1,001 reports', JSON.stringify({ reports: Array.from({ length: 1_001 }, () => one) })],
    [415, 'A body that does not say that it is JSON', JSON.stringify({ reports: [one] }), 'text/plain'],
  ];
  for (const [status, what, body, contentType] of wrong) {
    expectStatus(
      await partner.call('POST', HEALTH, body, contentType === undefined ? {} : { contentType }),
      status,
      what,
    );
  }
}

async function checkUnknownDevice(partner: PartnerCalls, reports: Reports): Promise<string> {
  const device = strangerKeys();
  const [result] = resultsOf(await partner.report(reports.next('lowSeverity', { device })), 1);
  if (result !== undefined) expectResult(result, 'accepted', 'A report about an unknown device');
  if (result?.matched === true) throw new Unexpected('"matched": false was expected.');
  return `Waits at the hub as serial number ${device.serialNumber ?? ''}`;
}

async function checkEnd(partner: PartnerCalls, reports: Reports): Promise<undefined> {
  const [result] = resultsOf(
    await partner.report(reports.next('secured', { findings: [{ ...FINDING, state: 'resolved' }] })),
    1,
  );
  if (result === undefined) return;
  expectKnown(result);
  expectResult(result, 'accepted', 'The last report');
}
