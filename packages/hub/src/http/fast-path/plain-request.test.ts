import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlainRequestReader, UNFINISHED } from './plain-request.ts';

const PATH = '/ask';
const LINE = 'POST /ask HTTP/1.1\r\n';
const REST = 'Host: h\r\nAuthorization: Bearer abc\r\nContent-Type: application/json\r\n';
const request = (body: string, more = ''): Buffer =>
  Buffer.from(`${LINE}${REST}Content-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`);
const read = (bytes: Buffer | string) => new PlainRequestReader(PATH).read(Buffer.from(bytes));

test('a whole request is read', () => {
  expect(read(request('{"a":"å"}'))).toEqual({ authorization: 'Bearer abc', echo: '', body: Buffer.from('{"a":"å"}') });
});

test('every beginning of it is unfinished, and with one byte more it is not a plain request', () => {
  const whole = request('{"a":1}');
  for (let length = 1; length < whole.length; length += 1)
    expect(read(whole.subarray(0, length)), String(length)).toBe(UNFINISHED);
  expect(read(Buffer.concat([whole, Buffer.from('P')]))).toBeUndefined();
  expect(read(Buffer.concat([whole, whole]))).toBeUndefined();
});

test.each([
  'post /ask HTTP/1.1\r\n',
  'PUT /ask HTTP/1.1\r\n',
  'POST /ask/ HTTP/1.1\r\n',
  'POST /ask?x HTTP/1.1\r\n',
  'POST http://h/ask HTTP/1.1\r\n',
  'POST //ask HTTP/1.1\r\n',
  'POST /%61sk HTTP/1.1\r\n',
  'POST /ask HTTP/1.0\r\n',
  'POST /ask HTTP/1.1\n',
  'POST  /ask HTTP/1.1\r\n',
  'POST /ask HTTP/1.1 \r\n',
  '\r\nPOST /ask HTTP/1.1\r\n',
  'POST /ask\r\n',
])('the request line %j is left to Node at once', (line) => {
  expect(read(`${line}${REST}Content-Length: 2\r\n\r\n{}`)).toBeUndefined();
  expect(read(line)).toBeUndefined();
});

test('what is very long is left to Node', () => {
  expect(read(request(`"${'x'.repeat(20_000)}"`))).toBeUndefined();
  expect(read(request('{}', `X: ${'x'.repeat(20_000)}\r\n`))).toBeUndefined();
  expect(read(`${LINE}${REST}Content-Length: 20000\r\n\r\n{`)).toBeUndefined();
});

describe('a reader that remembers the last head', () => {
  /** One of a few requests, and now and then with a few bytes of it changed, inserted or taken away. */
  const likely = fc.constantFrom(
    request('{}'),
    request('{"a":1234567}'),
    request('{}', 'X-Request-ID: 1\r\n'),
    request('{}', 'X-Request-ID: 2\r\n'),
    request('{}').subarray(0, 60),
  );
  const spoilt = fc
    .tuple(
      likely,
      fc.nat(),
      fc.constantFrom(0, 1),
      fc.constantFrom('', '0', '1', '9', ' ', '\r', '\n', '\0', ':', '+', '\r\n', 'X: y\r\n'),
    )
    .map(([bytes, at, skip, text]) => {
      const from = at % bytes.length;
      return Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(from + skip)]);
    });

  test('reads as one that does not', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(likely, spoilt), { minLength: 2, maxLength: 8 }), (requests) => {
        const reader = new PlainRequestReader(PATH);
        for (const bytes of requests) expect(reader.read(bytes)).toEqual(read(bytes));
      }),
      { numRuns: 1_000 },
    );
  });

  test('takes no other spelling of the length for granted', () => {
    const reader = new PlainRequestReader(PATH);
    expect(reader.read(request('{}'))).toMatchObject({ echo: '' });
    for (const length of ['02', '+2', ' 2', '2 ', '', '2,2', '000002'])
      expect(reader.read(Buffer.from(`${LINE}${REST}Content-Length: ${length}\r\n\r\n{}`)), length).toBeUndefined();
  });

  test('keeps no hold of the buffer that it came in', () => {
    const reader = new PlainRequestReader(PATH);
    const bytes = request('{}');
    reader.read(bytes);
    bytes.fill(0);
    expect(reader.read(request('{"b":2}'))).toMatchObject({ authorization: 'Bearer abc' });
  });
});
