import { expect, test } from 'vitest';
import type { DeviceSnapshot } from './device-snapshot.ts';
import { DeviceList, readSnapshot, snapshotReportId, type ReadSnapshot } from './device-snapshot.ts';
import type { Feed } from './vendor.ts';

const T0 = Date.parse('2026-03-01T08:00:00Z');

function feed(taken: unknown[], fails = { next: false }): Feed {
  return {
    signal: new AbortController().signal, knows: () => false, alive: async () => undefined,
    cursor: { get: async () => undefined, set: async () => undefined },
    take: async (records) => {
      if (fails.next) throw new Error('disk full');
      taken.push(...records);
    },
  };
}

function newList() {
  return new DeviceList(({ id, risk }) => (typeof id === 'string' ? { id, words: String(risk) } : undefined));
}

function idOf(record: unknown): string {
  return snapshotReportId('1', readSnapshot(record) as ReadSnapshot, (record as { device: { risk: string } }).device.risk);
}

test('the same words are one report, also after a restart; words that come back after others are a new one', async () => {
  const taken: DeviceSnapshot[] = [];
  const list = newList();
  for (const [i, risk] of ['low', 'low', 'high', 'low'].entries()) await list.tell(feed(taken), [{ id: '1', risk }], T0 + i * 60_000);
  await newList().tell(feed(taken), [{ id: '1', risk: 'low' }], T0 + 300_000);
  const ids = taken.map(idOf);
  expect(taken.map(({ changed }) => changed)).toEqual([undefined, undefined, true, true, undefined]);
  expect([ids[1], ids[4]]).toEqual([ids[0], ids[0]]);
  expect(new Set(ids).size).toBe(3);
});

test('what could not be kept counts as not told', async () => {
  const taken: DeviceSnapshot[] = [];
  const list = newList();
  const fails = { next: false };
  await list.tell(feed(taken), [{ id: '1', risk: 'low' }], T0);
  fails.next = true;
  await expect(list.tell(feed(taken, fails), [{ id: '1', risk: 'high' }], T0 + 1)).rejects.toThrow('disk full');
  await list.tell(feed(taken), [{ id: '1', risk: 'high' }], T0 + 2);
  expect(taken.map(({ changed }) => changed)).toEqual([undefined, true]);
});

test('what is no device is handed on for the vendor\'s reader to judge', async () => {
  const taken: DeviceSnapshot[] = [];
  await newList().tell(feed(taken), [null, 7, {}], T0);
  expect(taken).toHaveLength(3);
});

test.each([null, 7, {}, { takenAt: 'yesterday', device: {} }, { takenAt: '2026-03-01T08:00:00Z', device: [] }])('%j is no snapshot', (raw) => {
  expect(readSnapshot(raw)).toBeUndefined();
});
