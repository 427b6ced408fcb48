import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  FOR_SERVERS,
  issueCertificate,
  newAuthority,
  newServerCertificate,
  type CertificateAndKey,
  type CertificateWish,
} from '@sallyport/simulators/certificates';
import { connectSyslog } from '@sallyport/simulators/partners';
import { LOOKOUT, PHONE, ZIMPERIUM } from '../../pipeline/testing.ts';
import type { Intake } from '../../pipeline/ports.ts';
import { systemClock } from '../../platform/clock.ts';
import { eventually } from '../../platform/testing.ts';
import { StoreBusy } from '../../store/store.ts';
import type { IntakeRunner } from '../links/intake-runner.ts';
import type { TestIntake } from '../testing.ts';
import { testIntake } from '../testing.ts';
import type { SyslogLimits, SyslogListener } from './syslog-listener.ts';
import { startSyslog } from './syslog-listener.ts';

const NOW = Date.now();
const DAY = 86_400_000;
let server: CertificateAndKey & { readonly caPem: string };
let authority: CertificateAndKey;
let otherAuthority: CertificateAndKey;
let console_: CertificateAndKey;

beforeAll(async () => {
  [server, authority, otherAuthority] = await Promise.all([
    newServerCertificate('localhost'),
    newAuthority('CN=Senders CA'),
    newAuthority('CN=Senders CA'),
  ]);
  console_ = await client(authority);
});

function client(issuer: CertificateAndKey, more: CertificateWish = {}): Promise<CertificateAndKey> {
  const name = 'console.example.com';
  return issueCertificate(issuer, { subject: `CN=${name}`, names: [{ type: 'dns', value: name }], ...more });
}

let t: TestIntake;
let runner: IntakeRunner;
let listener: SyslogListener;
const sockets: TLSSocket[] = [];

beforeEach(async () => {
  t = await testIntake();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.close();
  await t.close();
});

const MAP = {
  deviceKeys: { managedDeviceId: '$.deviceExternalId' },
  observedAt: { path: '$.rt', format: 'cef' },
  reportId: '$.externalId',
  state: { path: ['$.labels.Risk', '$.cs1'], words: { fine: 'secured', bad: 'high' } },
};
const AT = Date.parse('2026-03-02T08:00:00Z');

async function start(
  settings: object = { clientCa: authority.cert },
  limits: Partial<SyslogLimits> = {},
  wrap?: (intake: Intake) => Intake,
  tell: (message: string) => void = () => undefined,
) {
  await t.link(LOOKOUT, 'syslog-cef', { map: MAP, ...settings });
  runner = await t.start(wrap);
  listener = await startSyslog({
    listen: { host: '127.0.0.1', port: 0 },
    tls: server,
    runner,
    clock: systemClock,
    log: { info: (_, message) => tell(message), warn: (_, message) => tell(message) },
    limits,
  });
}

async function sender(identity?: CertificateAndKey, more: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = await connectSyslog({ port: listener.port, caPem: server.caPem }, identity, more);
  sockets.push(socket);
  return socket;
}

/** However it ended: who turns away a sender need not be polite. */
async function ended(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed)
    await new Promise((resolve) => {
      socket.once('close', resolve);
    });
}

const counted = (message: string) => `${Buffer.byteLength(message)} ${message}`;

function line(risk: string, minute: number, more = ''): string {
  return `<134>Mar  2 08:00:00 console ${bare(risk, minute, more)}`;
}

let nextLine = 0;
function bare(risk: string, minute: number, more = ''): string {
  nextLine += 1;
  return `CEF:0|Acme|Mobile|1.2|100|Risk changed|8|rt=${AT + minute * 60_000} externalId=e${nextLine} deviceExternalId=${PHONE} cs1Label=Risk cs1=${risk}${more}`;
}

async function state(): Promise<string | undefined> {
  return (await t.hub.store.postures.get([PHONE]))[0]?.mergedState;
}

const reports = (count: number) =>
  eventually(async () => {
    expect(await t.hub.store.reports.count()).toBe(count);
  });

describe('a sender with its certificate', () => {
  test('closes the phone and opens it again, in lines and with counted messages', async () => {
    await start();
    const socket = await sender(console_);
    socket.write(`${line('bad', 1)}\n`);
    await reports(1);
    expect(await state()).toBe('highSeverity');
    const message = line('fine', 2);
    socket.write(`${Buffer.byteLength(message)} ${message}`);
    await reports(2);
    expect(await state()).toBe('secured');
    expect(runner.status(LOOKOUT)).toMatchObject({ running: true, problem: null, lastReportAt: t.hub.clock.now() });
    const [stored] = await t.hub.store.reports.ofDevice(PHONE, 1);
    expect([stored?.format, stored?.raw]).toEqual(['syslog-cef', JSON.stringify(message)]);
  });

  test('that says a line again has no second effect', async () => {
    await start();
    const [bad, fine] = [line('bad', 1), line('fine', 2)];
    (await sender(console_)).end(`${bad}\n${fine}\n${bad}\n`);
    await reports(2);
    expect(await state()).toBe('secured');
  });

  test('that says much and leaves is heard to the end', async () => {
    await start();
    const lines = Array.from({ length: 3000 }, (_, i) => line('bad', i / 100, ` msg=${'x'.repeat(200)}`));
    (await sender(console_)).end(`${lines.join('\n')}\n`);
    await reports(3000);
  });

  test('is not heard where it leaves a line unfinished', async () => {
    await start();
    const socket = await sender(console_);
    socket.end(`${line('bad', 1)}\n${line('fine', 2)}`);
    await ended(socket);
    await reports(1);
    expect(await state()).toBe('highSeverity');
  });

  test('may say what is no CEF, or too long, without harm to the rest', async () => {
    await start(undefined, { lineBytes: 2000 });
    const socket = await sender(console_);
    socket.write(
      `<13>Mar  2 08:00:00 console sshd: hello\n${line('fine', 9, ` msg=${'x'.repeat(3000)}`)}\n\u0000\n${line('bad', 1)}\n`,
    );
    await reports(1);
    expect(await state()).toBe('highSeverity');
  });

  test('is no sign of life where it says nothing in CEF', async () => {
    await start();
    const socket = await sender(console_);
    socket.end('<13>Mar  2 08:00:00 relay sshd: hello\n');
    await ended(socket);
    expect(runner.status(LOOKOUT)).toMatchObject({ lastSuccessAt: null });
  });

  test('is heard in lines that begin with a digit, behind byte order marks, and in every mixture with counted messages', async () => {
    await start();
    const written = [
      ...[
        '2026-11-29T10:00:00Z host acme: ',
        '2026 Nov 29 10:00:00 host ',
        '1 2026-11-29T10:00:00Z host app - - - ',
        '\ufeff<134>Nov 29 10:00:00 host ',
        '\ufeff',
      ].map((head) => `${head}${bare('bad', 1)}\r\n`),
      `\ufeff${counted(line('bad', 1))}${counted(`\ufeff${line('bad', 1)}`)}\n`,
      '12345\n',
      '192.0.2.7 hello\n',
      `${line('bad', 1)}\n`,
      counted(`2026-11-29T10:00:00Z host acme: ${bare('bad', 1)}`),
    ];
    (await sender(console_)).end(written.join(''));
    await reports(9);
  });

  test('is heard where it ends its messages by NUL', async () => {
    await start();
    (await sender(console_)).write(`${line('bad', 1)}\0${line('bad', 2)}\0`);
    await reports(2);
  });

  test.each([
    '1796060852 ',
    '1796060852123 ',
    '1796060852.123 ',
    '000123: ',
    '12345 ',
    '1796060852 \ufeff',
    '2026-11-29T10:00:00Z ',
  ])('is heard with %j in front of a priority, and goes on being heard', async (front) => {
    await start();
    const socket = await sender(console_);
    socket.write(
      `${line('bad', 1)}\n${front}${line('bad', 2)}\r\n${front}${line('bad', 3)}\n${line('bad', 4)}\n${counted(line('fine', 5))}`,
    );
    await reports(5);
    expect(await state()).toBe('secured');
    socket.write(`${line('bad', 6)}\n`);
    await reports(6);
  });

  test('whose CEF cannot be read, or is too long, is told of in the status of its link; what is about no device is not', async () => {
    await start(undefined, { lineBytes: 2000 });
    const socket = await sender(console_);
    socket.write(
      `${line('bad', 1)}\nCEF:0|Acme|Mobile\n<134>CEF:0|Acme|Mobile|1.2|7|Console opened|0|suser=ada deviceExternalId=N/A\n${'x'.repeat(3000)}\nx y CEF:0|a|b|c|d|e|f|\n${line('bad', 2)}\n`,
    );
    await reports(2);
    await eventually(() => {
      expect(runner.status(LOOKOUT)?.unread).toMatchObject({ count: 3 });
    });
    const message = expect.stringMatching(
      /^A record could not be read: it holds no CEF message where one is expected \(record \d of \d that arrived together\)\.$/,
    );
    expect(runner.status(LOOKOUT)).toMatchObject({
      running: true,
      unread: { message, lastAt: t.hub.clock.now() },
      problem: { message, nextTryAt: null },
    });
  });

  test('that leaves a counted message unfinished is told from how many bytes were missing', async () => {
    const told: string[] = [];
    await start(undefined, {}, undefined, (message) => told.push(message));
    const socket = await sender(console_);
    socket.end(`${counted(line('bad', 1))}90 <134>CEF:0|`);
    await ended(socket);
    await reports(1);
    await eventually(async () => {
      expect(told).toContainEqual(expect.stringMatching(/announced with 79 bytes more than came; it was not taken/));
    });
  });
});

describe('while the store is busy', () => {
  test('nothing is dropped: the lines wait and the sender is not read', async () => {
    let busy = true;
    let refusals = 0;
    await start(undefined, {}, (intake) => ({
      ...intake,
      heartbeat: (id) => intake.heartbeat(id),
      take: async (id, given) => {
        if (!busy) return intake.take(id, given);
        refusals += 1;
        throw new StoreBusy('disk full', 0.01);
      },
    }));
    const socket = await sender(console_);
    const written = line('bad', 1, ` msg=${'x'.repeat(1000)}`);
    let lines = 0;
    // Until the operating system takes no more, which shows that the hub does not read.
    while (socket.writableLength < 4_000_000) {
      socket.write(`${line('bad', 1, ` msg=${'x'.repeat(1000)}`)}\n`);
      lines += 1;
    }
    await eventually(async () => {
      expect(refusals).toBeGreaterThan(3);
    });
    expect(socket.writableLength).toBeGreaterThan(written.length * 100);
    expect(await t.hub.store.reports.count()).toBe(0);
    busy = false;
    await eventually(async () => {
      expect(await t.hub.store.reports.count()).toBe(lines);
    });
  });

  test('a hub that stops waits no longer', async () => {
    let refused = false;
    await start(undefined, {}, (intake) => ({
      ...intake,
      heartbeat: (id) => intake.heartbeat(id),
      take: async () => {
        refused = true;
        throw new StoreBusy('disk full', 3600);
      },
    }));
    (await sender(console_)).write(`${line('bad', 1)}\n`);
    await eventually(async () => {
      expect(refused).toBe(true);
    });
    await listener.close();
  });
});

test('a sender that is faster than its link may is read more slowly, and not dropped', async () => {
  await start(undefined, { linesPerSecond: 200, burstLines: 1 });
  const socket = await sender(console_);
  const started = performance.now();
  for (let i = 0; i < 5; i += 1) {
    socket.write(`${Array.from({ length: 20 }, () => line('bad', 1)).join('\n')}\n`);
    await reports(20 * (i + 1));
  }
  expect(performance.now() - started).toBeGreaterThan(350);
});

describe('who is turned away', () => {
  const turnedAway = async (identity?: CertificateAndKey) => {
    const socket = await sender(identity);
    socket.write(`${line('fine', 1)}\n`);
    await ended(socket);
    expect(await t.hub.store.reports.count()).toBe(0);
  };

  test('everybody without a certificate, where no address is listed', async () => {
    await start();
    await turnedAway();
  });

  test('who has a certificate of an authority with the same name', async () => {
    await start();
    await turnedAway(await client(otherAuthority));
  });

  test('who has a certificate that ended, or that is for servers', async () => {
    await start();
    await turnedAway(await client(authority, { from: NOW - 200 * DAY, to: NOW - 100 * DAY }));
    await turnedAway(await client(authority, { usages: [FOR_SERVERS] }));
  });

  test('who has a certificate that another sender issued', async () => {
    await start();
    const forged = await client(console_);
    await turnedAway({ cert: `${forged.cert}${console_.cert}`, key: forged.key });
  });

  test('who has another name than those listed', async () => {
    await start({ clientCa: authority.cert, clientNames: ['other.example.com'] });
    await turnedAway(console_);
  });

  test('who calls from an address that is not listed', async () => {
    await start({ addresses: ['192.0.2.0/24', '::1'] });
    await turnedAway();
    await turnedAway(console_);
  });

  test('whom two links claim', async () => {
    await t.link(ZIMPERIUM, 'syslog-cef', { map: MAP, clientCa: authority.cert });
    await start();
    await turnedAway(console_);
  });

  test("everybody while the link is switched off, is another vendor's, or is taken away", async () => {
    await start();
    await t.link(LOOKOUT, 'syslog-cef', { map: MAP, clientCa: authority.cert }, false);
    await runner.settled();
    await turnedAway(console_);
    await t.link(LOOKOUT, 'zimperium', { webhookSecret: 'x'.repeat(30) });
    await runner.settled();
    await turnedAway(console_);
  });

  test('who asks for an old TLS', async () => {
    await start();
    const socket = connect({
      host: '127.0.0.1',
      port: listener.port,
      ca: server.caPem,
      servername: 'localhost',
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      ...console_,
    });
    sockets.push(socket);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/PROTOCOL_VERSION/);
  });
});

describe('who is let in', () => {
  const letIn = async (identity?: CertificateAndKey, count = 1) => {
    (await sender(identity)).write(`${line('bad', 1)}\n`);
    await reports(count);
  };

  test('who calls from a listed address, with or without a certificate that nobody knows', async () => {
    await start({ addresses: ['127.0.0.0/8'] });
    await letIn();
    await letIn(await client(otherAuthority), 2);
  });

  test('who has one of the names, as DNS name', async () => {
    await start({ clientCa: authority.cert, clientNames: ['Console.example.com', 'x'] });
    await letIn(console_);
  });

  test('who has a certificate that begins in the future: the clock is behind, and bad news comes through', async () => {
    await start();
    await letIn(await client(authority, { from: NOW + 20 * DAY }));
  });

  test('who has the very certificate that is listed', async () => {
    await start({ clientCa: console_.cert });
    await letIn(console_);
  });

  test('by certificate rather than by address, so that each sender reaches its own connector', async () => {
    await t.link(ZIMPERIUM, 'syslog-cef', { map: MAP, addresses: ['127.0.0.1'] });
    await start();
    await letIn(console_);
    expect((await t.hub.store.reports.ofDevice(PHONE, 1))[0]?.connectorId).toBe(LOOKOUT);
    await letIn(undefined, 2);
    expect((await t.hub.store.reports.ofDevice(PHONE, 1))[0]?.connectorId).toBe(ZIMPERIUM);
  });

  test('who is connected goes on under a map that was changed, and is cut off when the link no longer knows it', async () => {
    await start();
    const socket = await sender(console_);
    socket.write(`${line('bad', 1)}\n`);
    await reports(1);
    await t.link(LOOKOUT, 'syslog-cef', {
      map: { ...MAP, state: { path: '$.cs1', words: { bad: 'medium' } } },
      clientCa: authority.cert,
    });
    socket.write(`${line('bad', 2)}\n`);
    await reports(2);
    expect(await state()).toBe('mediumSeverity');
    await t.link(LOOKOUT, 'syslog-cef', { map: MAP, clientCa: otherAuthority.cert });
    await runner.settled();
    socket.write(`${line('fine', 3)}\n`);
    await ended(socket);
    expect(await t.hub.store.reports.count()).toBe(2);
  });
});

describe('connections', () => {
  test.each([
    ['of a link', { connectionsPerLink: 2 }],
    ['of an address', { connectionsPerAddress: 2 }],
    ['of all', { connections: 2 }],
  ])('%s are limited, and one that ends makes room', async (_, limits) => {
    await start(undefined, limits);
    const [first] = [await sender(console_), await sender(console_)];
    const third = connect({
      host: '127.0.0.1',
      port: listener.port,
      servername: 'localhost',
      ca: server.caPem,
      ...console_,
    });
    sockets.push(third);
    third.on('error', () => undefined);
    await ended(third);
    first?.end();
    await ended(first as TLSSocket);
    await eventually(async () => {
      const again = await sender(console_);
      const written = await t.hub.store.reports.count();
      again.write(`${line('bad', 1)}\n`);
      await eventually(async () => {
        expect(await t.hub.store.reports.count()).toBe(written + 1);
      });
    });
  });

  test('that never begin TLS end after a while, and do not hold up a hub that stops', async () => {
    await start(undefined, { handshakeMs: 50 });
    const silent = connectPlain(listener.port, '127.0.0.1');
    silent.on('error', () => undefined);
    await ended(silent);
    const another = connectPlain(listener.port, '127.0.0.1');
    another.on('error', () => undefined);
    await once(another, 'connect');
    await listener.close();
    await ended(another);
  });
});
