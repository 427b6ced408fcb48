import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueCertificate, newAuthority } from '@sallyport/simulators/certificates';
import { sallyport, startHub, type HubProcess } from '@sallyport/simulators/hub';

/** Partners whose format the hub does not speak, with the programs that people have: curl and openssl, logger and rsyslog. */

const without = process.env.SALLYPORT_TEST_WITHOUT?.split(',') ?? [];
const lacks = (...programs: readonly string[]): boolean => programs.some((program) => without.includes(program));

const PHONE = '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10';
const WEBHOOK = 'bb13fe25-ce1f-45aa-b278-cabbc6b9072e';
const SYSLOG = '29ee2d98-e795-475f-a0f8-0802dc3384a9';
const SECRET = 'a-long-and-random-webhook-secret';
const folder = mkdtempSync(join(tmpdir(), 'sallyport-open-'));
const dataDir = join(folder, 'data');
const in_ = (name: string): string => join(folder, name);
let hub: HubProcess;
let syslogPort: string;

beforeAll(async () => {
  const authority = await newAuthority('CN=Senders CA');
  const sender = await issueCertificate(authority, {
    subject: 'CN=relay.example.com',
    names: [{ type: 'dns', value: 'relay.example.com' }],
  });
  writeFileSync(in_('sender.pem'), sender.cert);
  writeFileSync(in_('sender.key'), sender.key);
  writeFileSync(
    in_('webhook.json'),
    JSON.stringify({
      timestampHeader: 'x-time',
      records: '$.alerts',
      map: {
        reportId: '$.uid',
        deviceKeys: { serialNumber: '$.host.serial' },
        observedAt: { path: '$.when' },
        state: { path: '$.verdict', words: { clean: 'secured', infected: 'high' } },
      },
    }),
  );
  writeFileSync(
    in_('cef.json'),
    JSON.stringify({
      clientCa: authority.cert,
      clientNames: ['relay.example.com'],
      map: {
        reportId: '$.externalId',
        deviceKeys: { serialNumber: '$.dvchost' },
        observedAt: { path: '$.rt', format: 'cef' },
        state: { path: '$.labels.Verdict', words: { clean: 'secured', infected: 'high' } },
      },
    }),
  );
  writeFileSync(in_('webhook.secret'), SECRET);
  hub = await startHub(dataDir, { args: ['--syslog-listen', '127.0.0.1:0'] });
  syslogPort = /^Syslog over TLS +127\.0\.0\.1:(\d+) \(senders trust .*ca\.pem\)$/m.exec(hub.output())?.[1] ?? '';
  for (const id of [WEBHOOK, SYSLOG]) await cli('connector', 'set', id, '--android', 'on');
  await cli(
    'device',
    'register',
    '--name',
    'phone',
    '--os',
    'Android',
    '--os-version',
    '14',
    '--serial',
    'SN-1',
    '--id',
    PHONE,
  );
  await cli(
    'connector',
    'link',
    WEBHOOK,
    '--vendor',
    'webhook',
    '-f',
    in_('webhook.json'),
    '--secret',
    `webhookSecret=@${in_('webhook.secret')}`,
  );
  await cli('connector', 'link', SYSLOG, '--vendor', 'syslog-cef', '-f', in_('cef.json'));
});
afterAll(async () => {
  await hub?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...argv: string[]) => sallyport(argv, { env: { SALLYPORT_DATA: dataDir } });

async function cli(...argv: string[]): Promise<string> {
  const { code, out, err } = await run(...argv);
  expect([code, err]).toEqual([0, '']);
  return out;
}

async function bash(script: string, env: Record<string, string> = {}): Promise<string> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { ...process.env, SECRET, CA: hub.admin.caFile, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(`The script ended with ${String(code)}:\n${out}\n${err}`);
  return out;
}

async function threatState(): Promise<unknown> {
  return JSON.parse(await cli('device', 'get', 'phone', '--json')).partnerReportedThreatState;
}

const becomes = (expected: string) => expect.poll(threatState).toBe(expected);

let minute = 0;
function nextTime(): string {
  minute += 1;
  return new Date(Date.now() - 3_600_000 + minute * 60_000).toISOString();
}

function alert(verdict: string): string {
  return JSON.stringify({ alerts: [{ uid: `u-${minute}`, host: { serial: 'SN-1' }, when: nextTime(), verdict }] });
}

function cef(verdict: string): string {
  const at = Date.parse(nextTime());
  return `CEF:0|Acme|Mobile|1.2|100|Verdict changed|8|rt=${at} externalId=e-${minute} dvchost=SN-1 cs1Label=Verdict cs1=${verdict}`;
}

describe('a sample', () => {
  test('is tried before anything is saved, and a mistake is told with its place', async () => {
    writeFileSync(in_('sample.json'), alert('infected'));
    expect(await cli('connector', 'try-webhook', in_('webhook.json'), in_('sample.json'))).toMatch(
      /\$\.alerts\[0\][\s\S]*highSeverity[\s\S]*serialNumber SN-1/,
    );
    writeFileSync(in_('sample.json'), alert('odd'));
    const spoilt = await run(
      'connector',
      'try-webhook',
      in_('webhook.json'),
      in_('sample.json'),
      '--header',
      'X-Time: 0',
      '--secret',
      `webhookSecret=@${in_('webhook.secret')}`,
    );
    expect(spoilt.code).toBe(1);
    expect(spoilt.out).toMatch(
      /kept out +The header x-sallyport-signature is missing\.[\s\S]*problem +state: \$\.verdict = "odd" has no meaning in the map/,
    );
    writeFileSync(in_('lines.log'), `<134>Mar  2 08:00:00 console ${cef('infected')}\nhello\n`);
    const lines = await run('connector', 'try-cef', in_('cef.json'), in_('lines.log'));
    expect(lines.code).toBe(1);
    expect(lines.out).toMatch(/line 1[\s\S]*highSeverity[\s\S]*line 2[\s\S]*"hello" holds no CEF message/);
  });
});

describe.skipIf(lacks('openssl', 'curl'))('a webhook signed by openssl and sent by curl', () => {
  const SEND = `
    time=$(date +%s)
    signature=$(printf '%s.%s' "$time" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
    curl -sS --cacert "$CA" -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H "X-Time: $time" -H "X-Sallyport-Signature: $signature" --data-binary "$BODY$MORE" "$URL"`;
  const send = (body: string, more = '') =>
    bash(SEND, { BODY: body, MORE: more, URL: `${hub.baseUrl}/intake/${WEBHOOK}` });

  test('closes the phone and opens it again', async () => {
    expect(await send(alert('infected'))).toBe('200');
    expect(await threatState()).toBe('highSeverity');
    expect(await send(alert('clean'))).toBe('200');
    expect(await threatState()).toBe('secured');
  });

  test('is refused when one byte was added on the way', async () => {
    expect(await send(alert('infected'), ' ')).toBe('401');
    expect(await threatState()).toBe('secured');
  });
});

describe.skipIf(lacks('openssl'))('lines sent by openssl s_client', () => {
  const SEND =
    'printf "%s\\n" "$LINE" | openssl s_client -quiet -no_ign_eof -connect "127.0.0.1:$PORT" -servername localhost -verify_return_error -CAfile "$CA" $IDENTITY';

  test('close the phone and open it again', async () => {
    for (const [verdict, state] of [
      ['infected', 'highSeverity'],
      ['clean', 'secured'],
    ] as const) {
      await bash(SEND, {
        LINE: `<134>Mar  2 08:00:00 console ${cef(verdict)}`,
        PORT: syslogPort,
        IDENTITY: '-cert sender.pem -key sender.key',
      });
      await becomes(state);
    }
  });

  test('are not heard without the certificate', async () => {
    await bash(`${SEND} || true`, { LINE: cef('infected'), PORT: syslogPort, IDENTITY: '' });
    await expect.poll(() => hub.output()).toContain('a sender of syslog was turned away');
    expect(await threatState()).toBe('secured');
  });
});

describe.skipIf(lacks('rsyslogd') && !existsSync('/usr/sbin/rsyslogd'))(
  'lines of logger that a real rsyslog relays',
  () => {
    const relays: ChildProcess[] = [];
    afterAll(async () => {
      for (const relay of relays) {
        relay.kill('SIGTERM');
        if (relay.exitCode === null) await once(relay, 'exit');
      }
    });

    /** Reads from a socket like /dev/log and forwards over TLS; x509/name makes it check our certificate as well. */
    async function relay(name: string, template: string, framing: string): Promise<string> {
      const socket = in_(`${name}.sock`);
      writeFileSync(
        in_(`${name}.conf`),
        `
      global(workDirectory="${folder}" maxMessageSize="32k"
        defaultNetstreamDriverCAFile="${hub.admin.caFile}" defaultNetstreamDriverCertFile="${in_('sender.pem')}" defaultNetstreamDriverKeyFile="${in_('sender.key')}")
      module(load="imuxsock" SysSock.Use="off")
      input(type="imuxsock" Socket="${socket}")
      action(type="omfwd" target="localhost" port="${syslogPort}" protocol="tcp" template="${template}" TCP_Framing="${framing}" action.resumeRetryCount="-1"
        StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost")`,
      );
      relays.push(
        spawn('/usr/sbin/rsyslogd', ['-n', '-C', '-f', in_(`${name}.conf`), '-i', in_(`${name}.pid`)], {
          stdio: 'ignore',
        }),
      );
      await expect.poll(() => existsSync(socket)).toBe(true);
      return socket;
    }

    test.each([
      ['as RFC 3164 in lines', 'RSYSLOG_TraditionalForwardFormat', 'traditional'],
      ['as RFC 3164 with lengths', 'RSYSLOG_ForwardFormat', 'octet-counted'],
      ['as RFC 5424 with lengths', 'RSYSLOG_SyslogProtocol23Format', 'octet-counted'],
    ])('%s close the phone and open it again', async (_, template, framing) => {
      const socket = await relay(template, template, framing);
      for (const [verdict, state] of [
        ['infected', 'highSeverity'],
        ['clean', 'secured'],
      ] as const) {
        await bash('logger --socket "$SOCKET" --socket-errors=on --tag mtd --size 8192 -- "$LINE"', {
          SOCKET: socket,
          LINE: cef(verdict),
        });
        await becomes(state);
      }
    });
  },
);
