import { expect, test } from 'vitest';
import type { Store } from '../store.ts';
import { device, idsOf, outboxRow, posture, report } from './rows.ts';

export function transactionCases(store: () => Store): void {
  test('what work returns is passed on, and what it wrote is there', async () => {
    const answer = await store().transaction(async (tx) => {
      await tx.devices.put([device('d1')]);
      return 42;
    });
    expect(answer).toBe(42);
    expect(idsOf(await store().devices.get(['d1']))).toEqual(['d1']);
  });

  test('when work throws, nothing is kept and the error is passed on', async () => {
    const boom = new Error('boom');
    await expect(
      store().transaction(async (tx) => {
        await tx.devices.put([device('d1')]);
        await tx.reports.add([report('r1')]);
        await tx.outbox.append([outboxRow('d1')]);
        throw boom;
      }),
    ).rejects.toBe(boom);
    expect(await store().devices.count()).toBe(0);
    expect(await store().reports.count()).toBe(0);
    expect(await store().outbox.range()).toEqual({ first: 0, last: 0 });
  });

  test('a transaction sees its own writes; nobody else does before it commits', async () => {
    await store().transaction(async (tx) => {
      await tx.devices.put([device('d1')]);
      expect(await tx.devices.count()).toBe(1);
      expect(await store().devices.count()).toBe(0);
    });
    expect(await store().devices.count()).toBe(1);
  });

  test('a broken statement undoes the whole transaction, even when work swallows its error', async () => {
    const orphan = store().transaction(async (tx) => {
      await tx.reports.add([report('r1')]);
      // A posture of a device that does not exist.
      await tx.postures.put([posture('nobody')]).catch(() => {});
      await tx.devices.count().catch(() => {});
      await tx.reports.add([report('r2')]).catch(() => {});
    });
    await expect(orphan).rejects.toThrow();
    expect(await store().reports.count()).toBe(0);
    await store().transaction(async (tx) => tx.devices.put([device('d1')]));
    expect(await store().devices.count()).toBe(1);
  });

  test('transactions that run at once each find the other whole or not at all', async () => {
    await store().transaction(async (tx) => {
      await tx.devices.put([device('d1')]);
      await tx.postures.put([posture('d1', { updatedAt: 0 })]);
    });
    await Promise.all(
      Array.from({ length: 20 }, () =>
        store().transaction(async (tx) => {
          const [current] = await tx.postures.get(['d1']);
          await tx.postures.put([posture('d1', { updatedAt: (current?.updatedAt ?? 0) + 1 })]);
        }),
      ),
    );
    const [row] = await store().postures.get(['d1']);
    expect(row?.updatedAt).toBe(20);
  });

  test('the first posture of a device is not lost between two transactions', async () => {
    await store().transaction(async (tx) => tx.devices.put([device('d1')]));
    await Promise.all(
      Array.from({ length: 10 }, () =>
        store().transaction(async (tx) => {
          const [current] = await tx.postures.get(['d1']);
          await tx.postures.put([posture('d1', { updatedAt: current ? current.updatedAt + 1 : 1 })]);
        }),
      ),
    );
    expect((await store().postures.get(['d1']))[0]?.updatedAt).toBe(10);
  });

  test('a transaction that has ended cannot be used any more', async () => {
    let kept: Parameters<Parameters<Store['transaction']>[0]>[0] | undefined;
    await store().transaction(async (tx) => {
      kept = tx;
    });
    await expect(kept?.devices.put([device('d1')])).rejects.toThrow(/ended/);
    expect(await store().devices.count()).toBe(0);
  });

  test('an empty transaction is fine', async () => {
    expect(await store().transaction(async () => 'nothing')).toBe('nothing');
  });

  test('methods that take several things take none', async () => {
    await store().transaction(async (tx) => {
      await tx.devices.put([]);
      expect(await tx.devices.delete([])).toBe(0);
      expect(await tx.devices.get([])).toEqual([]);
      expect(await tx.devices.findByKeys([])).toEqual([]);
      expect(await tx.postures.get([])).toEqual([]);
      await tx.postures.put([]);
      expect(await tx.reports.add([])).toEqual([]);
      await tx.reports.settle([]);
      expect(await tx.reports.waitingFor([])).toEqual([]);
      await tx.findings.put([]);
      expect(await tx.findings.ofDevices([])).toEqual([]);
      expect(await tx.outbox.append([])).toEqual([]);
      await tx.members.add('g', []);
      await tx.audit.append([]);
    });
  });

  test('large batches are one batch', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) =>
      device(`d${String(i).padStart(6, '0')}`, { serialNumber: `SN${i}` }),
    );
    await store().transaction(async (tx) => {
      await tx.devices.put(rows);
      await tx.postures.put(rows.map((row) => posture(row.id)));
    });
    expect(await store().devices.count()).toBe(20_000);
    expect((await store().devices.get(idsOf(rows))).length).toBe(20_000);
    const found = await store().devices.findByKeys(
      rows.map((_, i) => ({ type: 'serialNumber' as const, value: `sn${i}` })),
    );
    expect(found.every((ids, i) => ids.length === 1 && ids[0] === rows[i]?.id)).toBe(true);
  });
}
