import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Outbound } from '../../platform/outbound.ts';
import { createOutbound } from '../../platform/outbound.ts';
import { VendorError } from '../kit/vendor-error.ts';
import { signingKey, TransmitterServer, type SigningKey } from '@sallyport/simulators/vendors/shared-signals';
import { sharedSignalsSettings } from './settings.ts';
import { standardMetadataUrl } from './transmitter.ts';
import { createSetVerifier, SetRefused } from './verify-set.ts';
import {
  DEVICE_COMPLIANCE_CHANGE,
  RISK_LEVEL_CHANGE,
  SESSION_REVOKED,
  STREAM_UPDATED,
  VERIFICATION,
} from './vocabulary.ts';

let rsa: SigningKey;
let other: SigningKey;
let server: TransmitterServer;
let http: Outbound;
let now = Date.parse('2026-03-02T09:00:00Z');

beforeAll(async () => {
  [rsa, other] = await Promise.all([signingKey('k1'), signingKey('k2')]);
  http = createOutbound({ allow: ['127.0.0.1'] });
});
afterAll(() => {
  http.close();
});

beforeEach(async () => {
  server = new TransmitterServer();
  server.keys = [rsa];
  await server.listen();
  return () => server.close();
});

function verifier(more: object = {}) {
  const settings = sharedSignalsSettings.parse({
    issuer: server.issuer,
    audience: server.audience,
    pushAuthorization: 'Bearer a-long-random-text',
    ...more,
  });
  return createSetVerifier(settings, { http, clock: { now: () => now } });
}

const DEVICE = { format: 'opaque', id: 'dev-1' };

function risk(more: object = {}) {
  return { sub_id: DEVICE, events: { [RISK_LEVEL_CHANGE]: { principal: 'DEVICE', current_level: 'HIGH' } }, ...more };
}

function event(type: string, content: object) {
  return { sub_id: DEVICE, events: { [type]: content } };
}

async function refusal(token: string, more: object = {}): Promise<string | undefined> {
  try {
    await verifier(more).verify(token);
    return undefined;
  } catch (error) {
    if (error instanceof SetRefused) return error.err;
    throw error;
  }
}

describe('a security event token', () => {
  test('of the transmitter is taken, with its keys found by its metadata', async () => {
    const token = await server.sign(risk({ jti: 'j1' }));
    expect(await verifier().verify(token)).toEqual({ jti: 'j1', record: { set: token } });
    expect(server.requests.map(({ path }) => path)).toEqual(['/.well-known/ssf-configuration/t/acme', '/keys']);
  });

  test.each([
    ['another issuer', { iss: 'https://elsewhere.example' }, 'invalid_issuer'],
    ['the issuer with a slash more', { iss: 'SLASH' }, 'invalid_issuer'],
    ['another audience', { aud: ['https://a.example', 'https://b.example'] }, 'invalid_audience'],
    ['no audience', { aud: undefined }, 'invalid_audience'],
    ['an audience that is a list in a list', { aud: [['https://hub.example/ssf']] }, 'invalid_audience'],
    ['exp', { exp: 1_900_000_000 }, 'invalid_request'],
    ['sub', { sub: 'alice' }, 'invalid_request'],
    ['no iat', { iat: undefined }, 'invalid_request'],
    ['an iat that is no number', { iat: '1790000000' }, 'invalid_request'],
    ['an iat in the future', { iat: Date.parse('2026-03-02T09:06:00Z') / 1000 }, 'invalid_request'],
    ['an empty jti', { jti: '' }, 'invalid_request'],
    ['a jti that is no text', { jti: 7 }, 'invalid_request'],
    ['events that are a list', { events: [] }, 'invalid_request'],
    ['an event that is no object', { events: { [SESSION_REVOKED]: true } }, 'invalid_request'],
    ['a subject without a format', { sub_id: { id: 'dev-1' } }, 'invalid_request'],
    ['a subject that is a text', { sub_id: 'dev-1' }, 'invalid_request'],
    ['a complex subject whose members are none', { sub_id: { format: 'complex', device: 'dev-1' } }, 'invalid_request'],
  ])('with %s is refused', async (_, claims, expected) => {
    const wrong = 'iss' in claims && claims.iss === 'SLASH' ? { iss: `${server.issuer}/` } : claims;
    expect(await refusal(await server.sign(risk(wrong)))).toBe(expected);
  });

  test.each([
    [
      'device-compliance-change without previous_status',
      event(DEVICE_COMPLIANCE_CHANGE, { current_status: 'not-compliant' }),
      'invalid_request',
    ],
    [
      'device-compliance-change without current_status',
      event(DEVICE_COMPLIANCE_CHANGE, { previous_status: 'compliant' }),
      'invalid_request',
    ],
    ['a time that is no number', event(SESSION_REVOKED, { event_timestamp: 'now' }), 'invalid_request'],
    [
      'an unknown word where a word belongs',
      event(DEVICE_COMPLIANCE_CHANGE, { current_status: 'sort-of', previous_status: 'compliant' }),
      undefined,
    ],
    ['a reason that is a text', event(SESSION_REVOKED, { reason_admin: 'because' }), 'invalid_request'],
    ['a reason without a text', event(SESSION_REVOKED, { reason_user: {} }), 'invalid_request'],
    ['a reason whose text is none', event(SESSION_REVOKED, { reason_user: { en: 7 } }), 'invalid_request'],
    ['reasons in two languages', event(SESSION_REVOKED, { reason_user: { en: 'a', 'nl-BE': 'b' } }), undefined],
    ['an unknown level', event(RISK_LEVEL_CHANGE, { principal: 'DEVICE', current_level: 'CRITICAL' }), undefined],
    ['members that nobody knows', event(SESSION_REVOKED, { colour: { red: true } }), undefined],
  ])('that holds %s', async (_, claims, expected) => {
    expect(await refusal(await server.sign(claims))).toBe(expected);
  });

  const OKTA = 'https://schemas.okta.com/secevent/okta/event-type/device-risk-change';
  const HIGH = { principal: 'DEVICE', current_level: 'HIGH' };
  test.each([
    ['bad, then good', { [RISK_LEVEL_CHANGE]: HIGH, [OKTA]: { current_level: 'secure' } }],
    ['good, then bad', { [OKTA]: { current_level: 'secure' }, [RISK_LEVEL_CHANGE]: HIGH }],
    ['of which one is about the stream', { [RISK_LEVEL_CHANGE]: HIGH, [VERIFICATION]: {} }],
    ['of which one is not known', { [RISK_LEVEL_CHANGE]: HIGH, 'https://example.com/event-type/other': {} }],
    ['that hold the same', { [RISK_LEVEL_CHANGE]: HIGH, 'https://example.com/event-type/other': HIGH }],
  ])('with events of two types is refused: %s', async (_, events) => {
    expect(await refusal(await server.sign(risk({ events })))).toBe('invalid_request');
  });

  test('with one event by two names of its type is taken', async () => {
    expect(
      await refusal(
        await server.sign(
          risk({
            events: { [RISK_LEVEL_CHANGE]: HIGH, 'https://transmitter.example/event-type/risk-level-change': HIGH },
          }),
        ),
      ),
    ).toBeUndefined();
  });

  test.each([
    ['LOW', 'HIGH'],
    ['HIGH', 'LOW'],
  ])('with two names of one type that contradict each other is refused: %s, %s', async (first, second) => {
    const events = {
      [RISK_LEVEL_CHANGE]: { ...HIGH, current_level: first },
      'https://transmitter.example/x/event-type/risk-level-change': { ...HIGH, current_level: second },
    };
    expect(await refusal(await server.sign(risk({ events })))).toBe('invalid_request');
  });

  test.each([
    [{ format: 'opaque', id: 5 }, 'id must be'],
    [{ format: 'email', email: 'notmail' }, 'email must be'],
    [{ format: 'account', uri: 'https://x' }, 'uri must be'],
    [{ format: 'frob', x: 1 }, 'the format frob'],
    [{ format: 'complex', device: { format: 'uri', uri: 'x' } }, 'the member device of the subject: uri must be'],
  ])('whose subject is %j is refused with what is wrong in it', async (subject, message) => {
    await expect(verifier().verify(await server.sign(risk({ sub_id: subject })))).rejects.toThrow(message);
  });

  test('in which a name stands twice is refused, whichever comes last', async () => {
    for (const levels of [
      ['HIGH', 'LOW'],
      ['LOW', 'HIGH'],
    ]) {
      const events = levels
        .map((level) => `"${RISK_LEVEL_CHANGE}":{"principal":"DEVICE","current_level":"${level}"}`)
        .join(',');
      expect(
        await refusal(
          await server.signText(
            `{"iss":"${server.issuer}","aud":"${server.audience}","jti":"j","iat":1,"sub_id":{"format":"opaque","id":"d"},"events":{${events}}}`,
          ),
        ),
      ).toBe('invalid_request');
    }
    expect(
      await refusal(await server.signText(`{"iss":"${server.issuer}","a":${'['.repeat(60_000)}${']'.repeat(60_000)}}`)),
    ).toBe('invalid_request');
  });

  const OPAQUE = { format: 'opaque', id: 'dev-1' };
  test.each<[string, unknown]>([
    ['email without email', { format: 'email' }],
    ['email with an empty one', { format: 'email', email: ' ' }],
    ['email that is no text', { format: 'email', email: ['a@example.com'] }],
    ['opaque without id', { format: 'opaque' }],
    ['opaque with null', { format: 'opaque', id: null }],
    ['iss_sub without sub', { format: 'iss_sub', iss: 'https://x.example' }],
    ['iss_sub without iss', { format: 'iss_sub', sub: 'dev-1' }],
    ['account without uri', { format: 'account', id: 'x' }],
    ['uri without uri', { format: 'uri', url: 'urn:x' }],
    ['did without url', { format: 'did', uri: 'did:x:y' }],
    ['phone_number without number', { format: 'phone_number', phone: '+46' }],
    ['jwt_id without jti', { format: 'jwt_id', iss: 'x' }],
    ['saml_assertion_id without issuer', { format: 'saml_assertion_id', assertion_id: 'x' }],
    ['ip-addresses without any', { format: 'ip-addresses', 'ip-addresses': [] }],
    ['ip-addresses that are none', { format: 'ip-addresses', 'ip-addresses': [{}] }],
    ['aliases without identifiers', { format: 'aliases' }],
    ['aliases of nobody', { format: 'aliases', identifiers: [] }],
    ['aliases with a bad one', { format: 'aliases', identifiers: [OPAQUE, { format: 'email' }] }],
    ['aliases that are no objects', { format: 'aliases', identifiers: ['dev-1'] }],
    ['aliases within aliases', { format: 'aliases', identifiers: [{ format: 'aliases', identifiers: [OPAQUE] }] }],
    ['complex within complex', { format: 'complex', device: { format: 'complex', device: OPAQUE } }],
    ['complex with a bad member', { format: 'complex', device: OPAQUE, user: { format: 'email' } }],
    ['complex with a member that is a text', { format: 'complex', device: OPAQUE, user: 'alice' }],
    ['complex within aliases', { format: 'aliases', identifiers: [{ device: OPAQUE }] }],
    ['a format that is empty', { format: '', id: 'x' }],
    ['opaque with a number', { format: 'opaque', id: 5 }],
    ['email with a number', { format: 'email', email: 5 }],
    ['email without an at sign', { format: 'email', email: 'notmail' }],
    ['account that is a web address', { format: 'account', uri: 'https://x' }],
    ['account without a host', { format: 'account', uri: 'acct:alice' }],
    ['uri without a scheme', { format: 'uri', uri: 'not a uri' }],
    ['iss_sub with a number', { format: 'iss_sub', iss: 'x', sub: 5 }],
    ['a telephone without its country', { format: 'phone_number', phone_number: '0701234567' }],
    ['did that is none', { format: 'did', url: 'https://x.example' }],
    ['addresses of another kind', { format: 'ip-addresses', 'ip-addresses': ['myhost'] }],
    ['of a format that nobody knows', { format: 'frob', x: 1 }],
    [
      'a device of such a format',
      { format: 'complex', device: { format: 'frob', x: 1 }, user: { format: 'email', email: 'a@example.com' } },
    ],
    ['aliases all of such formats', { format: 'aliases', identifiers: [{ format: 'frob', x: 1 }] }],
  ])('whose subject is %s is refused', async (_, subject) => {
    expect(await refusal(await server.sign(risk({ sub_id: subject })))).toBe('invalid_request');
    const inEvent = { sub_id: undefined, events: { [RISK_LEVEL_CHANGE]: { ...HIGH, subject } } };
    expect(await refusal(await server.sign(risk(inEvent)))).toBe('invalid_request');
  });

  test.each<[string, unknown]>([
    ['opaque', OPAQUE],
    ['opaque as one sender writes it', { format: 'opaque', sub: 'dev-1' }],
    ['iss_sub', { format: 'iss_sub', iss: 'x', sub: 'y' }],
    ['in capitals', { format: 'Email', email: 'a@example.com' }],
    ['aliases', { format: 'aliases', identifiers: [OPAQUE, { format: 'email', email: 'a@example.com' }] }],
    [
      'complex',
      { format: 'complex', device: OPAQUE, user: { format: 'email', email: 'a@example.com' }, tenant: OPAQUE },
    ],
    ['complex without its format', { device: OPAQUE, note: 'x' }],
    ['an account', { format: 'account', uri: 'acct:alice@example.com' }],
    ['a URN', { format: 'uri', uri: 'urn:uuid:4e8c0000' }],
    ['a telephone', { format: 'phone_number', phone_number: '+12065550100' }],
    ['a DID', { format: 'did', url: 'did:example:123456/path' }],
    ['addresses', { format: 'ip-addresses', 'ip-addresses': ['192.0.2.1', '2001:db8::1'] }],
    [
      'an alias of a format to come beside one that is known',
      { format: 'aliases', identifiers: [{ format: 'hologram', x: 1 }, OPAQUE] },
    ],
    [
      'a session of a format to come beside the device',
      { format: 'complex', device: OPAQUE, session: { format: 'hologram', x: 1 } },
    ],
  ])('whose subject is %s is taken', async (_, subject) => {
    expect(await refusal(await server.sign(risk({ sub_id: subject })))).toBeUndefined();
  });

  test.each([
    ['no type', { typ: undefined }, 'invalid_request'],
    ['the type of an access token', { typ: 'at+jwt' }, 'invalid_request'],
    ['the type with its prefix', { typ: 'application/secevent+jwt' }, undefined],
  ])('whose header has %s', async (_, header, expected) => {
    expect(await refusal(await server.sign(risk(), { header }))).toBe(expected);
  });

  test('is refused when it is none, is unsigned, was changed, or is signed by somebody else', async () => {
    const token = await server.sign(risk());
    const [header = '', , signature = ''] = token.split('.');
    const forged = Buffer.from(
      JSON.stringify({ iss: server.issuer, aud: server.audience, jti: 'x', iat: 1, ...risk() }),
    ).toString('base64url');
    const unsigned = `${Buffer.from('{"alg":"none","typ":"secevent+jwt"}').toString('base64url')}.${forged}.`;
    const impostor = await server.sign(risk(), { key: { ...other, kid: 'k1' } });
    const stranger = await server.sign(risk(), { key: other });
    expect(
      await Promise.all(
        [
          '',
          'x',
          'a.b.c',
          '{}',
          `${token}.x`,
          unsigned,
          `${header}.${forged}.${signature}`,
          impostor,
          stranger,
          'x'.repeat(300_000),
        ].map((one) => refusal(one)),
      ),
    ).toEqual([
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'invalid_key',
      'authentication_failed',
      'authentication_failed',
      'invalid_key',
      'invalid_request',
    ]);
  });

  test('of ES256 is taken', async () => {
    const ec = await signingKey('e1', 'ES256');
    server.keys = [rsa, ec];
    expect(await refusal(await server.sign(risk(), { key: ec }))).toBeUndefined();
  });

  test('about another stream is refused where the stream is known; an announcement is told', async () => {
    const about = (id: string, type: string, content: object) =>
      server.sign({ sub_id: { format: 'opaque', id }, events: { [type]: content } });
    expect(await refusal(await about('other', VERIFICATION, { state: 'x' }), { streamId: 'mine' })).toBe(
      'invalid_request',
    );
    expect(await verifier({ streamId: 'mine' }).verify(await about('mine', VERIFICATION, {}))).toMatchObject({
      record: undefined,
    });
    expect(
      await verifier().verify(await about('any', STREAM_UPDATED, { status: 'paused', reason: 'key change' })),
    ).toMatchObject({ record: undefined, streamStatus: 'paused (key change)' });
  });

  test('is dropped, and not refused, when its subject has a critical member that we do not process', async () => {
    server.metadata = { critical_subject_members: ['user', 'tenant'] };
    const about = (more: object) => server.sign(risk({ sub_id: { format: 'complex', device: DEVICE, ...more } }));
    const judge = verifier();
    expect((await judge.verify(await about({ tenant: { format: 'opaque', id: 'acme' } }))).record).toBeUndefined();
    expect(
      (await judge.verify(await about({ user: { format: 'email', email: 'a@example.com' } }))).record,
    ).toBeDefined();
  });
});

describe("the transmitter's keys", () => {
  const MINUTE = 60_000;

  test('are fetched once for many tokens, and again after five minutes', async () => {
    const judge = verifier();
    for (let i = 0; i < 5; i += 1) await judge.verify(await server.sign(risk()));
    now += 4 * MINUTE;
    await judge.verify(await server.sign(risk()));
    expect(server.asked('/keys')).toHaveLength(1);
    now += MINUTE;
    await Promise.all([judge.verify(await server.sign(risk())), judge.verify(await server.sign(risk()))]);
    expect(server.asked('/keys')).toHaveLength(2);
    expect(server.requests.filter(({ path }) => path !== '/keys')).toHaveLength(1);
  });

  test('end when a reading that succeeds lacks them', async () => {
    const judge = verifier();
    await judge.verify(await server.sign(risk()));
    server.keys = [other];
    now += 5 * MINUTE;
    await judge.verify(await server.sign(risk(), { key: other }));
    await expect(judge.verify(await server.sign(risk(), { key: rsa }))).rejects.toMatchObject({ err: 'invalid_key' });
  });

  test('stay for a day while they cannot be read, and not longer', async () => {
    const judge = verifier();
    await judge.verify(await server.sign(risk()));
    now += 23 * 60 * MINUTE;
    server.trouble('/keys', 500);
    await judge.verify(await server.sign(risk()));
    await judge.verify(await server.sign(risk()));
    expect(server.asked('/keys')).toHaveLength(2);
    now += 60 * MINUTE;
    server.trouble('/keys', 500);
    await expect(judge.verify(await server.sign(risk()))).rejects.toThrow(VendorError);
    now += MINUTE;
    await judge.verify(await server.sign(risk()));
  });

  test('can be fetched at once by an administrator', async () => {
    const judge = verifier();
    await judge.verify(await server.sign(risk()));
    server.keys = [other];
    expect((await judge.transmitter.fetchKeysNow()).keys.map(({ kid }) => kid)).toEqual(['k2']);
    await expect(judge.verify(await server.sign(risk({ iat: 1 }), { key: rsa }))).rejects.toMatchObject({
      err: 'invalid_key',
    });
    server.trouble('/keys', 500);
    await expect(judge.transmitter.fetchKeysNow()).rejects.toThrow(VendorError);
    await judge.verify(await server.sign(risk(), { key: other }));
  });

  test('are fetched anew for a key that is new, but not for every key that a stranger names', async () => {
    const judge = verifier();
    await judge.verify(await server.sign(risk()));
    server.keys = [rsa, other];
    now += 31_000;
    await judge.verify(await server.sign(risk(), { key: other }));
    for (let i = 0; i < 5; i += 1)
      await expect(
        judge.verify(await server.sign(risk(), { key: { ...rsa, kid: `made-up-${i}` } })),
      ).rejects.toMatchObject({ err: 'invalid_key' });
    expect(server.asked('/keys')).toHaveLength(2);
  });

  test('that may be newer than those that were just read are waited for, and then refused or believed', async () => {
    const judge = verifier();
    await judge.verify(await server.sign(risk()));
    server.keys = [other];
    now += 5_000;
    const token = await server.sign(risk({ iat: Math.floor(now / 1000) }), { key: other });
    const stranger = await server.sign(risk({ iat: Math.floor(now / 1000) }), { key: { ...rsa, kid: 'made-up' } });
    for (const one of [token, stranger])
      await expect(judge.verify(one)).rejects.toMatchObject({ failure: 'unavailable' });
    expect(server.asked('/keys')).toHaveLength(1);
    now += 26_000;
    await judge.verify(token);
    await expect(judge.verify(stranger)).rejects.toMatchObject({ err: 'invalid_key' });
  });

  test('are waited for also where the token seems to be from just before: iat is in whole seconds, and clocks differ', async () => {
    const judge = verifier();
    await judge.verify(await server.sign(risk()));
    server.keys = [other];
    const before = Math.floor(now / 1000) - 5;
    const token = await server.sign(risk({ iat: before }), { key: other });
    await expect(judge.verify(token)).rejects.toMatchObject({ failure: 'unavailable' });
    now += 31_000;
    await judge.verify(token);
  });

  test('that cannot be had now are no fault of the token, and are asked for again only after a while', async () => {
    const judge = verifier();
    const token = await server.sign(risk());
    server.trouble('/keys', 500);
    for (let i = 0; i < 3; i += 1) await expect(judge.verify(token)).rejects.toThrow(VendorError);
    expect(server.asked('/keys')).toHaveLength(1);
    now += 31_000;
    await judge.verify(token);
  });

  test.each([
    ['garbage', { body: '<html>' }],
    ['a list that is none', { body: '{"keys":{}}' }],
  ])('that are %s are not taken for keys', async (_, body) => {
    server.trouble('/keys', 200, body);
    await expect(verifier().verify(await server.sign(risk()))).rejects.toThrow(VendorError);
  });

  test('are not taken from a transmitter that is another than it should be', async () => {
    server.metadata = { issuer: 'https://somebody-else.example' };
    await expect(verifier().verify(await server.sign(risk()))).rejects.toThrow('somebody-else');
  });

  test('are fetched only from where the hub may call', async () => {
    server.metadata = { jwks_uri: 'http://169.254.169.254/latest' };
    await expect(verifier().verify(await server.sign(risk()))).rejects.toMatchObject({ failure: 'refused' });
  });

  test('may be at an address of their own, with or without metadata', async () => {
    await verifier({ jwksUrl: `${server.url}/keys` }).verify(await server.sign(risk()));
    expect(server.requests.map(({ path }) => path)).toEqual(['/keys']);
    await verifier({ metadataUrl: `${server.url}/.well-known/ssf-configuration/t/acme` }).verify(
      await server.sign(risk()),
    );
  });
});

test.each([
  ['https://h.example', 'https://h.example/.well-known/ssf-configuration'],
  ['https://h.example/', 'https://h.example/.well-known/ssf-configuration'],
  ['https://h.example/t/acme/', 'https://h.example/.well-known/ssf-configuration/t/acme'],
])('the metadata of %s are at %s', (issuer, expected) => {
  expect(standardMetadataUrl(issuer)).toBe(expected);
});
