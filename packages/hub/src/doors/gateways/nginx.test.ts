import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shortenText } from '../../platform/shorten-text.ts';
import { htmlSafeAscii, nginx } from './nginx.ts';

interface Capture {
  readonly request: { readonly headers: readonly string[] };
  readonly expect: { readonly device_cert: string | null; readonly method: string };
}

const capture = (name: string): Capture =>
  JSON.parse(readFileSync(new URL(`../fixtures/nginx.${name}.json`, import.meta.url), 'utf8')) as Capture;
const DOOR = { userFrom: 'device' };
const MINIMUM = ['X-Original-URI', '/x', 'X-Original-Method', 'GET', 'X-Original-Host', 'h', 'X-Real-IP', '192.0.2.1'];
const read = (...more: readonly string[]) => nginx.read([...MINIMUM, ...more], DOOR);

describe('what nginx sends', () => {
  test.each(['app-nocert', 'eas-plain', 'webdav-propfind'])('%s is read as it was captured', (name) => {
    const { request, expect: expected } = capture(name);
    const result = nginx.read(request.headers, DOOR);
    expect(result).toMatchObject({
      method: expected.method,
      host: 'mail.example.test',
      ip: '127.0.0.1',
      user: undefined,
    });
    expect(result.certificate.state).toBe(expected.device_cert === null ? 'none' : 'presented');
    if (result.certificate.state === 'presented')
      expect(result.certificate.pem).toMatch(/^-----BEGIN CERTIFICATE-----\n[\s\S]+-----END CERTIFICATE-----\n$/u);
  });

  test.each([
    [[], 'none'],
    [['X-SSL-Client-Verify', 'NONE'], 'none'],
    [['X-SSL-Client-Verify', ''], 'none'],
    [['X-SSL-Client-Verify', 'SUCCESS', 'X-SSL-Client-Cert', 'x'], 'presented'],
    [['X-SSL-Client-Verify', 'SUCCESS'], 'invalid'],
    [['X-SSL-Client-Verify', 'FAILED:certificate has expired', 'X-SSL-Client-Cert', 'x'], 'invalid'],
    [['X-SSL-Client-Cert', 'x'], 'invalid'],
    [['X-SSL-Client-Verify', 'NONE', 'X-SSL-Client-Cert', 'x'], 'invalid'],
    [['X-SSL-Client-Verify', 'success', 'X-SSL-Client-Cert', 'x'], 'invalid'],
    [['X-SSL-Client-Verify', 'SUCCESS', 'X-SSL-Client-Cert', '%zz'], 'invalid'],
  ] as const)('with %j the certificate is %s', (headers, state) => {
    expect(read(...headers).certificate.state).toBe(state);
  });

  test('the header of a signed-in user is read only where the door trusts one', () => {
    expect(read('X-Remote-User', 'alice').user).toBeUndefined();
    expect(nginx.read([...MINIMUM, 'x-remote-user', 'alice'], { userFrom: 'X-Remote-User' }).user).toBe('alice');
  });

  test('the language of the client may come as it likes', () => {
    expect(read('Accept-Language', 'sv', 'Accept-Language', 'nl').acceptLanguage).toBe('sv');
  });
});

describe('what is refused, with the header named', () => {
  test.each([0, 2, 4, 6])('a missing header (%i)', (at) => {
    const name = (MINIMUM[at] as string).toLowerCase();
    expect(() => nginx.read(MINIMUM.toSpliced(at, 2), DOOR)).toThrow(
      expect.objectContaining({ code: 'invalid_request', details: { field: name } }),
    );
  });

  test.each([
    ['x-ssl-client-verify', ['X-SSL-Client-Verify', 'NONE', 'x-ssl-client-verify', 'SUCCESS']],
    ['x-original-uri', ['x-original-uri', '/public']],
    ['x-real-ip', ['X-REAL-IP', '10.0.0.1']],
    ['x-ssl-client-cert', ['X-SSL-Client-Cert', '$ssl_client_escaped_cert']],
    ['x-ssl-client-cert', ['X-SSL-Client-Cert', '{http.request.tls.client.certificate_pem}']],
    ['x-ssl-client-verify', ['X-SSL-Client-Verify', '(null)']],
    ['x-ssl-client-cert', ['X-SSL-Client-Cert', '%[ssl_c_der,base64]']],
    ['x-ssl-client-cert', ['X-SSL-Client-Cert', '%{SSL_CLIENT_CERT}s']],
  ])('%s twice or as a placeholder: %j', (field, headers) => {
    expect(() => read(...headers)).toThrow(expect.objectContaining({ code: 'invalid_request', details: { field } }));
  });

  test('an address that is none', () => {
    expect(() => nginx.read(MINIMUM.with(7, 'unix:'), DOOR)).toThrow(
      expect.objectContaining({ details: { field: 'x-real-ip' } }),
    );
  });
});

test('headers of other gateways change nothing', () => {
  const forged = [
    'X-Forwarded-For',
    '10.0.0.1',
    'X-Forwarded-Host',
    'public',
    'X-Forwarded-Uri',
    '/public',
    'X-Forwarded-Method',
    'GET',
    'X-Forwarded-User',
    'root',
    'X-Client-Cert',
    'x',
    'X-Client-Cert-Serial',
    '1',
    'X-Forwarded-Client-Cert',
    'Hash=1;Cert="x"',
    'X-Forwarded-Tls-Client-Cert',
    'x',
    'Ssl-Client-Cert',
    'x',
    'Ssl-Client-Verify',
    'SUCCESS',
    'X-Ssl-Cert',
    'x',
    'X-ARR-ClientCert',
    'x',
    'X-Device-Id',
    'd',
    'X-Sallyport-Device',
    'd',
    'X-Sallyport-Decision',
    'grant',
    'Forwarded',
    'for=1',
  ];
  expect(read(...forged)).toEqual(read());
});

describe('the answer', () => {
  const FULL = {
    granted: false,
    reason: 'device_noncompliant',
    title: 'Nej <b>',
    message: () => [
      { text: 'Öppna <appen> "nu"\r\n', isForeign: false },
      { text: '$x <b>', isForeign: true },
      { text: ' 100%', isForeign: false },
    ],
    language: 'sv' as const,
    remediationUrl: 'https://h/me/devices/d',
    user: 'åsa@example.com',
    device: 'd',
  };
  const NAMES = ['decision', 'reason', 'title', 'message', 'language', 'remediation', 'user', 'device'].map(
    (name) => `x-sallyport-${name}`,
  );

  test('carries every header always', () => {
    const empty = {
      granted: true,
      reason: '',
      title: '',
      message: () => [],
      language: 'en' as const,
      remediationUrl: '',
      user: '',
      device: '',
    };
    for (const answer of [FULL, empty])
      expect(Object.keys(nginx.answer(answer).headers)).toEqual([...NAMES, 'cache-control']);
    expect(nginx.answer(empty)).toMatchObject({
      status: 204,
      headers: { 'x-sallyport-decision': 'grant', 'x-sallyport-user': '', 'cache-control': 'no-store' },
    });
  });

  test('is safe in a header and in a page', () => {
    const { status, headers } = nginx.answer(FULL);
    expect(status).toBe(403);
    expect(headers['x-sallyport-title']).toBe('Nej &#60;b&#62;');
    expect(headers['x-sallyport-message']).toBe(
      '&#214;ppna &#60;appen&#62; &#34;nu&#34;&#13;&#10;<span lang>&#36;x &#60;b&#62;</span> 100&#37;',
    );
    expect(headers['x-sallyport-user']).toBe('%C3%A5sa@example.com');
  });

  test('is small enough for the buffer of nginx, whatever there is to say', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 3_000 });
    fc.assert(
      fc.property(texts, texts, texts, fc.boolean(), (message, user, link, granted) => {
        const { headers } = nginx.answer({
          ...FULL,
          granted,
          user,
          remediationUrl: encodeURI(link.toWellFormed()),
          message: (fits) => {
            const foreign = (text: string) => [{ text, isForeign: true }];
            return foreign(shortenText(message, 'en', (text) => fits(foreign(text))));
          },
        });
        expect(
          Object.entries(headers).reduce(
            (bytes, [name, value]) => bytes + Buffer.byteLength(`${name}: ${value}\r\n`),
            0,
          ),
        ).toBeLessThan(3_400);
      }),
    );
  });

  test('names a user whole or not at all; where it grants, every name that the directory takes', () => {
    const userOf = (user: string, granted: boolean) =>
      nginx.answer({ ...FULL, granted, user }).headers['x-sallyport-user'];
    expect(userOf('я'.repeat(80), false)).toBe('%D1%8F'.repeat(80));
    expect(userOf('漢'.repeat(200), false)).toBe('');
    expect(userOf('漢'.repeat(256), true)).toBe('%E6%BC%A2'.repeat(256));
    expect(userOf('漢'.repeat(340), true)).toBe('');
  });

  test('is printable ASCII without markup whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(htmlSafeAscii(text)).toMatch(/^[ -~]*$/u);
        expect(htmlSafeAscii(text)).not.toMatch(/[<>"'$\\%]/u);
        const { headers } = nginx.answer({ ...FULL, user: text, device: text });
        expect(headers['x-sallyport-user']).toMatch(/^[!-~]*$/u);
      }),
    );
  });
});
