import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, test } from 'vitest';
import { HubError } from '@sallyport/contracts';
import type { EvaluationAnswer } from '@sallyport/contracts/client/index.ts';
import { createHttpServer } from '../../http/http-server.ts';
import { parseDeviceCas } from '../../evidence/device-ca.ts';
import type { AskingClient } from '../../http/route-access.ts';
import { DeviceCertificates } from '../../evidence/device-certificate.ts';
import { accessRoutes } from './routes.ts';
import { evaluationRequest, evaluationResponse, evaluationsResponse } from './schemas.ts';
import { ALICE, fakeDecider, OWNERLESS, PHONE } from './testing.ts';
import type { FakeDecider } from './testing.ts';

const fixture = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')) as T;
const captured = fixture<{ ca_pem: string; devices: { cn: string; pem: string }[] }>(
  '../../../evidence/fixtures/device-certs.json',
);
const NOW = Date.parse('2026-12-01T00:00:00Z');
const BASE = 'https://hub.example.test';

const QUESTION = {
  subject: { type: 'user', id: 'alice@example.com', properties: { device_id: PHONE } },
  action: { name: 'access' },
  resource: { type: 'application', id: 'Exchange' },
};

interface Answer {
  readonly decision: boolean;
  readonly context: {
    readonly reasons: readonly { readonly code: string }[];
    readonly reason_user: Record<string, string>;
    readonly reason_admin: { readonly en: string };
    readonly language: string;
    readonly explanation: EvaluationAnswer['context']['explanation'];
    readonly remediation_url?: string;
    readonly obligations?: readonly unknown[];
    readonly hints?: readonly { readonly field: string; readonly message: string }[];
    readonly error?: { readonly field: string; readonly status: number };
  };
}

let decider: FakeDecider;
let app: FastifyInstance;
/** What the caller is registered with. */
let asking: AskingClient;

beforeEach(() => {
  decider = fakeDecider();
  asking = { trustSet: 'phones', obligations: new Set(), strictContext: false };
  const certificates = new DeviceCertificates(parseDeviceCas(captured.ca_pem, 'deviceCa'));
  const authenticator = {
    authenticate: (authorization: string | undefined) =>
      authorization === 'Bearer good'
        ? Promise.resolve({ appId: 'a', displayName: 'Gateway', roles: new Set(['Sallyport.Access.Evaluate']), asking })
        : Promise.reject(new HubError('unauthenticated', 'no')),
  };
  app = createHttpServer({
    behindProxy: false,
    hsts: false,
    log: pino({ level: 'silent' }),
    authenticator,
    clock: { now: () => NOW },
  });
  app.register(
    accessRoutes({
      decider,
      clock: { now: () => NOW },
      baseUrl: BASE,
      trustSets: { get: (id) => (id === 'phones' ? certificates : new DeviceCertificates([])) },
    }),
  );
});

const HEADERS = { authorization: 'Bearer good', 'content-type': 'application/json' };

function post(path: string, payload: string, headers: Record<string, string> = {}) {
  return app.inject({ method: 'POST', url: path, payload, headers: { ...HEADERS, ...headers } });
}

async function evaluate(question: unknown): Promise<Answer> {
  const response = await post('/access/v1/evaluation', JSON.stringify(question));
  expect(response.statusCode).toBe(200);
  evaluationResponse.parse(response.json());
  return response.json();
}

const withContext = (context: unknown) => ({ ...QUESTION, context });
const withProperties = (properties: unknown) => ({ ...QUESTION, subject: { ...QUESTION.subject, properties } });

describe('one evaluation', () => {
  test('grants with reasons', async () => {
    const answer = await evaluate(QUESTION);
    expect(answer).toMatchObject({
      decision: true,
      context: { reasons: [{ code: 'policy_satisfied' }], language: 'en' },
    });
    expect(answer.context).not.toHaveProperty('obligations');
    expect(answer.context).not.toHaveProperty('hints');
    expect(answer.context).not.toHaveProperty('explanation');
    expect(decider.asked).toEqual([
      { user: 'alice@example.com', application: 'Exchange', device: { grade: 'claim', value: PHONE } },
    ]);
  });

  test('denies with 200, the reason for both readers and the page of the device', async () => {
    decider.blocked.add(PHONE);
    const { decision, context } = await evaluate(withContext({ language: 'sv-SE' }));
    expect(decision).toBe(false);
    expect(context.reasons.map(({ code }) => code)).toEqual(['device_noncompliant', 'threat_level_above_allowed']);
    expect(context.reason_admin.en).toContain(
      'policy "Phones"; partner "Lookout for Work"; required low; actual highSeverity; finding "ACTIVE_MITM".',
    );
    expect(context.reason_user['sv']).toContain('Lookout for Work har hittat ett säkerhetsproblem på enheten.');
    expect(context.reason_user['sv']).toMatch(
      /Öppna Lookout for Work .*Råd från Lookout for Work, med appens egna ord: ”Leave the network "Café"”\.$/u,
    );
    expect(context).toMatchObject({ language: 'sv', remediation_url: `${BASE}/me/devices/${PHONE}` });
  });

  test('gives the text for the user in parts, too: what is wrong, each step, how access returns', async () => {
    decider.blocked.add(PHONE);
    const { explanation, reason_user } = (await evaluate(withContext({ language: 'sv-SE' }))).context;
    const reason = 'threat_level_above_allowed';
    expect(explanation).toEqual({
      language: 'sv',
      parts: [
        { kind: 'title', reason, text: 'Din enhet har ett säkerhetsproblem' },
        { kind: 'cause', reason, text: 'Lookout for Work har hittat ett säkerhetsproblem på enheten.' },
        { kind: 'risk', reason, text: 'Risken är hög.' },
        { kind: 'step', reason, text: 'Öppna Lookout for Work och följ stegen som visas där.' },
        { kind: 'returns', text: expect.stringMatching(/^Åtkomsten kommer tillbaka av sig själv när Lookout/u) },
        {
          kind: 'quotation',
          reason,
          text: 'Råd från Lookout for Work, med appens egna ord: ”Leave the network "Café"”.',
          words: 'Leave the network "Café"',
        },
      ],
    });
    const [title, ...others] = (explanation?.parts ?? []).map(({ text }) => text);
    expect(reason_user).toEqual({ sv: `${title}. ${others.join(' ')}` });
  });

  test('names no page for a device that is not known', async () => {
    const answer = await evaluate(withProperties({ device_id: 'stranger/../x' }));
    expect(answer).toMatchObject({ decision: false, context: { reasons: [{ code: 'device_unknown' }] } });
    expect(answer.context).not.toHaveProperty('remediation_url');
    expect(JSON.stringify(answer)).not.toContain('stranger');
  });

  test('hands the context on in our words', async () => {
    await evaluate(
      withContext({
        ip: '2001:db8::1',
        platform: 'IOS',
        clientAppType: 'Browser',
        country: 'se',
        amr: ['pwd', 'mfa'],
        unknown: [1],
      }),
    );
    expect(decider.asked[0]).toMatchObject({
      ip: '2001:db8::1',
      platform: 'iOS',
      clientAppType: 'browser',
      country: 'SE',
      mfaDone: true,
    });
  });

  test.each([
    [{ mfa: true }, true],
    [{ mfa: false }, false],
    [{ amr: ['pwd'] }, false],
    [{ amr: [], mfa: true }, true],
    [{}, undefined],
    [{ mfa: null }, undefined],
  ])('%j says of the second factor: %s', async (context, done) => {
    await evaluate(withContext(context));
    expect(decider.asked[0]?.mfaDone).toBe(done);
  });

  test.each(['user', 'resource'])('denies another type of %s with its reason', async (which) => {
    const answer = await evaluate(
      which === 'user'
        ? { ...QUESTION, subject: { type: 'robot', id: 'x' } }
        : { ...QUESTION, resource: { type: 'printer', id: 'Exchange' } },
    );
    expect(answer).toMatchObject({
      decision: false,
      context: { reasons: [{ code: which === 'user' ? 'user_unknown' : 'resource_type_unsupported' }] },
    });
    expect(decider.asked).toEqual([]);
  });

  test('ignores fields that it does not know', async () => {
    expect((await evaluate({ ...QUESTION, extra: { deep: [1, 2] }, evaluations: 'not read here' })).decision).toBe(
      true,
    );
  });
});

describe('a second factor that a policy demands', () => {
  const OPTED_IN = { supported_mandatory_extensions: ['obligations'], supported_obligations: ['step-up'] };
  const STEP_UP = {
    id: 'ca-2',
    type: 'step-up',
    properties: { acr_value: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor', amr_values: ['mfa'] },
  };
  beforeEach(() => {
    decider.mfaRequired = true;
  });

  test.each([
    ['says nothing', {}],
    ['lists the type alone', { supported_obligations: ['step-up'] }],
    ['lists the extension alone', { supported_mandatory_extensions: ['obligations'] }],
    ['lists another type', { ...OPTED_IN, supported_obligations: ['notification', 'Step-Up', 'mfa'] }],
    ['lists another extension', { ...OPTED_IN, supported_mandatory_extensions: ['urn:x', 'Obligations'] }],
    ['writes a text in place of a list', { ...OPTED_IN, supported_mandatory_extensions: 'obligations' }],
    ['writes null', { ...OPTED_IN, supported_obligations: null }],
    ['lists something that is no text', { ...OPTED_IN, supported_obligations: ['step-up', 1] }],
  ])('is a plain deny to a caller that %s', async (_, context) => {
    const answer = await evaluate(withContext(context));
    expect(answer).toMatchObject({
      decision: false,
      context: {
        reasons: [{ code: 'mfa_required', policyId: 'ca-2' }],
        reason_user: { en: expect.stringMatching(/sign-in step/iu) },
      },
    });
    expect(answer.context).not.toHaveProperty('obligations');
  });

  test('is an obligation to a caller that commits to it', async () => {
    const answer = await evaluate(
      withContext({
        supported_mandatory_extensions: ['x', 'obligations'],
        supported_obligations: ['notification', 'step-up'],
      }),
    );
    expect(answer).toMatchObject({ decision: true, context: { obligations: [STEP_UP] } });
  });

  test('is an obligation to a client that is registered so', async () => {
    asking = { ...asking, obligations: new Set(['step-up']) };
    expect(await evaluate(QUESTION)).toMatchObject({ decision: true, context: { obligations: [STEP_UP] } });
  });

  test('adds no obligation to a deny', async () => {
    decider.blocked.add(PHONE);
    const answer = await evaluate(withContext(OPTED_IN));
    expect(answer.decision).toBe(false);
    expect(answer.context).not.toHaveProperty('obligations');
  });

  test('is asked of each of several evaluations, whose own context replaces the one above', async () => {
    const response = await post(
      '/access/v1/evaluations',
      JSON.stringify({ ...withContext(OPTED_IN), evaluations: [{}, { context: { mfa: false } }, {}] }),
    );
    const { evaluations } = response.json<{ evaluations: Answer[] }>();
    expect(evaluations.map(({ decision, context }) => [decision, context.obligations])).toEqual([
      [true, [STEP_UP]],
      [false, undefined],
      [true, [STEP_UP]],
    ]);
  });

  test('ends a list of evaluations that ends at the first deny', async () => {
    const response = await post(
      '/access/v1/evaluations',
      JSON.stringify({ ...QUESTION, options: { evaluations_semantic: 'deny_on_first_deny' }, evaluations: [{}, {}] }),
    );
    expect(response.json<{ evaluations: Answer[] }>().evaluations.map(({ decision }) => decision)).toEqual([false]);
  });
});

describe('what of the context cannot be used', () => {
  const UNUSABLE: readonly (readonly [string, object])[] = [
    ['context.ip', { ip: '1.2.3' }],
    ['context.ip', { ip: 1 }],
    ['context.ip', { ip: '10.0.0.1:443' }],
    ['context.ip', { ip: '' }],
    ['context.platform', { platform: 'symbian' }],
    ['context.platform', { platform: 'constructor' }],
    ['context.platform', { platform: 'web' }],
    ['context.client_app_type', { client_app_type: 'fax' }],
    ['context.clientAppType', { clientAppType: 7 }],
    ['context.country', { country: 'SWE' }],
    ['context.country', { country: 'Sweden' }],
    ['context.mfa', { mfa: 'yes' }],
    ['context.amr', { amr: 'mfa' }],
    ['context.amr', { amr: [1] }],
    ['context.language', { language: 1 }],
    ['context.language', { language: ['sv'] }],
    ['context.supported_obligations', { supported_obligations: {} }],
  ];

  test.each(UNUSABLE)('%s counts as unknown, with a hint: %j', async (field, context) => {
    const answer = await evaluate(withContext(context));
    expect(answer).toMatchObject({
      decision: true,
      context: { hints: [{ field, message: expect.stringMatching(/^must be /u) }] },
    });
    expect(decider.asked).toEqual([
      { user: 'alice@example.com', application: 'Exchange', device: { grade: 'claim', value: PHONE } },
    ]);
  });

  test.each(UNUSABLE)('%s is 400 for a client that is registered as strict: %j', async (field, context) => {
    asking = { ...asking, strictContext: true };
    const response = await post('/access/v1/evaluation', JSON.stringify(withContext(context)));
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ error: { target: field } });
    expect(decider.asked).toEqual([]);
  });

  test.each([
    ['iPhone OS', 'iOS'],
    ['chromeOS', 'unknown'],
    ['windowsPhone', 'unknown'],
  ])('the system %s is read as managements write it', async (name, platform) => {
    expect((await evaluate(withContext({ platform: name }))).context).not.toHaveProperty('hints');
    expect(decider.asked[0]?.platform).toBe(platform);
  });

  test('a second factor that is told in a way that cannot be read is none', async () => {
    await evaluate(withContext({ mfa: 'true', amr: 'mfa' }));
    expect(decider.asked[0]?.mfaDone).toBeUndefined();
    await evaluate(withContext({ mfa: 'true', amr: ['mfa'] }));
    expect(decider.asked[1]?.mfaDone).toBe(true);
  });
});

describe('a device certificate', () => {
  const good = captured.devices[0]?.pem ?? '';

  test('identifies the device, as PEM and as DER in base64', async () => {
    for (const certificate of [good, good.replace(/-----[^-]+-----|\s/gu, '')]) {
      expect((await evaluate(withProperties({ certificate }))).decision).toBe(true);
      expect(decider.asked.at(-1)?.device).toEqual({ grade: 'certificate', value: PHONE });
    }
  });

  test('that is not valid identifies nobody, whatever else is claimed', async () => {
    const answer = await evaluate(withProperties({ certificate: 'garbage', device_id: PHONE }));
    expect(answer).toMatchObject({ decision: false, context: { reasons: [{ code: 'device_certificate_invalid' }] } });
    expect(decider.asked[0]?.device).toBeUndefined();
  });

  test('counts for nothing from a client whose trust set does not hold its CA', async () => {
    for (const trustSet of [null, 'others']) {
      asking = { ...asking, trustSet };
      expect(await evaluate(withProperties({ certificate: good }))).toMatchObject({
        decision: false,
        context: {
          reasons: [{ code: 'device_certificate_invalid' }],
          hints: [{ field: 'subject.properties.certificate', message: expect.any(String) }],
        },
      });
    }
  });

  test('and a claim must mean the same device', async () => {
    expect((await evaluate(withProperties({ certificate: good, device_id: PHONE }))).decision).toBe(true);
    expect((await evaluate(withProperties({ certificate: good, device_id: OWNERLESS }))).decision).toBe(false);
  });
});

describe('what is refused with 400 names the field', () => {
  test.each([
    ['subject', { ...QUESTION, subject: undefined }],
    ['action', { ...QUESTION, action: undefined }],
    ['resource', { ...QUESTION, resource: undefined }],
    ['subject', { ...QUESTION, subject: 'alice' }],
    ['action', { ...QUESTION, action: [] }],
    ['resource', { ...QUESTION, resource: null }],
    ['subject.type', { ...QUESTION, subject: { id: 'x' } }],
    ['subject.id', { ...QUESTION, subject: { type: 'user' } }],
    ['subject.id', { ...QUESTION, subject: { type: 'user', id: 7 } }],
    ['action.name', { ...QUESTION, action: {} }],
    ['action.name', { ...QUESTION, action: { name: ['a'] } }],
    ['resource.type', { ...QUESTION, resource: { id: 'x' } }],
    ['resource.id', { ...QUESTION, resource: { type: 'application', id: {} } }],
    ['subject.properties', withProperties([])],
    ['subject.properties.device_id', withProperties({ device_id: 5 })],
    ['subject.properties.certificate', withProperties({ certificate: {} })],
    ['resource.properties', { ...QUESTION, resource: { ...QUESTION.resource, properties: 'x' } }],
    ['context', withContext('x')],
  ])('%s', async (field, question) => {
    const response = await post('/access/v1/evaluation', JSON.stringify(question));
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ error: { target: field } });
    expect(decider.asked).toEqual([]);
  });

  test.each([
    ['an empty body', ''],
    ['broken JSON', '{"subject":'],
    ['an array', '[]'],
    ['a text', '"x"'],
    ['null', 'null'],
  ])('%s', async (_, body) => {
    expect((await post('/access/v1/evaluation', body)).statusCode).toBe(400);
    expect((await post('/access/v1/evaluations', body)).statusCode).toBe(400);
  });

  test('a body of brackets', async () => {
    expect((await post('/access/v1/evaluation', '['.repeat(30_000) + ']'.repeat(30_000))).statusCode).toBe(400);
  });

  test('a body beyond the limit is 413', async () => {
    expect(
      (await post('/access/v1/evaluation', JSON.stringify(withContext({ x: 'y'.repeat(70_000) })))).statusCode,
    ).toBe(413);
  });
});

describe('the transport', () => {
  test.each(['application/json', 'application/json; charset=utf-8', 'application/json;charset=UTF-8'])(
    'takes %s',
    async (type) => {
      expect((await post('/access/v1/evaluation', JSON.stringify(QUESTION), { 'content-type': type })).statusCode).toBe(
        200,
      );
    },
  );

  test('refuses another content type', async () => {
    expect(
      (await post('/access/v1/evaluation', JSON.stringify(QUESTION), { 'content-type': 'text/plain' })).statusCode,
    ).toBe(415);
  });

  test('echoes X-Request-ID, with an error too', async () => {
    expect(
      (await post('/access/v1/evaluation', JSON.stringify(QUESTION), { 'x-request-id': 'abc-1' })).headers[
        'x-request-id'
      ],
    ).toBe('abc-1');
    expect((await post('/access/v1/evaluation', '{}', { 'x-request-id': 'abc-2' })).headers['x-request-id']).toBe(
      'abc-2',
    );
  });

  test.each(['a b,c;d="e"#@', 'x'.repeat(1_024), '{"trace":1}'])(
    'echoes X-Request-ID as it was sent: %s',
    async (id) => {
      expect(
        (await post('/access/v1/evaluation', JSON.stringify(QUESTION), { 'x-request-id': id })).headers['x-request-id'],
      ).toBe(id);
    },
  );

  test('leaves out an X-Request-ID beyond ASCII, which a proxy might read another way', async () => {
    const sent = Buffer.from('Ärende 7').toString('latin1');
    expect(
      (await post('/access/v1/evaluation', JSON.stringify(QUESTION), { 'x-request-id': sent })).headers['x-request-id'],
    ).toBeUndefined();
  });

  test('wants a token', async () => {
    const response = await post('/access/v1/evaluation', JSON.stringify(QUESTION), { authorization: 'Bearer bad' });
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toContain('Bearer');
  });

  test('answers only POST', async () => {
    expect((await app.inject({ method: 'GET', url: '/access/v1/evaluation', headers: HEADERS })).statusCode).toBe(405);
    expect(
      (await app.inject({ method: 'PUT', url: '/access/v1/evaluation', headers: HEADERS, payload: QUESTION }))
        .statusCode,
    ).toBe(405);
  });

  test('says where it is, to anybody', async () => {
    const response = await app.inject({ method: 'GET', url: '/.well-known/authzen-configuration' });
    expect(response.headers['content-type']).toContain('application/json');
    expect(response.json()).toEqual({
      policy_decision_point: BASE,
      access_evaluation_endpoint: `${BASE}/access/v1/evaluation`,
      access_evaluations_endpoint: `${BASE}/access/v1/evaluations`,
      capabilities: ['urn:openid:authzen:capability:obligations'],
      supported_obligations: ['step-up'],
    });
  });
});

describe('several evaluations', () => {
  const evaluateAll = async (request: unknown): Promise<readonly Answer[]> => {
    const response = await post('/access/v1/evaluations', JSON.stringify(request));
    expect(response.statusCode).toBe(200);
    evaluationsResponse.parse(response.json());
    return response.json<{ evaluations: Answer[] }>().evaluations;
  };
  const decisions = (answers: readonly Answer[]) => answers.map(({ decision }) => decision);
  const GOOD = {};
  const BAD = { subject: { type: 'user', id: 'stranger' } };

  test('use the defaults above them, and replace them whole', async () => {
    const other = { type: 'user', id: ALICE.id };
    expect(decisions(await evaluateAll({ ...QUESTION, evaluations: [GOOD, { subject: other }, BAD] }))).toEqual([
      true,
      false,
      false,
    ]);
    // The second item's subject has no properties, so the default's device id is gone with it.
    expect(decider.asked[1]).toEqual({ user: ALICE.id, application: 'Exchange' });
  });

  test.each([
    ['execute_all', [true, false, true]],
    ['deny_on_first_deny', [true, false]],
    ['permit_on_first_permit', [true]],
    [undefined, [true, false, true]],
  ])('with %s', async (semantic, expected) => {
    const options = semantic === undefined ? {} : { options: { evaluations_semantic: semantic } };
    expect(decisions(await evaluateAll({ ...QUESTION, ...options, evaluations: [GOOD, BAD, GOOD] }))).toEqual(expected);
  });

  test('a broken item is a deny in its place', async () => {
    asking = { ...asking, strictContext: true };
    const answers = await evaluateAll({
      ...QUESTION,
      evaluations: [GOOD, { resource: 7 }, 'x', null, { context: { ip: 'no' } }, GOOD],
    });
    expect(decisions(answers)).toEqual([true, false, false, false, false, true]);
    expect(answers[1]?.context.error).toMatchObject({ status: 400, field: 'resource' });
    expect(answers[2]?.context.error?.field).toBe('evaluations[2]');
    expect(answers[4]?.context.error?.field).toBe('context.ip');
  });

  test('a broken item counts as a deny for deny_on_first_deny', async () => {
    expect(
      await evaluateAll({
        ...QUESTION,
        options: { evaluations_semantic: 'deny_on_first_deny' },
        evaluations: [{ action: 1 }, GOOD],
      }),
    ).toHaveLength(1);
  });

  test.each([
    ['absent', QUESTION],
    ['empty', { ...QUESTION, evaluations: [] }],
  ])('%s: one answer without a list', async (_, request) => {
    const response = await post('/access/v1/evaluations', JSON.stringify(request));
    expect(response.json()).toMatchObject({ decision: true });
    expect(response.json()).not.toHaveProperty('evaluations');
  });

  test.each([
    ['options.evaluations_semantic', { ...QUESTION, evaluations: [GOOD], options: { evaluations_semantic: 'some' } }],
    ['options', { ...QUESTION, evaluations: [GOOD], options: [] }],
    ['evaluations', { ...QUESTION, evaluations: {} }],
    ['subject', { ...QUESTION, subject: 'x', evaluations: [GOOD] }],
    ['evaluations', { ...QUESTION, evaluations: Array.from({ length: 1_001 }, () => GOOD) }],
  ])('wrong %s is 400', async (field, request) => {
    const response = await post('/access/v1/evaluations', JSON.stringify(request));
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ error: { target: field } });
  });
});

describe('requests of the AuthZEN interop', () => {
  const { evaluation, evaluations } = fixture<{
    evaluation: { request: unknown }[];
    evaluations: { request: { evaluations: unknown[] } }[];
  }>('todo-1_0-02.decisions.json');

  test('every one is understood and answered in the standard shape', async () => {
    for (const { request } of evaluation) {
      evaluationRequest.parse(request);
      expect((await evaluate(request)).decision).toBe(false);
    }
    for (const { request } of evaluations) {
      const response = await post('/access/v1/evaluations', JSON.stringify(request));
      expect(response.json<{ evaluations: unknown[] }>().evaluations).toHaveLength(request.evaluations.length);
    }
  });
});
