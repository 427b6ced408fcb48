import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCefLine } from './cef.ts';

const HEAD = 'CEF:0|Acme|Mobile|1.2|100|Malware found|8|';

function read(line: string): Record<string, unknown> {
  const result = readCefLine(line);
  if (!result.ok) throw new Error(result.problem);
  return { ...result.record };
}

const HEADER = {
  cefVersion: '0',
  deviceVendor: 'Acme',
  deviceProduct: 'Mobile',
  deviceVersion: '1.2',
  deviceEventClassId: '100',
  name: 'Malware found',
  severity: '8',
  labels: {},
};

describe('the envelope', () => {
  test.each([
    ['none', `${HEAD}a=1`, {}],
    ['RFC 3164', `<134>Mar  2 08:00:00 console ${HEAD}a=1`, { syslogHost: 'console' }],
    [
      'RFC 3164 with a tag',
      `<134>Mar 12 08:00:00 console mtd[42]: ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd' },
    ],
    ['RFC 3164 without a priority', `Mar 12 08:00:00 console ${HEAD}a=1`, { syslogHost: 'console' }],
    ['RFC 3164 without a host', `<134>Mar 12 08:00:00 ${HEAD}a=1`, {}],
    [
      'RFC 3164 with a year, as some write it',
      `<134>Mar 12 2026 08:00:00 console ${HEAD}a=1`,
      { syslogHost: 'console' },
    ],
    ['an address without a time', `192.0.2.1 ${HEAD}a=1`, { syslogHost: '192.0.2.1' }],
    ['a host without a time', `<134>myhost ${HEAD}a=1`, { syslogHost: 'myhost' }],
    ['a priority alone', `<134>${HEAD}a=1`, {}],
    [
      'ISO time, as a relay writes it',
      `<134>2026-03-02T08:00:00.123+01:00 console mtd: ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd', syslogTime: '2026-03-02T08:00:00.123+01:00' },
    ],
    [
      'RFC 5424',
      `<134>1 2026-03-02T08:00:00Z console mtd - - - ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd', syslogTime: '2026-03-02T08:00:00Z' },
    ],
    ['RFC 5424 with a byte order mark', `<134>1 - - - - - - \ufeff${HEAD}a=1`, {}],
    [
      'RFC 5424 with structured data',
      `<134>1 - console - - - [x@1 a="b\\"]" c="CEF:0|Evil|x|x|x|x|0|"][y@1] ${HEAD}a=1`,
      { syslogHost: 'console' },
    ],
    [
      'a space that a relay put behind CEF:',
      `<134>Mar  2 08:00:00 console ${HEAD.replace('CEF:', 'CEF: ')}a=1`,
      { syslogHost: 'console' },
    ],
    [
      'a space that rsyslog puts in front',
      `<134>1 2026-03-02T08:00:00Z console mtd - - -  ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd', syslogTime: '2026-03-02T08:00:00Z' },
    ],
    ['a year in front', `2026 Nov 29 10:00:00 console ${HEAD}a=1`, { syslogHost: 'console' }],
    ['a fraction and a zone', `<134>Nov 29 2026 10:00:00.123 UTC console ${HEAD}a=1`, { syslogHost: 'console' }],
    ['the day in front', `29 Nov 2026 10:00:00 +02:00 console ${HEAD}a=1`, { syslogHost: 'console' }],
    ['the day in front, without a year', `29 Nov 10:00:00 console ${HEAD}a=1`, { syslogHost: 'console' }],
    ['a year of two digits', `26 Nov 29 10:00:00 console ${HEAD}a=1`, { syslogHost: 'console' }],
    [
      'ISO time without a priority',
      `2026-11-29T10:00:00Z console mtd: ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd', syslogTime: '2026-11-29T10:00:00Z' },
    ],
    [
      'ISO time with a space, which has no zone',
      `2026-11-29 10:00:00,123 console mtd: ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd' },
    ],
    [
      'a space in front of the priority',
      ` <134>Nov 23 21:58:05 console mtd: ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd' },
    ],
    [
      'a space behind the priority',
      `<134> Nov 23 21:58:05 console mtd: ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd' },
    ],
    ['a short zone', `2016-01-23 17:36:39.841+00 console ${HEAD}a=1`, { syslogHost: 'console' }],
    [
      'RFC 5424 without a priority',
      `1 2026-11-29T10:00:00Z console mtd - - - ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd', syslogTime: '2026-11-29T10:00:00Z' },
    ],
    ['a byte order mark in front', `\ufeff<134>Mar  2 08:00:00 console ${HEAD}a=1`, { syslogHost: 'console' }],
    [
      'byte order marks behind the priority, the host and the tag',
      `<134>\ufeffMar  2 08:00:00 console \ufeffmtd: \ufeff${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd' },
    ],
    [
      'a number in front of the priority of RFC 5424',
      `1796060852 <134>1 2026-03-02T08:00:00Z console mtd - - - ${HEAD}a=1`,
      { syslogHost: 'console', syslogApp: 'mtd', syslogTime: '2026-03-02T08:00:00Z' },
    ],
    ['line ends', `<134>Mar  2 08:00:00 console ${HEAD}a=1\r\n`, { syslogHost: 'console' }],
  ])('%s', (_, line, more) => {
    expect(read(line)).toEqual({ ...HEADER, a: '1', ...more });
  });

  test.each([
    '1796060852 ',
    '1796060852123 ',
    '1796060852.123 ',
    '000123: ',
    '12345 ',
    '57:',
    '1796060852 \ufeff',
    '2026-11-29T10:00:00Z ',
    'Nov 29 10:00:00 ',
  ])('%j in front of the priority is passed over', (front) => {
    expect(read(`${front}<134>Mar  2 08:00:00 console ${HEAD}a=1`)).toEqual({
      ...HEADER,
      a: '1',
      syslogHost: 'console',
    });
  });

  test.each([
    ['', /no CEF/],
    ['hello', /no CEF/],
    [`<192>${HEAD}`, /no line of syslog/],
    [`<134${HEAD}`, /no line of syslog/],
    [`x y ${HEAD}`, /no CEF/],
    [`1796060852 <192>${HEAD}`, /no line of syslog/],
    [`<134>1 - - - - - [a="${HEAD}`, /no line of syslog/],
    ['CEF:0|a|b|c|d|e', /6 of the 7/],
    ['CEF:x|a|b|c|d|e|f|', /no CEF/],
    ['CEF:0|', /of the 7/],
  ])('%j is refused', (line, problem) => {
    expect(readCefLine(line)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});

describe('the header', () => {
  test('holds escaped bars and backslashes', () => {
    expect(read('CEF:1|a\\|b|c\\\\|\\\\d|e|f=g|h|')).toMatchObject({
      cefVersion: '1',
      deviceVendor: 'a|b',
      deviceProduct: 'c\\',
      deviceVersion: '\\d',
      deviceEventClassId: 'e',
      name: 'f=g',
      severity: 'h',
    });
  });

  test('may be all there is', () => {
    expect(read('CEF:0|a|b|c|d|e|Low')).toMatchObject({ severity: 'Low' });
    expect(read('CEF:0|a|b|c|d||Low|')).toMatchObject({ name: '', severity: 'Low' });
  });

  test('cannot be passed off by the extension', () => {
    expect(read(`${HEAD}severity=0 name=harmless syslogHost=x labels=y cefVersion=9`)).toMatchObject({
      ...HEADER,
      syslogHost: 'x',
    });
    expect(read(`<1>Mar  2 08:00:00 real ${HEAD}syslogHost=x`)).toMatchObject({ syslogHost: 'real' });
  });
});

describe('the extension', () => {
  test.each([
    ['values with spaces', 'msg=two words here dvc=10.0.0.1', { msg: 'two words here', dvc: '10.0.0.1' }],
    [
      'escapes',
      'a=x\\=y b=\\\\ c=line\\nnext\\r d=a\\|b e=\\t',
      { a: 'x=y', b: '\\', c: 'line\nnext\r', d: 'a|b', e: '\\t' },
    ],
    ['an escaped = behind what looks like a key', 'msg=set a\\=1 now b=2', { msg: 'set a=1 now', b: '2' }],
    [
      'a bare = inside a value, as in an address',
      'request=https://x.example/?q=1&r=2 b=2',
      { request: 'https://x.example/?q=1&r=2', b: '2' },
    ],
    ['empty values', 'a= b=2 c=', { a: '', b: '2', c: '' }],
    ['bars in values', 'a=x|y', { a: 'x|y' }],
    ['more than one space, and spaces at the ends', '  a=1   b=2  ', { a: '1', b: '2' }],
    ['keys with dots and brackets', 'ad.key[0]=1 _x-y=2', { 'ad.key[0]': '1', '_x-y': '2' }],
    ['text before the first key', 'stray words a=1', { a: '1' }],
  ])('%s', (_, extension, expected) => {
    expect(read(HEAD + extension)).toEqual({ ...HEADER, ...expected });
  });

  test('a key that is there twice has both values, so that neither passes for the true one', () => {
    expect(read(`${HEAD}cs1=high app=Foo cs1=secured`)).toMatchObject({ cs1: ['high', 'secured'], app: 'Foo' });
  });

  test('values that have a name are found by it', () => {
    expect(read(`${HEAD}cs1=High cs1Label=Risk level cn1=7 cn1Label=Score cs2Label=Lonely`)).toMatchObject({
      cs1: 'High',
      labels: { 'Risk level': 'High', Score: '7' },
    });
    expect(read(`${HEAD}cs1=a cs1Label=Risk cs2=b cs2Label=Risk`).labels).toEqual({ Risk: ['a', 'b'] });
  });

  test('keys of every object are keys like others', () => {
    const record = read(`${HEAD}__proto__=x constructor=y`);
    expect(Object.getOwnPropertyNames(record)).toContain('__proto__');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

test('what was written with the escapes of the format is read back', () => {
  const value = fc
    .string({ unit: 'grapheme' })
    .map((text) => text.trim())
    .filter((text) => !/[\r\n\0]/.test(text));
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 6, maxLength: 6 }),
      fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/), value),
      (header, extension) => {
        const line = `CEF:0|${header.map((text) => text.replace(/[|\\]/g, '\\$&')).join('|')}|${Object.entries(
          extension,
        )
          .map(([key, text]) => `${key}=${text.replace(/[=\\]/g, '\\$&')}`)
          .join(' ')}`;
        const { labels: _, cefVersion: __, ...record } = read(line);
        expect(record).toEqual({
          ...extension,
          deviceVendor: header[0],
          deviceProduct: header[1],
          deviceVersion: header[2],
          deviceEventClassId: header[3],
          name: header[4],
          severity: header[5],
        });
      },
    ),
  );
});

test('any text is read without an error, and a long one in less than the time-out: what grows with its square would not be', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      readCefLine(text);
      readCefLine(HEAD + text);
      readCefLine(`<1>1 ${text}`);
    }),
  );
  for (const piece of ['\\', '|', ' a', 'a=', '"', '[a="', ' ', '=', '][']) {
    for (const before of ['', '<1>1 - - - - - ', 'CEF:0|', HEAD])
      readCefLine(before + piece.repeat(65_536 / piece.length));
  }
});
