/**
 * What it costs to hand the apps of a whole fleet to a partner, page by page as it fetches them, and to forget users' own
 * apps afterwards; and by which indexes the database finds them.
 * node bench/inventory/paging.ts [devices] [folder: filled once, and kept]
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ForgetUnseenApps } from '@sallyport/hub/inventory/forget-unseen-apps.ts';
import { systemClock } from '@sallyport/hub/platform/clock.ts';
import { handOver } from '@sallyport/hub/inventory/share/hand-over.ts';
import { readCursor } from '@sallyport/hub/inventory/share/hand-over-cursor.ts';
import { pageView } from '@sallyport/hub/inventory/share/handed-page.ts';
import { openSqliteStore } from '@sallyport/hub/store/sqlite/sqlite-store.ts';
import type { DeviceApps, Store } from '@sallyport/hub/store/store.ts';
import { describeMachine, machineNote } from '../shared/machine.ts';
import { guid } from '../shared/guid.ts';
import { appsOf } from './fleet-apps.ts';
import { explainReads } from './plans.ts';

const AT_ONCE = 200;
const PAGE = 100;
const CONNECTOR = guid('c000', 1);
const TENANT = guid('e000', 1);
const ALL_SWITCHES = {
  allowPartnerToCollectIOSApplicationMetadata: true,
  allowPartnerToCollectIOSPersonalApplicationMetadata: true,
};

const devices = Number(process.argv[2] ?? 10_000);
const kept = process.argv[3];
const folder = kept ?? mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const file = join(folder, 'hub.db');
const isFilled = existsSync(file);
const store = await openSqliteStore({ file });
try {
  console.log(machineNote(describeMachine()));
  if (!isFilled) await fill(store);
  line('size of the file', `${Math.round(statSync(file).size / 1e6).toLocaleString('en')} MB`);
  await page();
  explainReads(file);
  await forget();
} finally {
  await store.close();
  if (kept === undefined) rmSync(folder, { recursive: true });
}

function line(what: string, value: string): void {
  console.log(`${what.padEnd(64)} ${value}`);
}

/** Three of ten devices are personal, and some partner may see all apps. */
async function fill(to: Store): Promise<void> {
  const start = performance.now();
  const at = new Date(0).toISOString();
  for (let n = 0; n < devices; n += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, devices - n) }, (_, i) => n + i);
    await to.transaction(async (tx) => {
      await tx.devices.put(
        numbers.map((number) => ({
          id: guid('d000', number),
          createdAt: 0,
          modifiedAt: 0,
          resource: {
            id: guid('d000', number),
            operatingSystem: 'iOS',
            managedDeviceOwnerType: isPersonal(number) ? 'personal' : 'company',
            lastSyncDateTime: at,
            enrolledDateTime: at,
          },
        })),
      );
      await tx.appInventory.put(
        numbers.map(
          (number): DeviceApps => ({
            deviceId: guid('d000', number),
            platform: 'iOS',
            collectedAt: 0,
            source: 'nanomdm',
            apps: appsOf(number, 0).map((app) => ({ ...app, listed: !isPersonal(number) || app.managed === true })),
          }),
        ),
      );
    });
    if (n % 10_000 === 0)
      console.log(`  filled ${n.toLocaleString('en')} in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
  await setSwitches(ALL_SWITCHES);
}

function isPersonal(number: number): boolean {
  return number % 10 < 3;
}

function setSwitches(body: Record<string, unknown>): Promise<void> {
  return store.transaction(async (tx) => {
    await tx.documents.put('mobileThreatDefenseConnector', CONNECTOR, body, 0);
    await tx.outbox.append([
      { kind: 'configuration-changed', subject: 'mobileThreatDefenseConnector', at: 0, payload: {} },
    ]);
  });
}

/** From the beginning to the end, as a partner fetches it, with the answer's JSON. */
async function page(): Promise<void> {
  const owner = { tenantId: TENANT, connectorId: CONNECTOR, kind: 'apps' } as const;
  const next = (text: string | undefined) =>
    handOver(
      { store, view: { groupsOfDevice: () => [] }, clock: systemClock, tenantId: TENANT },
      {
        ...owner,
        limit: PAGE,
        channel: 'fetch',
        clientId: 'bench',
        cursor: text === undefined ? undefined : readCursor(owner, text),
      },
    );
  const times: number[] = [];
  let bytes = 0;
  let cursor: string | undefined;
  for (let more = true; more; ) {
    const start = performance.now();
    const answer = await next(cursor);
    bytes += JSON.stringify(pageView(TENANT, answer)).length;
    times.push(performance.now() - start);
    ({ cursor, more } = answer);
  }
  const sum = (some: readonly number[]): number => some.reduce((total, one) => total + one, 0);
  const rate = (some: readonly number[]): string => `${((1000 * some.length) / sum(some)).toFixed(1)} pages/s`;
  const tenth = Math.max(1, Math.floor(times.length / 10));
  line(
    `${times.length.toLocaleString('en')} pages of ${PAGE} devices`,
    `${rate(times)}, ${Math.round(bytes / 1e6).toLocaleString('en')} MB of JSON`,
  );
  line('the first tenth of them; the last tenth', `${rate(times.slice(0, tenth))}; ${rate(times.slice(-tenth))}`);
  const start = performance.now();
  for (let i = 0; i < 50; i += 1) await next(cursor);
  line('the changes since the last page, when there are none', `${((performance.now() - start) / 50).toFixed(2)} ms`);
}

/** No partner may see users' own apps any more. */
async function forget(): Promise<void> {
  const before = performance.now();
  const sweep = await ForgetUnseenApps.start({
    store,
    log: { info: (details, message) => line(message, JSON.stringify(details)), warn: console.warn },
  });
  await setSwitches({});
  await sweep.settled();
  line('forgetting them took', `${((performance.now() - before) / 1000).toFixed(1)} s`);
  const again = performance.now();
  await (await ForgetUnseenApps.start({ store, log: { info: () => undefined, warn: console.warn } })).settled();
  line('looking again after a restart, when nothing is left', `${(performance.now() - again).toFixed(1)} ms`);
}
