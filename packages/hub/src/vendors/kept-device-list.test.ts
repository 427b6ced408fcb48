import { expect, test } from 'vitest';
import { readSnapshot, snapshotReportId } from './device-snapshot.ts';
import { KeptDeviceList } from './kept-device-list.ts';
import type { Feed } from './vendor.ts';

const DAY = 86_400_000;
const AT = 20_000 * DAY;

function told() {
  const taken: string[] = [];
  let broken = false;
  const feed = {
    take: async (records: readonly { takenAt: string; device?: { id: string; word: string }; removed?: string }[]) => {
      if (broken) throw new Error('disk full');
      taken.push(...records.map(({ takenAt, device, removed }) => `${device?.id ?? removed} ${device?.word ?? 'removed'} ${(Date.parse(takenAt) - AT) / 1000}`));
    },
  } as unknown as Feed;
  return { feed, taken, breaks: (is: boolean) => { broken = is; } };
}

const list = (kept?: unknown) => new KeptDeviceList(({ id, word }) => (typeof id === 'string' ? { id, words: String(word) } : undefined), kept);
const device = (id: string, word: string) => ({ id, word });

test('a word that comes back after another is told again, and one that stays is not', async () => {
  const t = told();
  const devices = list();
  for (const [i, word] of ['secure', 'secure', 'at risk', 'secure', 'secure'].entries()) await devices.tell(t.feed, [device('a', word)], AT + i * 1000);
  expect(t.taken).toEqual(['a secure 0', 'a at risk 2', 'a secure 3']);
});

test('another process that is given what was kept goes on where this one stopped', async () => {
  const t = told();
  const before = list();
  await before.tell(t.feed, [device('a', 'secure'), device('b', 'at risk')], AT);
  const after = list(JSON.parse(JSON.stringify(before)));
  await after.tell(t.feed, [device('a', 'secure'), device('b', 'secure')], AT + 1000);
  expect(t.taken).toEqual(['a secure 0', 'b at risk 0', 'b secure 1']);
});

test('what could not be stored is told the next time', async () => {
  const t = told();
  const devices = list();
  t.breaks(true);
  await expect(devices.tell(t.feed, [device('a', 'secure')], AT)).rejects.toThrow('disk full');
  t.breaks(false);
  await devices.tell(t.feed, [device('a', 'secure')], AT + 1000);
  expect(t.taken).toEqual(['a secure 1']);
});

test('every device is told anew on another day', async () => {
  const t = told();
  const devices = list();
  for (const at of [AT, AT + DAY - 1000, AT + DAY]) await devices.tell(t.feed, [device('a', 'secure')], at);
  expect(t.taken).toEqual(['a secure 0', 'a secure 86400']);
});

/** A whole list, read at one moment. */
async function whole(devices: ReturnType<typeof list>, feed: Feed, ids: readonly string[], at: number) {
  await devices.tell(feed, ids.map((id) => device(id, 'secure')), AT + at * 1000);
  return devices.endRound(feed);
}

test('a device that two whole lists do not hold is told as removed, once, also by another process', async () => {
  const t = told();
  const before = list();
  await whole(before, t.feed, ['a', 'b'], 0);
  await whole(before, t.feed, ['a'], 1);
  const after = list(JSON.parse(JSON.stringify(before)));
  for (const at of [2, 3]) await whole(after, t.feed, ['a'], at);
  expect(t.taken).toEqual(['a secure 0', 'b secure 0', 'b removed 2']);
  expect(Object.keys(after.toJSON().told)).toEqual(['a']);
});

test('a device that one list passed over is not news when it is there again; one that was removed is', async () => {
  const t = told();
  const devices = list();
  for (const [at, ids] of [['a', 'b'], ['a'], ['a', 'b'], ['a'], ['a'], ['a', 'b']].entries()) await whole(devices, t.feed, ids, at);
  expect(t.taken).toEqual(['a secure 0', 'b secure 0', 'b removed 4', 'b secure 5']);
});

test('an empty list and one that lost most of its devices remove nothing', async () => {
  const t = told();
  const devices = list();
  const ids = Array.from({ length: 50 }, (_, i) => `d${i}`);
  await whole(devices, t.feed, ids, 0);
  expect([await whole(devices, t.feed, [], 1), await whole(devices, t.feed, ids.slice(0, 24), 2), await whole(devices, t.feed, ids.slice(0, 24), 3)])
    .toEqual([{ doubted: 50 }, { doubted: 26 }, { doubted: 26 }]);
  await whole(devices, t.feed, ids, 4);
  expect(t.taken).toHaveLength(50);
});

test('a removal that could not be stored is told the next time', async () => {
  const t = told();
  const devices = list();
  for (const [at, ids] of [['a', 'b'], ['a']].entries()) await whole(devices, t.feed, ids, at);
  t.breaks(true);
  await expect(whole(devices, t.feed, ['a'], 2)).rejects.toThrow('disk full');
  t.breaks(false);
  await whole(devices, t.feed, ['a'], 3);
  expect(t.taken.at(-1)).toBe('b removed 3');
});

test('a list that was killed in the middle is told again under the same report ids, and what changes in it under others', async () => {
  const ids: string[] = [];
  const feed = { take: async (records: readonly unknown[]) => {
    for (const one of records) ids.push(snapshotReportId('a', readSnapshot(one)!, (one as { device: { word: string } }).device.word));
  } } as unknown as Feed;
  const kept = list();
  expect([kept.begins(AT), kept.begins(AT + 1)]).toEqual([true, false]);
  const asItWas = JSON.stringify(kept);
  for (const [word, at] of [['secure', 1], ['at risk', 2], ['secure', 3]] as const) await kept.tell(feed, [device('a', word)], AT + at);
  expect(new Set(ids).size).toBe(3);
  const restarted = list(JSON.parse(asItWas));
  expect(restarted.begins(AT + 9)).toBe(false);
  await restarted.tell(feed, [device('a', 'secure')], AT + 10);
  expect(ids[3]).toBe(ids[0]);
  await restarted.endRound(feed);
  await restarted.tell(feed, [device('a', 'at risk')], AT + 11);
  await restarted.endRound(feed);
  await restarted.tell(feed, [device('a', 'secure')], AT + 12);
  expect(new Set(ids).size).toBe(5);
});

test('no two rounds tell under one name, whatever the clock of the vendor does', async () => {
  const ids = new Set<string>();
  const feed = { take: async ([one]: readonly unknown[]) => { ids.add(snapshotReportId('a', readSnapshot(one)!, (one as { device: { word: string } }).device.word)); } } as unknown as Feed;
  const devices = list();
  devices.begins(AT);
  for (const [word, at] of [['secure', 50], ['at risk', 10], ['secure', 10], ['at risk', 60], ['secure', 60]] as const) {
    await devices.tell(feed, [device('a', word)], AT + at);
    await devices.endRound(feed);
  }
  expect(ids.size).toBe(5);
});

test.each([null, 'text', [1], { a: 7 }, { told: [1] }, { told: { a: 7 } }])('what was kept as %j counts as nothing', async (kept) => {
  expect(list(kept).toJSON()).toEqual({ round: undefined, told: {} });
});
