import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { createOutbound, type Outbound } from '../../platform/outbound.ts';
import type { Feed } from '../vendor.ts';
import { isRecord } from '../kit/wire-read.ts';
import { connectDefender } from './connection.ts';
import { DefenderServer } from '@sallyport/simulators/vendors/microsoft-defender';
import { defenderSettings } from './settings.ts';

let server: DefenderServer;
let http: Outbound;

beforeEach(async () => {
  server = new DefenderServer();
  await server.listen();
  http = createOutbound({ allow: ['127.0.0.1'] });
});

afterEach(async () => {
  http.close();
  await server.close();
});

/** The ids of the machines that one reading of the list takes in, and the `$skip` of each request; the store fails at one batch. */
async function read(
  count: number,
  failsAt?: number,
): Promise<{ readonly taken: ReadonlySet<unknown>; readonly skips: readonly (string | null)[] }> {
  server.machines = Array.from({ length: count }, (_, i) => ({
    id: `m${i}`,
    osPlatform: 'iOS',
    riskScore: i === count - 1 ? 'High' : 'None',
  }));
  const { tenantId, clientId, clientSecret, url } = server;
  const settings = defenderSettings.parse({ tenantId, clientId, clientSecret, baseUrl: url, authorityUrl: url });
  const taken = new Set<unknown>();
  let batches = 0;
  const feed: Feed = {
    signal: new AbortController().signal,
    cursor: { get: async () => undefined, set: async () => undefined },
    knows: () => false,
    devicesWithNewFindings: () => [],
    alive: async () => undefined,
    take: async (records) => {
      batches += 1;
      if (batches === failsAt) throw new Error('busy');
      for (const record of records) if (isRecord(record) && isRecord(record.device)) taken.add(record.device.id);
    },
  };
  const connection = connectDefender(settings, {
    http,
    clock: systemClock,
    wait: async () => undefined,
    log: { info: () => undefined, warn: () => undefined },
  });
  if (failsAt !== undefined) await expect(connection.poll?.(feed)).rejects.toThrow('busy');
  await connection.poll?.(feed);
  return { taken, skips: server.asked('/api/machines').map(({ query }) => query.get('$skip')) };
}

test('goes on at the number of machines after a full page without a link', async () => {
  server.pages = 'numbered';
  const { taken, skips } = await read(10_001);
  expect([taken.size, taken.has('m10000'), skips]).toEqual([10_001, true, [null, '10000']]);
});

test('a page that is asked for again after trouble is not taken for the end', async () => {
  server.pages = 'numbered';
  const { taken, skips } = await read(20_001, 15);
  expect([taken.size, skips]).toEqual([20_001, [null, '10000', '10000', '20000']]);
});

test('a full last page is followed by one that is empty', async () => {
  server.pages = 'numbered';
  const { taken, skips } = await read(10_000);
  expect([taken.size, skips]).toEqual([10_000, [null, '10000']]);
});

test('a list that is shorter than a page is asked for once', async () => {
  server.pages = 'numbered';
  expect((await read(7)).skips).toEqual([null]);
});

test('a server that takes no note of the number is not asked for ever', async () => {
  server.pages = 'endless';
  const { taken, skips } = await read(10_000);
  expect([taken.size, skips]).toEqual([10_000, [null, '10000']]);
});

test('links are followed where there are any', async () => {
  server.pageSize = 4_000;
  expect(await read(9_000)).toMatchObject({ taken: { size: 9_000 }, skips: [null, '4000', '8000'] });
});
