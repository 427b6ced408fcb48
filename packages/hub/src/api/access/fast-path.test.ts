import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { converse, GOODBYE, QUESTION, startTwin, type Twin } from './testing-fast-path.ts';
import { fakeDecider, PHONE } from './testing.ts';

const decider = fakeDecider();
let short: Twin;
let long: Twin;
beforeAll(async () => {
  [short, long] = [await startTwin(true, decider), await startTwin(false, decider)];
});
afterAll(async () => {
  await Promise.all([short.app.close(), long.app.close()]);
});
beforeEach(() => {
  short.fast = 0;
  decider.blocked.clear();
  decider.mfaRequired = false;
});

const LINE = 'POST /access/v1/evaluation HTTP/1.1\r\n';
const REST = 'Host: h\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\n';
const BODY = JSON.stringify(QUESTION);

function request(body: string | Buffer = BODY, { line = LINE, rest = REST, more = '' } = {}): Buffer {
  return Buffer.concat([
    Buffer.from(`${line}${rest}Content-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n`, 'latin1'),
    Buffer.from(body),
  ]);
}

/** Both servers say the same to it. */
async function expectSame(...pieces: readonly (string | Buffer)[]): Promise<readonly string[]> {
  const [ours, ordinary] = [await converse(short, [...pieces, GOODBYE]), await converse(long, [...pieces, GOODBYE])];
  expect(ours).toEqual(ordinary);
  return ours;
}

describe('the short way answers what the ordinary way answers, and with the same headers', () => {
  const with_ = (change: object): string => JSON.stringify({ ...QUESTION, ...change });

  test.each([
    ['a grant', request(), 200],
    ['a stranger', request(with_({ subject: { type: 'user', id: 'åsa@example.com' } })), 200],
    ['another language', request(with_({ context: { language: 'sv' } })), 200],
    ['ids of the caller', request(BODY, { more: 'X-Request-ID: abc-1\r\nclient-request-id: 7\r\n' }), 200],
    ['an id that could do harm', request(BODY, { more: 'X-Request-ID: <b>\r\n' }), 200],
    ['an id with spaces and quotes', request(BODY, { more: 'X-Request-ID: a b, c; "d"\r\n' }), 200],
    ['a context that cannot be used', request(with_({ context: { ip: '10.0.0.1:443', platform: 'web' } })), 200],
    [
      'a caller that fulfils obligations',
      request(
        with_({ context: { supported_mandatory_extensions: ['obligations'], supported_obligations: ['step-up'] } }),
      ),
      200,
    ],
    ['a charset', request(BODY, { rest: REST.replace('json', 'json; charset=utf-8') }), 200],
    [
      'fields that nobody asked for',
      request(BODY, {
        more: 'Accept: */*\r\nAccept-Encoding: gzip\r\nUser-Agent: x\r\nCookie: a=b\r\nX-Forwarded-For: 10.0.0.1\r\nConnection: keep-alive\r\n',
      }),
      200,
    ],
    ['a question of 10,000 bytes', request(with_({ context: { x: 'y'.repeat(10_000) } })), 200],
  ] as const)('%s', async (_, bytes, status) => {
    const [first] = await expectSame(bytes);
    expect(first).toMatch(new RegExp(`^HTTP/1.1 ${status} `, 'u'));
    expect(short.fast).toBe(1);
  });

  test.each([
    ['nothing', {}],
    [
      'that the caller asks for it',
      { supported_mandatory_extensions: ['obligations'], supported_obligations: ['step-up'] },
    ],
  ])('a second factor that is owed, where the question says %s', async (_, context) => {
    decider.mfaRequired = true;
    const [first = ''] = await expectSame(request(with_({ context })));
    expect(short.fast).toBe(1);
    expect([first.includes('"decision":true'), first.includes('"obligations"')]).toEqual(
      'supported_obligations' in context ? [true, true] : [false, false],
    );
  });

  test.each([
    ['a broken body', request('{"subject":'), 400],
    ['a missing field', request('{"subject":{"type":"user","id":"x"}}'), 400],
    ['a hostile body', request('{"__proto__":{"subject":1}}'), 400],
    ['bytes that are no text', request(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), 400],
    ['an empty body', request(''), 400],
    ['a body beyond the limit', request(with_({ context: { x: 'y'.repeat(70_000) } })), 413],
    ['no token', request(BODY, { rest: REST.replace(/Authorization.*\r\n/u, '') }), 401],
    ['a bad token', request(BODY, { rest: REST.replace('good', 'bad') }), 401],
    ['a token without the permission', request(BODY, { rest: REST.replace('good', 'weak') }), 403],
    ['another type', request(BODY, { rest: REST.replace('application/json', 'text/plain') }), 415],
    [
      'another spelling of the type',
      request(BODY, { rest: REST.replace('application/json', 'application/JSON;charset="UTF-8"') }),
      200,
    ],
    ['another method', request(BODY, { line: LINE.replace('POST', 'PUT') }), 405],
    ['a question of 60,000 bytes', request(with_({ context: { x: 'y'.repeat(60_000) } })), 200],
  ] as const)('%s goes the ordinary way', async (_, bytes, status) => {
    const [first] = await expectSame(bytes);
    expect(first).toMatch(new RegExp(`^HTTP/1.1 ${status} `, 'u'));
    expect(short.fast).toBe(0);
  });
});

test('a request that is to be the last is answered so', async () => {
  const last = [request(), request(BODY, { more: 'Connection: close\r\n' })];
  const answers = await converse(short, last);
  expect(answers).toEqual(await converse(long, last));
  expect(answers.map((answer) => /^connection: .*$/imu.exec(answer)?.[0])).toEqual([
    'Connection: keep-alive',
    'Connection: close',
  ]);
});

describe('a connection', () => {
  const granted = (answers: readonly string[]): number =>
    answers.filter((answer) => answer.startsWith('HTTP/1.1 200 ') && answer.includes('"decision":true')).length;

  test('serves many questions', async () => {
    expect(granted(await expectSame(request(), request(BODY, { more: 'X-Request-ID: 2\r\n' }), request()))).toBe(3);
    expect(short.fast).toBe(3);
  });

  test("is Node's from the first request that is not plain, with nothing lost and nothing twice", async () => {
    expect(
      granted(await expectSame(request(), request(BODY, { more: 'Expect: 100-continue\r\n' }), request(), request())),
    ).toBe(4);
    expect(short.fast).toBe(1);
  });

  test("is Node's when questions are sent without waiting", async () => {
    expect(granted(await expectSame(Buffer.concat([request(), request(), request()]), request()))).toBe(4);
    expect(short.fast).toBe(0);
  });

  test('stays here when head and body come apart, or a head in two', async () => {
    const whole = request();
    const body = whole.indexOf('{');
    expect(
      granted(
        await expectSame(
          whole.subarray(0, body),
          whole.subarray(body),
          whole.subarray(0, 50),
          whole.subarray(50),
          whole,
        ),
      ),
    ).toBe(3);
    expect(short.fast).toBe(3);
  });

  test("is Node's when a request comes in crumbs", async () => {
    const whole = request();
    expect(granted(await expectSame(...Array.from(whole, (_, i) => whole.subarray(i, i + 1)), whole))).toBe(2);
    expect(short.fast).toBe(0);
  });

  test('has each question decided anew', async () => {
    const ask = async () => (await expectSame(request()))[0];
    expect(await ask()).toContain('"decision":true');
    decider.blocked.add(PHONE);
    expect(await ask()).toContain('"decision":false');
    decider.blocked.clear();
    expect(await ask()).toContain('"decision":true');
    expect(short.fast).toBe(3);
  });
});

describe('nothing is smuggled', () => {
  const hidden = request(BODY, { line: LINE.replace('evaluation', 'evaluations') });
  const raw = (...fields: string[]): Buffer =>
    Buffer.concat([Buffer.from(`${LINE}${REST}${fields.join('')}\r\n`, 'latin1'), Buffer.from(BODY)]);
  const length = `Content-Length: ${BODY.length}\r\n`;

  test.each<[name: string, ...pieces: (string | Buffer)[]]>([
    ['two lengths that agree', raw(length, length)],
    ['two lengths that do not', raw(length, `Content-Length: ${BODY.length + hidden.length}\r\n`), hidden],
    ['a list of lengths', raw(`Content-Length: ${BODY.length}, ${BODY.length}\r\n`)],
    ['length and chunks', raw(length, 'Transfer-Encoding: chunked\r\n'), hidden],
    ['chunks and length', raw('Transfer-Encoding: chunked\r\n', length), hidden],
    ['a spelling of chunks', raw('Transfer-Encoding : chunked\r\n', length)],
    ['another one', raw('Transfer-Encoding:\x0bchunked\r\n', length)],
    ['a folded one', raw('Transfer-Encoding:\r\n chunked\r\n', length)],
    ['chunks hidden behind a bare line feed', raw('X: y\nTransfer-Encoding: chunked\r\n', length)],
    ['chunks hidden behind a bare carriage return', raw('X: y\rTransfer-Encoding: chunked\r\n', length)],
    ['chunks hidden behind a NUL', raw('X: y\0Transfer-Encoding: chunked\r\n', length)],
    ['lines that end in a line feed only', raw(length).toString('latin1').replaceAll('\r\n', '\n')],
    ['a blank before the colon', raw(`Content-Length : ${BODY.length}\r\n`)],
    ['a plus before the length', raw(`Content-Length: +${BODY.length}\r\n`)],
    ['a nought before the length', raw(`Content-Length: 0${BODY.length}\r\n`)],
    ['a length in hexadecimal', raw(`Content-Length: 0x${BODY.length.toString(16)}\r\n`)],
    ['a length of nothing', raw('Content-Length: 0\r\n')],
    ['a length that falls short', raw(`Content-Length: ${BODY.length - 5}\r\n`)],
    ['a length that goes too far', raw(`Content-Length: ${BODY.length + 5}\r\n`)],
    ['no length', raw('')],
    ['two hosts', raw('Host: other\r\n', length)],
    ['two tokens', raw('Authorization: Bearer bad\r\n', length)],
    ['two types', raw('Content-Type: text/plain\r\n', length)],
    ['HTTP/1.0', request(BODY, { line: LINE.replace('1.1', '1.0') })],
    ['HTTP/1.0 that is kept', request(BODY, { line: LINE.replace('1.1', '1.0'), more: 'Connection: keep-alive\r\n' })],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an absolute target', request(BODY, { line: LINE.replace('/access', 'http://other/access') })],
    ['a target in parts', request(BODY, { line: LINE.replace('evaluation', 'evaluation?x=/y#z') })],
    ['an encoded target', request(BODY, { line: LINE.replace('evaluation', 'ev%61luation') })],
    ['a lower-case method', request(BODY, { line: LINE.replace('POST', 'post') })],
    ['an empty line first', Buffer.concat([Buffer.from('\r\n'), request()])],
    ['rubbish behind', Buffer.concat([request(), Buffer.from('rubbish\r\n\r\n')])],
    ['a second request behind', Buffer.concat([request(), hidden])],
    ['a head of 9,000 bytes', request(BODY, { more: `X: ${'x'.repeat(9_000)}\r\n` })],
    ['a head of 20,000 bytes', request(BODY, { more: `X: ${'x'.repeat(20_000)}\r\n` })],
    ['a thousand fields', request(BODY, { more: Array.from({ length: 1_000 }, (_, i) => `X-${i}: y\r\n`).join('') })],
    ['an upgrade', request(BODY, { more: 'Connection: Upgrade\r\nUpgrade: h2c\r\n' })],
    ['a field that must not be passed on', request(BODY, { more: 'Connection: Authorization\r\n' })],
  ])('%s', async (_, ...pieces) => {
    await expectSame(...pieces);
    await expectSame(request(), ...pieces);
    const whole = Buffer.concat(pieces.map((piece) => Buffer.from(piece as string, 'latin1')));
    await expectSame(whole.subarray(0, 60), whole.subarray(60));
  });
});

test('however a request is spelt and cut, both ways say the same', async () => {
  const pick = <T>(usual: T, ...odd: readonly T[]): fc.Arbitrary<T> =>
    fc.oneof({ weight: 40, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...odd) });
  const field = (name: string, usual: string, ...odd: readonly string[]): fc.Arbitrary<string> =>
    fc
      .tuple(
        pick(name, name.toLowerCase(), name.toUpperCase(), `${name}x`),
        pick(': ', ':', ' : ', ':\t', ':  '),
        pick(usual, ...odd),
        pick('', ' ', '\t', '\0', '\r'),
        pick('\r\n', '\n', '\r', '\r\n '),
      )
      .map((parts) => parts.join(''));
  const more = fc.constantFrom(
    'Accept: */*\r\n',
    'X-Request-ID: 1\r\n',
    'X-Request-ID: a b\r\n',
    'client-request-id: 2\r\n',
    'Connection: keep-alive\r\n',
    'Connection: close\r\n',
    'Connection: keep-alive, x\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: identity\r\n',
    'Expect: 100-continue\r\n',
    'Expect: x\r\n',
    'Upgrade: x\r\n',
    'Content-Encoding: identity\r\n',
    'X: \xe5\r\n',
    ': x\r\n',
    'x\r\n',
    'Host: other\r\n',
    'Content-Length: 5\r\n',
    'TE: trailers\r\n',
    `Y: ${'y'.repeat(5_000)}\r\n`,
  );
  const spelt = fc
    .record({
      line: pick(
        LINE,
        LINE.replace('POST', 'post'),
        LINE.replace('1.1', '1.0'),
        LINE.replace('evaluation', 'evaluation/'),
        LINE.replace('evaluation', 'evaluation?x=1'),
        LINE.replace(' /', '  /'),
        LINE.replace('\r', ''),
        LINE.replace(' /', ' http://h/'),
      ),
      host: field('Host', 'h', '', 'h:1', 'a b', 'a,b'),
      authorization: field('Authorization', 'Bearer good', 'Bearer weak', 'Bearer bad', 'bearer good', ''),
      type: field(
        'Content-Type',
        'application/json',
        'application/json; charset=utf-8',
        'application/json;charset=utf-16',
        'text/plain',
        '',
      ),
      more: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(more, { maxLength: 3 }) },
      ),
      body: pick(BODY, '{"subject":', '{}', 'x', BODY.replace('alice', '\xff')),
      length: pick(
        (body: string) => `${body.length}`,
        (body) => `0${body.length}`,
        (body) => `+${body.length}`,
        (body) => `${body.length + 5}`,
        (body) => `${Math.max(0, body.length - 5)}`,
        (body) => `${body.length},${body.length}`,
        () => '',
        () => '-1',
      ),
      order: fc.nat(23),
      // Who is refused hears of it as soon as the head is there, so the ordinary way does not wait for a body that never ends.
    })
    .chain(({ line, host, authorization, type, more: others, body, length, order }) =>
      field('Content-Length', authorization.includes('Bearer good') ? length(body) : `${body.length}`).map((size) =>
        Buffer.from(
          `${line}${rotated([host, authorization, type, size, ...others], order).join('')}\r\n${body}`,
          'latin1',
        ),
      ),
    );
  const cut = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
    const places = [0, ...cuts.map((place) => place % bytes.length).toSorted((a, b) => a - b), bytes.length];
    return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
  };
  const pieces = fc
    .array(fc.tuple(spelt, fc.array(fc.nat(), { maxLength: 3 })), { minLength: 1, maxLength: 3 })
    .map((requests) => requests.flatMap(([bytes, cuts]) => cut(bytes, cuts)));
  await fc.assert(
    fc.asyncProperty(pieces, async (sent) => {
      await expectSame(...sent);
    }),
    { numRuns: 300, seed: 20_261_122 },
  );
});

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
