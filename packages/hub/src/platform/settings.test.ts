import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { baseUrlOf, helpOfServe, parseServeSettings, type ServeSettings } from './settings.ts';

function settingsOf(argv: readonly string[], env: Record<string, string> = {}): ServeSettings {
  const parsed = parseServeSettings(argv, env);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.settings;
}

function problemsOf(argv: readonly string[], env: Record<string, string> = {}): readonly string[] {
  const parsed = parseServeSettings(argv, env);
  return parsed.ok ? [] : parsed.problems;
}

const KEY = Buffer.alloc(32, 7).toString('base64');

describe('settings that are good', () => {
  test('a database on a local socket may be named as PostgreSQL names it', () => {
    const url = 'postgres://sallyport@/hub?host=%2Frun%2Fpostgresql';
    expect(parseServeSettings(['--database', url], {})).toMatchObject({ ok: true, settings: { databaseUrl: url } });
    for (const wrong of ['postgres:///?host=/run', 'mysql://u@/hub?host=/run']) {
      expect(parseServeSettings(['--database', wrong], {})).toMatchObject({ ok: false });
    }
  });

  test('nothing at all gives the defaults', () => {
    expect(settingsOf([])).toEqual({
      dataDir: resolve('data'),
      listen: { host: 'localhost', port: 8443 },
      publicUrl: undefined,
      syslogListen: undefined,
      databaseUrl: undefined,
      tls: 'own',
      logLevel: 'info',
      outboundAllow: [],
      eventStallSeconds: 60,
      keepDisclosuresDays: 1095,
      dataKey: undefined,
      resetAdministrator: false,
      newDatabase: false,
      existingDatabase: false,
    });
  });

  test('flags in both spellings', () => {
    expect(
      settingsOf([
        '--data',
        '/srv/hub',
        '--listen=[::1]:0',
        '--public-url',
        'https://Hub.Example.com:443/',
        '--database=postgres://u:p=@db/hub?sslmode=require',
        '--syslog-listen',
        '0.0.0.0:6514',
        '--log-level',
        'debug',
        '--outbound-allow',
        'vendor.internal, 10.0.0.0/8',
        '--keep-disclosures',
        'forever',
        '--reset-administrator',
      ]),
    ).toEqual({
      dataDir: '/srv/hub',
      listen: { host: '::1', port: 0 },
      publicUrl: 'https://hub.example.com',
      syslogListen: { host: '0.0.0.0', port: 6514 },
      databaseUrl: 'postgres://u:p=@db/hub?sslmode=require',
      tls: 'own',
      logLevel: 'debug',
      outboundAllow: ['vendor.internal', '10.0.0.0/8'],
      eventStallSeconds: 60,
      keepDisclosuresDays: undefined,
      dataKey: undefined,
      resetAdministrator: true,
      newDatabase: false,
      existingDatabase: false,
    });
  });

  test('variables, of which an empty one is not set', () => {
    expect(
      settingsOf([], {
        SALLYPORT_DATA: '/srv/hub',
        SALLYPORT_LISTEN: '0.0.0.0:443',
        SALLYPORT_PUBLIC_URL: 'https://hub.example.com:8443',
        SALLYPORT_TLS: 'proxy',
        SALLYPORT_DATABASE_URL: '',
        SALLYPORT_DATA_KEY: KEY,
      }),
    ).toMatchObject({
      dataDir: '/srv/hub',
      listen: { host: '0.0.0.0', port: 443 },
      publicUrl: 'https://hub.example.com:8443',
      tls: 'proxy',
      databaseUrl: undefined,
      dataKey: Buffer.alloc(32, 7),
    });
  });

  test('how long hand-overs stay on record is a number of days, and not a short one', () => {
    expect(settingsOf([], { SALLYPORT_KEEP_DISCLOSURES: '30' }).keepDisclosuresDays).toBe(30);
    for (const wrong of ['29', '0', '-1', '1e3', 'never', '40000'])
      expect(problemsOf(['--keep-disclosures', wrong])[0]).toContain('--keep-disclosures');
  });

  test('how long a stream of events may be stuck is a number of seconds, no shorter than a heartbeat', () => {
    expect(settingsOf(['--event-stall', '120']).eventStallSeconds).toBe(120);
    for (const wrong of ['14', '3601', '-1', '1e2', 'never'])
      expect(problemsOf(['--event-stall', wrong])[0]).toContain('--event-stall');
  });

  test('a flag wins over its variable', () => {
    expect(settingsOf(['--listen', 'localhost:1'], { SALLYPORT_LISTEN: 'localhost:2' }).listen.port).toBe(1);
    expect(settingsOf(['--tls-terminated-by-proxy', '--public-url', 'https://a.example']).tls).toBe('proxy');
  });
});

describe('settings that are wrong', () => {
  test.each([
    [['--lisen', 'localhost:1'], /^--lisen: there is no such flag\. There are --data/],
    [['serve'], /"serve" is not after a flag/],
    [['--listen'], /^--listen: the value is missing; it is --listen HOST:PORT/],
    [['--listen', '--data', 'x'], /^--listen: the value is missing/],
    [['--listen='], /^--listen: the value is missing/],
    [['--listen', '8443'], /^--listen: "8443" must be HOST:PORT/],
    [['--listen', 'localhost:65536'], /must be HOST:PORT/],
    [['--listen', '::1:8443'], /must be HOST:PORT/],
    [['--listen', '[localhost]:8443'], /must be HOST:PORT/],
    [['--syslog-listen', '6514'], /^--syslog-listen: "6514" must be HOST:PORT/],
    [['--data', 'a', '--data', 'b'], /^--data: is there more than once/],
    [['--public-url', 'http://hub.example.com'], /^--public-url: "http:\/\/hub.example.com" must be https/],
    [['--public-url', 'https://hub.example.com/path'], /without a path/],
    [['--public-url', 'https://user:pw@hub.example.com'], /must be https/],
    [['--log-level', 'loud'], /^--log-level: "loud" must be one of fatal/],
    [['--tls-terminated-by-proxy=yes', '--public-url', 'https://a.example'], /stands alone/],
    [['--tls-terminated-by-proxy'], /SALLYPORT_PUBLIC_URL: is missing/],
    [['--outbound-allow', 'a,http://b'], /not so: http:\/\/b/],
  ] as const)('%j', (argv, message) => {
    const problems = problemsOf(argv);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  test('all of them are told at once', () => {
    const problems = problemsOf(['--what', '--listen', 'x', '--log-level=y'], {
      SALLYPORT_PUBLIC_URL: 'z',
      SALLYPORT_TLS: 'off',
    });
    expect(problems.map((text) => text.split(':')[0])).toEqual([
      '--what',
      '--listen',
      'SALLYPORT_PUBLIC_URL',
      'SALLYPORT_TLS',
      '--log-level',
    ]);
  });

  test('secrets are never repeated', () => {
    const problems = problemsOf(
      ['--database', 'mysql://root:hunter2@db/x', 'mysql://root:hunter2@db/x', '--databse=mysql://root:hunter2@db/x'],
      { SALLYPORT_DATA_KEY: 'c2hvcnQgc2VjcmV0' },
    );
    expect(problems).toHaveLength(4);
    expect(problems.join()).not.toMatch(/hunter2|c2hvcnQ/);
  });

  test('a contradiction of flag and variable is told', () => {
    expect(
      problemsOf(['--tls-terminated-by-proxy', '--public-url', 'https://a.example'], { SALLYPORT_TLS: 'own' }).join(),
    ).toContain('contradict');
  });
});

test.each([
  ['localhost', 8443, undefined, 'https://localhost:8443'],
  ['::1', 8443, undefined, 'https://[::1]:8443'],
  ['0.0.0.0', 8443, undefined, 'https://localhost:8443'],
  ['hub.example.com', 443, undefined, 'https://hub.example.com'],
  ['0.0.0.0', 8080, 'https://hub.example.com', 'https://hub.example.com'],
])('listening on %s:%d with public URL %s is reached at %s', (host, port, publicUrl, expected) => {
  expect(baseUrlOf({ listen: { host, port }, publicUrl }, port)).toBe(expected);
});

test('the help names every flag and variable', () => {
  for (const name of [
    '--data DIR, SALLYPORT_DATA',
    '--listen HOST:PORT',
    'SALLYPORT_TLS=own|proxy',
    'SALLYPORT_DATA_KEY=BASE64',
    '--reset-administrator',
  ])
    expect(helpOfServe()).toContain(name);
});
