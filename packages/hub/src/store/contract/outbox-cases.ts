import { expect, test } from 'vitest';
import type { OutboxRow, Store } from '../store.ts';
import { outboxRow, T0 } from './rows.ts';

export function outboxCases(store: () => Store): void {
  const append = (...subjects: string[]) =>
    store().transaction((tx) => tx.outbox.append(subjects.map((subject) => outboxRow(subject))));

  test('rows get growing numbers in their order', async () => {
    const rows = await store().transaction(async (tx) => [
      ...(await tx.outbox.append([outboxRow('a'), outboxRow('b')])),
      ...(await tx.outbox.append([outboxRow('c')])),
    ]);
    expect(rows.map((row) => row.subject)).toEqual(['a', 'b', 'c']);
    const seqs = rows.map((row) => row.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(seqs[0]).toBeGreaterThan(0);
    expect(await store().outbox.after(0, 10)).toEqual(rows);
    expect(await store().outbox.after(seqs[0] ?? 0, 1)).toEqual([rows[1]]);
    expect(await store().outbox.range()).toEqual({ first: seqs[0], last: seqs[2] });
  });

  test('the range of an empty outbox is 0 to 0', async () => {
    expect(await store().outbox.range()).toEqual({ first: 0, last: 0 });
    expect(await store().outbox.after(0, 10)).toEqual([]);
  });

  test('listeners hear every row once, in order, before the transaction resolves', async () => {
    const heard: OutboxRow[] = [];
    store().onCommitted((rows) => heard.push(...rows));
    const rows = await append('a', 'b');
    expect(heard).toEqual(rows);
    await Promise.all(Array.from({ length: 30 }, (_, i) => append(`s${i}`, `t${i}`)));
    expect(heard).toHaveLength(62);
    expect(heard).toEqual(await store().outbox.after(0, 100));
  });

  test('listeners hear nothing of what was rolled back', async () => {
    const heard: OutboxRow[] = [];
    store().onCommitted((rows) => heard.push(...rows));
    await expect(
      store().transaction(async (tx) => {
        await tx.outbox.append([outboxRow('lost')]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await append('kept');
    expect(heard.map((row) => row.subject)).toEqual(['kept']);
  });

  test('a listener that throws spoils neither the transaction nor the other listeners', async () => {
    const heard: OutboxRow[] = [];
    store().onCommitted(() => {
      throw new Error('bad listener');
    });
    store().onCommitted((rows) => heard.push(...rows));
    await append('a');
    expect(heard).toHaveLength(1);
  });

  test('who follows the numbers misses nothing while many append at once', async () => {
    const followed: OutboxRow[] = [];
    let appending = true;
    const follow = (async () => {
      for (;;) {
        const last = !appending;
        const rows = await store().outbox.after(followed.at(-1)?.seq ?? 0, 7);
        followed.push(...rows);
        if (last && rows.length === 0) return;
      }
    })();
    await Promise.all(Array.from({ length: 60 }, (_, i) => append(`s${i}`)));
    appending = false;
    await follow;
    expect(followed.map((row) => row.subject).sort()).toEqual(Array.from({ length: 60 }, (_, i) => `s${i}`).sort());
  });

  test('pruning forgets the old but never the newest 10,000', async () => {
    const rows = (count: number, at: number) => Array.from({ length: count }, (_, i) => outboxRow(`s${i}`, at));
    await store().transaction((tx) => tx.outbox.append(rows(4_000, T0)));
    expect(await store().transaction((tx) => tx.outbox.prune(T0 + 10))).toBe(0);
    await store().transaction((tx) => tx.outbox.append(rows(9_000, T0 + 1)));
    expect(await store().transaction((tx) => tx.outbox.prune(T0))).toBe(0);
    expect(await store().transaction((tx) => tx.outbox.prune(T0 + 10))).toBe(3_000);
    const { first, last } = await store().outbox.range();
    expect(last - first).toBe(9_999);
    const [next] = await append('next');
    expect(next?.seq).toBe(last + 1);
  });

  test('pruning leaves no gap where a clock was ahead for a moment', async () => {
    const rows = (count: number, at: number) => Array.from({ length: count }, (_, i) => outboxRow(`s${i}`, at));
    await store().transaction((tx) =>
      tx.outbox.append([...rows(3, T0), ...rows(2, T0 + 1_000_000), ...rows(3, T0), ...rows(10_000, T0)]),
    );
    expect(await store().transaction((tx) => tx.outbox.prune(T0 + 10))).toBe(8);
    const { first, last } = await store().outbox.range();
    expect(last - first).toBe(9_999);
  });

  test('payloads come back as they went in', async () => {
    const row = { ...outboxRow('a'), payload: { reasons: [{ code: 'x' }], text: 'å"\\', nothing: null } };
    await store().transaction((tx) => tx.outbox.append([row]));
    expect((await store().outbox.after(0, 1))[0]?.payload).toEqual(row.payload);
  });
}
