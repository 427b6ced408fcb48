import { expect, test } from 'vitest';
import { KeptDeviceList } from './kept-device-list.ts';
import type { Feed } from './vendor.ts';

const DAY = 86_400_000;
const AT = 20_000 * DAY;

function told() {
  const taken: string[] = [];
  let broken = false;
  const feed = {
    take: async (records: readonly { takenAt: string; device: { id: string; word: string } }[]) => {
      if (broken) throw new Error('disk full');
      taken.push(...records.map(({ takenAt, device }) => `${device.id} ${device.word} ${(Date.parse(takenAt) - AT) / 1000}`));
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

test('devices that the list no longer holds are forgotten at the end of a round, and only then', async () => {
  const t = told();
  const devices = list();
  await devices.tell(t.feed, [device('a', 'secure'), device('b', 'secure')], AT);
  devices.endRound();
  await devices.tell(t.feed, [device('a', 'secure')], AT);
  expect(Object.keys(devices.toJSON())).toEqual(['a', 'b']);
  devices.endRound();
  expect(Object.keys(devices.toJSON())).toEqual(['a']);
});

test.each([null, 'text', [1], { a: 7 }])('what was kept as %j counts as nothing', async (kept) => {
  expect(list(kept).toJSON()).toEqual({});
});
