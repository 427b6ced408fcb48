import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startPostgres } from '@sallyport/simulators/postgres';
import { seed, call, startHub, tokenOf, type HubProcess } from '@sallyport/simulators/hub';

/** A real hub on a machine whose clock is set while it runs, and between its starts. */

const LIMIT_MS = 90_000;
const library = readdirSync('/usr/lib')
  .map((name) => `/usr/lib/${name}/faketime/libfaketime.so.1`)
  .find((path) => {
    try {
      return readFileSync(path).length > 0;
    } catch {
      return false;
    }
  });
const without = process.env.SALLYPORT_TEST_WITHOUT?.split(',').includes('/usr/bin/faketime') === true;

let root: string;
let hub: HubProcess | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-clock-'));
});
afterEach(async () => {
  if (hub?.child.exitCode === null) await hub.kill();
  rmSync(root, { recursive: true });
});

/** Sets the clock of the machine, as libfaketime reads it anew each time: `+60d`. */
function set(offset: string): void {
  writeFileSync(join(root, 'next'), `${offset}\n`);
  renameSync(join(root, 'next'), join(root, 'offset'));
}

async function start(env: NodeJS.ProcessEnv = {}): Promise<HubProcess> {
  hub = await startHub(join(root, 'data'), {
    env: {
      ...env,
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: join(root, 'offset'),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  });
  return hub;
}

describe.skipIf(library === undefined && without)('a hub whose clock', () => {
  test(
    'jumps by 60 days and comes back loses no bad news, opens nothing, and knows afterwards what time it is',
    async () => {
      set('+0');
      const { baseUrl } = await start();
      const {
        ca,
        partners: [partner],
        phones: [phone],
        evaluator,
      } = await seed(hub as HubProcess, 2);
      const tell = async (id: string, threatState: string, ahead = 0) =>
        (
          await call(`${baseUrl}/partner/v1/device-health`, ca, {
            token: partner?.token as string,
            body: {
              reports: [
                {
                  reportId: id,
                  device: { managedDeviceId: phone?.id },
                  observedDateTime: new Date(Date.now() + ahead).toISOString(),
                  threatState,
                },
              ],
            },
          })
        ).json<{ results: { status: string }[] }>().results[0]?.status;
      const isGranted = async () =>
        (
          await call(`${baseUrl}/access/v1/evaluation`, ca, {
            token: evaluator,
            body: {
              subject: { type: 'user', id: phone?.user, properties: { device_id: phone?.id } },
              action: { name: 'access' },
              resource: { type: 'application', id: 'Exchange' },
            },
          })
        ).json<{ decision: boolean }>().decision;
      const doubtOf = async () => {
        await pause(2_100); // What was found is remembered for two seconds.
        const { status, text } = await call(`${baseUrl}/readyz`, ca);
        return [status, JSON.parse(text).checks.clock];
      };
      expect(await tell('one', 'secured')).toBe('accepted');
      expect([await isGranted(), await doubtOf()]).toEqual([true, [200, 'ok']]);

      for (const [i, offset] of ['+60d', '-60d', '-1d'].entries()) {
        set(offset);
        expect(await doubtOf()).toEqual([503, 'failed']);
        expect([await tell(`bad-${i}`, 'highSeverity'), await isGranted()]).toEqual(['accepted', false]);
        expect([await tell(`good-${i}`, 'secured'), await isGranted()]).toEqual(['accepted', false]);
        set('+0');
        expect(await doubtOf()).toEqual([200, 'ok']);
        expect(await isGranted()).toBe(true);
      }
    },
    LIMIT_MS,
  );

  test(
    'was 60 days ahead before a restart takes true bad news, and an administrator can confirm the time',
    async () => {
      set('+0');
      await start();
      const {
        ca,
        partners: [partner],
      } = await seed(hub as HubProcess, 2);
      await hub?.stop();
      set('+60d');
      const ahead = await start();
      const client = await tokenOf(ahead.admin.tokenEndpoint, ca, ahead.admin.clientId, ahead.admin.clientSecret);
      expect((await call(`${ahead.baseUrl}/admin/v1/clock`, ca, { token: client })).json()).toMatchObject({
        doubt: null,
        deletionHeld: true,
      });
      expect(
        (await call(`${ahead.baseUrl}/partner/v1/heartbeat`, ca, { token: partner?.token as string, body: {} })).status,
      ).toBeLessThan(500);
      await hub?.stop();
      set('+0');
      const { baseUrl, admin } = await start();
      const token = await tokenOf(admin.tokenEndpoint, ca, admin.clientId, admin.clientSecret);
      const clock = await call(`${baseUrl}/admin/v1/clock`, ca, { token });
      expect(clock.json()).toMatchObject({ doubt: 'behindMark', deletionHeld: true });
      const connectors = await call(`${baseUrl}/v1.0/deviceManagement/mobileThreatDefenseConnectors`, ca, { token });
      for (const { lastHeartbeatDateTime } of connectors.json<{ value: { lastHeartbeatDateTime: string }[] }>().value)
        expect(Date.parse(lastHeartbeatDateTime)).toBeLessThanOrEqual(Date.now() + 1_000);
      expect((await call(`${baseUrl}/admin/v1/clock/confirm`, ca, { method: 'POST', token })).json()).toMatchObject({
        doubt: null,
        deletionHeld: false,
      });
    },
    LIMIT_MS,
  );

  test(
    'differs from that of PostgreSQL by 60 days is in doubt from the start, until they agree',
    async () => {
      const postgres = await startPostgres();
      try {
        // The hub's certificate is of a time at which it is good.
        set('+0');
        const url = await postgres.createDatabase();
        await start({ SALLYPORT_DATABASE_URL: url });
        await hub?.stop();
        set('+60d');
        const { baseUrl, admin } = await start({ SALLYPORT_DATABASE_URL: url });
        const ca = readFileSync(admin.caFile, 'utf8');
        const token = await tokenOf(admin.tokenEndpoint, ca, admin.clientId, admin.clientSecret);
        const clock = async () =>
          (await call(`${baseUrl}/admin/v1/clock`, ca, { token })).json<{ doubt: string | null; dateTime: string }>();
        const { doubt, dateTime } = await clock();
        expect([doubt, Math.abs(Date.parse(dateTime) - Date.now()) < 60_000]).toEqual(['database', true]);
        set('+0');
        while ((await clock()).doubt !== null) await pause(200);
        await hub?.stop();
      } finally {
        await hub?.kill();
        await postgres.stop();
      }
    },
    LIMIT_MS,
  );
});
