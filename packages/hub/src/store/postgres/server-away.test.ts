import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { device, outboxRow, report } from '../contract/rows.ts';
import { startPostgres } from '../contract/postgres-server.ts';
import { StoreBusy } from '../store.ts';
import type { OutboxRow } from '../store.ts';
import { openPostgresStore } from './postgres-store.ts';

test('while the server is away everything says StoreBusy; when it is back everything works, and nothing acknowledged is lost', async () => {
  const server = await startPostgres();
  const store = await openPostgresStore({ url: server.url });
  try {
    const heard: OutboxRow[] = [];
    store.onCommitted((rows) => heard.push(...rows));
    await store.transaction((tx) => tx.devices.put([device('d1')]));

    await server.crash();
    await expect(store.transaction((tx) => tx.devices.put([device('d2')]))).rejects.toBeInstanceOf(StoreBusy);
    await expect(store.devices.count()).rejects.toBeInstanceOf(StoreBusy);
    await expect(store.devices.snapshot()[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(StoreBusy);
    await expect(openPostgresStore({ url: server.url })).rejects.toBeInstanceOf(StoreBusy);

    await server.resume();
    expect(await store.devices.get(['d1', 'd2'])).toEqual([device('d1')]);
    await store.transaction((tx) => tx.outbox.append([outboxRow('d1')]));
    expect(heard).toHaveLength(1);
  } finally {
    await store.close();
    await server.stop();
  }
});

test('when the server dies before the commit nothing is kept', async () => {
  const server = await startPostgres();
  const store = await openPostgresStore({ url: server.url });
  try {
    let resumed: Promise<void> | undefined;
    await expect(store.transaction(async (tx) => {
      await tx.reports.add([report('r1')]);
      await server.crash();
      resumed = server.resume();
    })).rejects.toBeInstanceOf(StoreBusy);
    await resumed;
    expect(await store.reports.count()).toBe(0);
  } finally {
    await store.close();
    await server.stop();
  }
});

test('when the connection breaks between the commit and its answer, the answer is found out', async () => {
  const server = await startPostgres();
  const proxy = await startProxy(server.url);
  const store = await openPostgresStore({ url: proxy.url });
  try {
    proxy.cutNextCommit('answer');
    expect(await store.transaction((tx) => tx.reports.add([report('r1')]))).toEqual([true]);
    proxy.cutNextCommit('request');
    await expect(store.transaction((tx) => tx.reports.add([report('r2')]))).rejects.toBeInstanceOf(StoreBusy);
    expect(await store.reports.get('lookout', 'r1')).toBeDefined();
    expect(await store.reports.get('lookout', 'r2')).toBeUndefined();
  } finally {
    await store.close();
    await proxy.stop();
    await server.stop();
  }
});

/** Stands between the store and the server, and can break a connection at the worst moment. */
async function startProxy(url: string): Promise<{ url: string; cutNextCommit(what: 'request' | 'answer'): void; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-proxy-'));
  const target = join(new URL(url.replace('@/', '@localhost/')).searchParams.get('host') ?? '', '.s.PGSQL.5432');
  let cut: 'request' | 'answer' | undefined;
  const proxy = createServer((client) => {
    const upstream = connect(target);
    const both = [client, upstream];
    const breakBoth = () => both.forEach((socket) => socket.destroy());
    for (const socket of both) socket.on('error', breakBoth).on('close', breakBoth);
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      const what = chunk.includes('commit\0') ? cut : undefined;
      if (what) cut = undefined;
      if (what === 'request') breakBoth();
      if (what === 'answer') upstream.removeAllListeners('data').once('data', breakBoth);
      if (what !== 'request') upstream.write(chunk);
    });
  });
  proxy.listen(join(folder, '.s.PGSQL.5432'));
  await once(proxy, 'listening');
  return {
    url: `postgres://sallyport@/postgres?host=${encodeURIComponent(folder)}`,
    cutNextCommit(what) {
      cut = what;
    },
    async stop() {
      const closed = once(proxy, 'close');
      proxy.close();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
