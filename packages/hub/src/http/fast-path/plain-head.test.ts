import { describe, expect, test } from 'vitest';
import { readPlainHead } from './plain-head.ts';

const FIELDS = [
  'Host: hub.example:8443',
  'Authorization: Bearer abc.def',
  'Content-Type: application/json',
  'Content-Length: 12',
];
const read = (...fields: string[]) => readPlainHead(`${fields.map((field) => `${field}\r\n`).join('')}\r\n`, 0);
const PLAIN = { authorization: 'Bearer abc.def', echo: '', bodyLength: 12 };

test('a plain head is understood, whatever the order and the case of its names', () => {
  expect(read(...FIELDS)).toMatchObject(PLAIN);
  expect(
    read(...FIELDS.toReversed().map((field) => field.replace(/^[^:]+/u, (name) => name.toUpperCase()))),
  ).toMatchObject(PLAIN);
});

test('it says where the digits of the length begin', () => {
  const head = `${FIELDS.join('\r\n')}\r\n\r\n`;
  expect(readPlainHead(head, 0)?.lengthAt).toBe(head.indexOf('12\r\n'));
});

test.each([
  [
    'fields that change nothing',
    ['User-Agent: a gateway/1.0 (x; y)', 'Accept: */*', 'X-Forwarded-For: 10.0.0.1, 10.0.0.2'],
    '',
  ],
  ['a connection that is kept', ['Connection: Keep-Alive'], ''],
  [
    'ids that can be repeated',
    ['X-Request-ID: abc-1', 'client-request-id: 7'],
    'client-request-id: 7\r\nx-request-id: abc-1\r\n',
  ],
  ['ids in other characters', ['X-Request-ID: a"b, c', 'client-request-id: a"b'], 'x-request-id: a"b, c\r\n'],
  ['an id of a length that nobody needs', [`X-Request-ID: ${'x'.repeat(1_025)}`], ''],
])('%s may be there', (_, more, echo) => {
  expect(read(...FIELDS, ...more)).toMatchObject({ ...PLAIN, echo });
});

describe('left to Node is', () => {
  test.each([
    'Host: other',
    'AUTHORIZATION: Bearer x',
    'content-type: application/json',
    'Content-Length: 12',
    'content-length: 13',
  ])('a second %s', (field) => {
    expect(read(...FIELDS, field)).toBeUndefined();
  });

  test.each(FIELDS)('a head without %s', (field) => {
    expect(read(...FIELDS.filter((other) => other !== field))).toBeUndefined();
  });

  test.each([
    'Transfer-Encoding: chunked',
    'transfer-encoding: identity',
    'TE: trailers',
    'Trailer: X',
    'Expect: 100-continue',
    'Upgrade: h2c',
    'Content-Encoding: gzip',
    'Connection: close',
    'Connection: keep-alive, X-Request-ID',
    'Connection: upgrade',
    'Keep-Alive: timeout=5',
    'Proxy-Connection: keep-alive',
    'HTTP2-Settings: AAMA',
  ])('a head with %s', (field) => {
    expect(read(...FIELDS, field)).toBeUndefined();
  });

  test.each([
    '012',
    '+12',
    '-12',
    '12 ',
    ' 12',
    '12,12',
    '12;',
    '1e1',
    '0xc',
    '0',
    '00',
    '',
    '123456',
    '12\t',
    '１２',
    '12\0',
  ])('the length "%s"', (length) => {
    expect(read(...FIELDS.slice(0, 3), `Content-Length: ${length}`)).toBeUndefined();
  });

  test.each([
    'X : y',
    'X\t: y',
    ' X: y',
    'X:y',
    'X:',
    'X: ',
    'X:  y',
    'X: y ',
    'X',
    ': y',
    'X: a\0b',
    'X: a\x7fb',
    'X: a\x01b',
    'X: a\tb',
    'X: caf\xe9',
    'X\xe9: y',
    'X: a\rb',
    'X: a\nY: b',
    'X: a\r\n folded',
    'X(y): z',
    'X: a\r',
  ])('the field %j', (field) => {
    expect(read(...FIELDS, field)).toBeUndefined();
  });

  test.each(['', 'a b', 'a,b', 'user@host', 'a/b', 'a%00b'])('the host "%s"', (host) => {
    expect(read(`Host: ${host}`, ...FIELDS.slice(1))).toBeUndefined();
  });

  test.each(['text/plain', 'application/JSON', 'application/json;charset=utf-8', 'application/json; charset=utf-16'])(
    'the type %s',
    (type) => {
      expect(
        read(...FIELDS.filter((field) => !field.startsWith('Content-Type')), `Content-Type: ${type}`),
      ).toBeUndefined();
    },
  );

  test('a head of very many fields', () => {
    const more = (count: number): string[] => Array.from({ length: count }, (_, i) => `X-${i}: y`);
    expect(read(...FIELDS, ...more(96))).toMatchObject(PLAIN);
    expect(read(...FIELDS, ...more(97))).toBeUndefined();
  });

  test('a head with anything after its end, or without one', () => {
    const head = FIELDS.join('\r\n');
    for (const end of ['', '\r\n', '\n\n', '\r\n\n', '\r\n\r', '\r\n\r\n\r\n', '\r\n\r\nX'])
      expect(readPlainHead(`${head}${end}`, 0)).toBeUndefined();
  });
});
