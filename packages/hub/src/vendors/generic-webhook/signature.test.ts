import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { webhookSettings } from './settings.ts';
import { problemOfHeaders, signatureFits } from './signature.ts';

const SECRET = 'a-long-and-random-webhook-secret';
const NOW = Date.parse('2026-03-02T09:00:00Z');
const BODY = '{"id": "é", "n": 1.0}';
const MAP = { reportId: '$.id', deviceKeys: { serialNumber: '$.sn' }, state: { path: '$.state' } };

function settings(more: object = {}) {
  return webhookSettings.parse({ webhookSecret: SECRET, map: MAP, ...more });
}

function sign(content: string, encoding: 'hex' | 'base64' = 'hex', key: string | Buffer = SECRET): string {
  return createHmac('sha256', key).update(content).digest(encoding);
}

function letIn(headers: Record<string, string>, more: object = {}, body = BODY): boolean {
  const parsed = settings(more);
  return problemOfHeaders(headers, parsed, NOW) === undefined && signatureFits(Buffer.from(body), headers, parsed);
}

describe('a signature', () => {
  test('over the body lets in, in hex of any case', () => {
    expect(letIn({ 'x-sallyport-signature': sign(BODY) })).toBe(true);
    expect(letIn({ 'x-sallyport-signature': sign(BODY).toUpperCase() })).toBe(true);
  });

  test('as GitHub writes it', () => {
    expect(
      letIn(
        { 'x-hub-signature-256': `sha256=${sign(BODY)}` },
        { webhookHeader: 'X-Hub-Signature-256', signaturePrefix: 'sha256=' },
      ),
    ).toBe(true);
  });

  test('as Slack writes it', () => {
    const at = String(NOW / 1000);
    const form = {
      webhookHeader: 'x-slack-signature',
      signaturePrefix: 'v0=',
      timestampHeader: 'x-slack-request-timestamp',
      signedContent: 'v0:{timestamp}:{body}',
    };
    expect(
      letIn({ 'x-slack-signature': `v0=${sign(`v0:${at}:${BODY}`)}`, 'x-slack-request-timestamp': at }, form),
    ).toBe(true);
  });

  test('as Standard Webhooks writes it, also with two while the secret changes', () => {
    const key = Buffer.alloc(24, 9);
    const at = String(NOW / 1000);
    const form = {
      webhookHeader: 'webhook-signature',
      signaturePrefix: 'v1,',
      signatureEncoding: 'base64',
      timestampHeader: 'webhook-timestamp',
      signedContent: '{header:webhook-id}.{timestamp}.{body}',
      secretEncoding: 'base64',
      webhookSecret: `whsec_${key.toString('base64')}`,
    };
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': at,
      'webhook-signature': `v1,${sign('old', 'base64')} v1,${sign(`msg_1.${at}.${BODY}`, 'base64', key)}`,
    };
    expect(letIn(headers, form)).toBe(true);
    expect(letIn({ ...headers, 'webhook-id': 'msg_2' }, form)).toBe(false);
  });

  test.each([
    ['none', {}],
    ['an empty one', { 'x-sallyport-signature': '' }],
    ['one of another body', { 'x-sallyport-signature': sign(`${BODY} `) }],
    ['one with another secret', { 'x-sallyport-signature': sign(BODY, 'hex', `${SECRET}x`) }],
    ['one with an empty secret', { 'x-sallyport-signature': sign(BODY, 'hex', '') }],
    ['half of one', { 'x-sallyport-signature': sign(BODY).slice(0, 32) }],
    ['one and a half', { 'x-sallyport-signature': `${sign(BODY)}00` }],
    ['one in the other encoding', { 'x-sallyport-signature': sign(BODY, 'base64') }],
    ['the secret itself', { 'x-sallyport-signature': SECRET }],
    ['the right one behind too many others', { 'x-sallyport-signature': `${`${sign('x')} `.repeat(5)}${sign(BODY)}` }],
  ])('%s does not let in', (_, headers) => {
    expect(letIn(headers as Record<string, string>)).toBe(false);
  });

  test('the bytes count, not what they mean', () => {
    expect(letIn({ 'x-sallyport-signature': sign(JSON.stringify(JSON.parse(BODY))) })).toBe(false);
  });

  test('a prefix that is asked for must be there', () => {
    expect(letIn({ 'x-sallyport-signature': sign(BODY) }, { signaturePrefix: 'sha256=' })).toBe(false);
  });
});

describe('the time of sending', () => {
  const form = { timestampHeader: 'x-time' };
  const signedAt = (at: string) => ({ 'x-time': at, 'x-sallyport-signature': sign(`${at}.${BODY}`) });

  test.each([
    String(NOW / 1000),
    String(NOW),
    '2026-03-02T09:00:00Z',
    '2026-03-02T10:04:59+01:00',
    String(NOW / 1000 - 300),
    String(NOW / 1000 + 300),
  ])('%s is near enough', (at) => {
    expect(letIn(signedAt(at), form)).toBe(true);
  });

  test.each([
    String(NOW / 1000 - 301),
    String(NOW / 1000 + 301),
    '',
    'now',
    '-1',
    '0',
    '99999999999999999',
    '2026-03-02T09:00:00',
  ])('"%s" does not let in', (at) => {
    expect(letIn(signedAt(at), form)).toBe(false);
  });

  test('is part of what is signed, so an old call cannot be given a new one', () => {
    const old = String(NOW / 1000 - 4000);
    expect(letIn({ ...signedAt(old), 'x-time': String(NOW / 1000) }, form)).toBe(false);
    expect(letIn({ 'x-time': String(NOW / 1000), 'x-sallyport-signature': sign(BODY) }, form)).toBe(false);
  });

  test('a narrower tolerance is kept to', () => {
    expect(letIn(signedAt(String(NOW / 1000 - 30)), { ...form, toleranceSeconds: 20 })).toBe(false);
  });
});

describe('a secret in a header', () => {
  const form = { authentication: 'secret', webhookHeader: 'x-our-secret' };
  test('lets in, and nothing else does', () => {
    expect(letIn({ 'x-our-secret': SECRET }, form)).toBe(true);
    for (const wrong of [
      {},
      { 'x-our-secret': '' },
      { 'x-our-secret': `${SECRET}x` },
      { 'x-sallyport-signature': SECRET },
      { 'x-our-secret': sign(BODY) },
    ])
      expect(letIn(wrong as Record<string, string>, form)).toBe(false);
  });
});

describe('settings', () => {
  test.each([
    ['a time that is not signed', { timestampHeader: 'x-time', signedContent: '{body}' }, 'signedContent'],
    ['a signed time without its header', { signedContent: '{timestamp}.{body}' }, 'timestampHeader'],
    ['a body that is not signed', { signedContent: '{header:x-id}' }, 'signedContent'],
    ['a part that does not exist', { signedContent: '{body}{path}' }, 'signedContent'],
    ['a time without a signature', { authentication: 'secret', timestampHeader: 'x-time' }, 'timestampHeader'],
    ['a secret that can be guessed', { webhookSecret: 'short' }, 'webhookSecret'],
    ['a secret that is not written as was said', { secretEncoding: 'hex' }, 'webhookSecret'],
    ['a secret that is short once decoded', { secretEncoding: 'hex', webhookSecret: '00'.repeat(15) }, 'webhookSecret'],
    ['no secret', { webhookSecret: undefined }, 'webhookSecret'],
    ['a header name that is none', { webhookHeader: 'x:y' }, 'webhookHeader'],
    ['a script for the place of the records', { records: '$[?(1)]' }, 'records'],
    ['no map', { map: undefined }, 'map'],
    ['an endless tolerance', { toleranceSeconds: 86_400 }, 'toleranceSeconds'],
  ])('with %s are refused, and the field is named', (_, more, field) => {
    const parsed = webhookSettings.safeParse({ webhookSecret: SECRET, map: MAP, ...more });
    expect(parsed.error?.issues[0]?.path.join('.')).toBe(field);
  });
});
