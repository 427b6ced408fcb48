import { expect, test } from 'vitest';
import { device, outboxRow, report } from '../contract/rows.ts';
import { startPostgresProxy, startPostgres } from '@sallyport/simulators/postgres';
import { CommitInDoubt, StoreBusy } from '../store.ts';
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
    await expect(
      store.transaction(async (tx) => {
        await tx.reports.add([report('r1')]);
        await server.crash();
        resumed = server.resume();
      }),
    ).rejects.toBeInstanceOf(StoreBusy);
    await resumed;
    expect(await store.reports.count()).toBe(0);
  } finally {
    await store.close();
    await server.stop();
  }
});

test('when the connection breaks between the commit and its answer, the answer is found out', async () => {
  const server = await startPostgres();
  const proxy = await startPostgresProxy(server.url);
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

test('when the server stays away, the commit is in doubt, and what was kept is told as soon as it can be read', async () => {
  const server = await startPostgres();
  const proxy = await startPostgresProxy(server.url);
  const store = await openPostgresStore({ url: proxy.url });
  const heard: OutboxRow[] = [];
  store.onCommitted((rows) => heard.push(...rows));
  try {
    proxy.cutNextCommit('answer, and stay away');
    await expect(store.transaction((tx) => tx.outbox.append([outboxRow('d1')]))).rejects.toBeInstanceOf(CommitInDoubt);
    expect(heard).toEqual([]);
    proxy.comeBack();
    // Another transaction need not wait for the next look.
    await store.transaction((tx) => tx.devices.put([device('d2')]));
    expect(heard).toMatchObject([{ seq: 1, subject: 'd1', inDoubt: true }]);

    proxy.cutNextCommit('request, and stay away');
    await expect(store.transaction((tx) => tx.outbox.append([outboxRow('d3')]))).rejects.toBeInstanceOf(CommitInDoubt);
    proxy.comeBack();
    // The number that was not used is given again.
    await store.transaction((tx) => tx.outbox.append([outboxRow('d4')]));
    expect(heard.map(({ seq, subject }) => [seq, subject])).toEqual([
      [1, 'd1'],
      [2, 'd4'],
    ]);
    await store.transaction((tx) => tx.outbox.append([outboxRow('d5')]));
    expect(heard[2]).toEqual({ ...heard[2], seq: 3, subject: 'd5', inDoubt: undefined });
  } finally {
    await store.close();
    await proxy.stop();
    await server.stop();
  }
}, 30_000);
