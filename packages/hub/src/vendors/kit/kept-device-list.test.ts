import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSnapshot, snapshotReportId } from './device-snapshot.ts';
import type { WordsOf } from './device-snapshot.ts';
import { KeptDeviceList } from './kept-device-list.ts';
import type { Feed } from '../vendor.ts';

const DAY = 86_400_000;
const AT = 20_000 * DAY;

function told() {
  const taken: string[] = [];
  let broken = false;
  const feed = {
    take: async (records: readonly { takenAt: string; device?: { id: string; word: string }; removed?: string }[]) => {
      if (broken) throw new Error('disk full');
      taken.push(
        ...records.map(
          ({ takenAt, device, removed }) =>
            `${device?.id ?? removed} ${device?.word ?? 'removed'} ${(Date.parse(takenAt) - AT) / 1000}`,
        ),
      );
    },
  } as unknown as Feed;
  return {
    feed,
    taken,
    breaks: (is: boolean) => {
      broken = is;
    },
  };
}

const list = (kept?: unknown) => new KeptDeviceList({ tellsRemoved: true, wordsOf }, kept);
const wordsOf: WordsOf = ({ id, word, phone }) =>
  typeof id === 'string' ? { id, words: String(word), ...(typeof phone === 'string' && { phone }) } : undefined;
const keep = async (): Promise<void> => undefined;
const device = (id: string, word: string) => ({ id, word });

test('a word that comes back after another is told again, and one that stays is not', async () => {
  const t = told();
  const devices = list();
  for (const [i, word] of ['secure', 'secure', 'at risk', 'secure', 'secure'].entries())
    await devices.tell(t.feed, [device('a', word)], AT + i * 1000, keep);
  expect(t.taken).toEqual(['a secure 0', 'a at risk 2', 'a secure 3']);
});

test('another process that is given what was kept goes on where this one stopped', async () => {
  const t = told();
  const before = list();
  await before.tell(t.feed, [device('a', 'secure'), device('b', 'at risk')], AT, keep);
  before.rest();
  const after = list(JSON.parse(JSON.stringify(before)));
  await after.tell(t.feed, [device('a', 'secure'), device('b', 'secure')], AT + 1000, keep);
  expect(t.taken).toEqual(['a secure 0', 'b at risk 0', 'b secure 1']);
});

test('what could not be stored is told the next time', async () => {
  const t = told();
  const devices = list();
  t.breaks(true);
  await expect(devices.tell(t.feed, [device('a', 'secure')], AT, keep)).rejects.toThrow('disk full');
  t.breaks(false);
  await devices.tell(t.feed, [device('a', 'secure')], AT + 1000, keep);
  expect(t.taken).toEqual(['a secure 1']);
});

test('every device is told anew on another day', async () => {
  const t = told();
  const devices = list();
  for (const at of [AT, AT + DAY - 1000, AT + DAY]) await devices.tell(t.feed, [device('a', 'secure')], at, keep);
  expect(t.taken).toEqual(['a secure 0', 'a secure 86400']);
});

/** A whole list, read at one moment. */
async function whole(devices: ReturnType<typeof list>, feed: Feed, ids: readonly string[], at: number) {
  await devices.tell(
    feed,
    ids.map((id) => device(id, 'secure')),
    AT + at * 1000,
    keep,
  );
  return devices.endRound(feed);
}

test('a device that two whole lists do not hold is told as removed, once, also by another process', async () => {
  const t = told();
  const before = list();
  await whole(before, t.feed, ['a', 'b'], 0);
  await whole(before, t.feed, ['a'], 1);
  const after = list(JSON.parse(JSON.stringify(before)));
  for (const at of [2, 3]) await whole(after, t.feed, ['a'], at);
  expect(t.taken).toEqual(['a secure 0', 'b secure 0', 'b removed 2', 'a secure 3']);
  expect(Object.keys(after.toJSON().told)).toEqual(['a']);
});

test('a device that one list passed over is not news when it is there again; one that was removed is', async () => {
  const t = told();
  const devices = list();
  for (const [at, ids] of [['a', 'b'], ['a'], ['a', 'b'], ['a'], ['a'], ['a', 'b']].entries())
    await whole(devices, t.feed, ids, at);
  expect(t.taken).toEqual(['a secure 0', 'b secure 0', 'b removed 4', 'a secure 5', 'b secure 5']);
});

test('an empty list and one that lost most of its devices remove nothing', async () => {
  const t = told();
  const devices = list();
  const ids = Array.from({ length: 50 }, (_, i) => `d${i}`);
  await whole(devices, t.feed, ids, 0);
  expect([
    await whole(devices, t.feed, [], 1),
    await whole(devices, t.feed, ids.slice(0, 24), 2),
    await whole(devices, t.feed, ids.slice(0, 24), 3),
  ]).toEqual([{ doubted: 50 }, { doubted: 26 }, { doubted: 26 }]);
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

test('where a phone has a new entry, it is reported again in the next round, and only then is the former one removed', async () => {
  const t = told();
  const devices = list();
  const entry = (id: string, phone: string) => ({ id, word: 'secure', phone });
  const rounds = [
    ['a', 'b', 'c'],
    ['b', 'c'],
    ['b', 'c'],
    ['b', 'c'],
  ];
  for (const [at, ids] of rounds.entries()) {
    await devices.tell(
      t.feed,
      ids.map((id) => entry(id, id === 'c' ? 'other' : 'phone')),
      AT + at * 1000,
      keep,
    );
    await devices.endRound(t.feed);
  }
  expect(t.taken).toEqual(['a secure 0', 'b secure 0', 'c secure 0', 'b secure 3', 'a removed 3']);
});

test('what no longer counts for sure is told again, and what is gone from a list that may not be whole is not', async () => {
  const t = told();
  const devices = new KeptDeviceList({ tellsRemoved: false, wordsOf }, undefined);
  await whole(devices, t.feed, ['a', 'b'], 0);
  devices.doubt('a');
  for (const at of [1, 2, 3]) await whole(devices, t.feed, ['a'], at);
  await whole(devices, t.feed, ['a', 'b'], 4);
  expect(t.taken).toEqual(['a secure 0', 'b secure 0', 'a secure 1', 'b secure 4']);
});

test('a list beside a stream that tells states is told whole each time', async () => {
  const t = told();
  const devices = new KeptDeviceList({ tellsRemoved: false, tellsAll: true, wordsOf }, undefined);
  for (const at of [0, 1]) await whole(devices, t.feed, ['a', 'b'], at);
  expect(t.taken).toEqual(['a secure 0', 'b secure 0', 'a secure 1', 'b secure 1']);
});

/** A hub that takes a report once by its id, a list that is killed at will, and what of it was kept. */
function world() {
  const ids = new Set<string>();
  const counts = new Map<string, { word: string; at: number }>();
  let kept: string | undefined;
  let devices = list();
  let fails: 'never' | 'before' | 'after' = 'never';
  const feed = {
    take: async (records: readonly unknown[]) => {
      if (fails === 'before') throw new Error('no answer');
      for (const raw of records) {
        const snapshot = readSnapshot(raw);
        if (snapshot === undefined) continue;
        const { id, word } = snapshot.device as { id: string; word: string };
        const reportId = snapshotReportId(id, snapshot, word);
        const before = counts.get(id);
        if (!ids.has(reportId) && snapshot.takenAt >= (before?.at ?? 0)) counts.set(id, { word, at: snapshot.takenAt });
        ids.add(reportId);
      }
      if (fails === 'after') throw new Error('no answer');
    },
  } as unknown as Feed;
  const save = async () => {
    kept = JSON.stringify(devices);
  };
  return {
    ids,
    counts,
    failing: (how: typeof fails) => {
      fails = how;
    },
    tell: async (id: string, word: string, at: number) => {
      await devices.tell(feed, [device(id, word)], AT + at * 60_000, save);
    },
    end: async () => {
      await devices.endRound(feed);
      await save();
    },
    rest: async () => {
      devices.rest();
      await save();
    },
    kill: () => {
      devices = list(kept === undefined ? undefined : JSON.parse(kept));
    },
  };
}

test('a list that was killed in the middle is told again under the same report ids', async () => {
  const w = world();
  await w.tell('a', 'secure', 1);
  await w.tell('b', 'secure', 1);
  w.kill();
  await w.tell('a', 'secure', 3);
  await w.tell('b', 'secure', 3);
  await w.end();
  expect(w.ids.size).toBe(2);
});

test('one that was killed between two rounds, or stopped in the middle, tells only what is new', async () => {
  const w = world();
  for (const id of ['a', 'b']) await w.tell(id, 'secure', 1);
  await w.end();
  w.kill();
  await w.tell('a', 'at risk', 2);
  await w.rest();
  w.kill();
  for (const id of ['a', 'b']) await w.tell(id, id === 'a' ? 'at risk' : 'secure', 3);
  await w.end();
  expect(w.ids.size).toBe(3);
});

test('what the list says now is what counts, whatever was said, lost, stored unheard or killed before', async () => {
  const word = fc.constantFrom('secure', 'at risk');
  const step = fc.record({
    a: word,
    b: word,
    fails: fc.constantFrom('never' as const, 'never' as const, 'before' as const, 'after' as const),
    then: fc.constantFrom('end', 'end', 'kill', 'kill in the middle', 'stop in the middle', 'go on'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.record({ a: word, b: word }), async (steps, last) => {
      const w = world();
      for (const [at, { a, b, fails, then }] of steps.entries()) {
        await w.tell('a', a, at + 1);
        if (then === 'kill in the middle') {
          w.kill();
          continue;
        }
        w.failing(fails);
        const failed = await w.tell('b', b, at + 1).then(
          () => false,
          () => true,
        );
        w.failing('never');
        if (then === 'kill') w.kill();
        else if (failed || then === 'stop in the middle') {
          await w.rest();
          if (then === 'stop in the middle') w.kill();
        } else if (then === 'end') await w.end();
      }
      for (const id of ['a', 'b'] as const) await w.tell(id, last[id], steps.length + 1);
      expect([w.counts.get('a')?.word, w.counts.get('b')?.word]).toEqual([last.a, last.b]);
    }),
    { numRuns: 2000 },
  );
});

test('no two rounds tell under one name, whatever the clock of the vendor does', async () => {
  const ids = new Set<string>();
  const feed = {
    take: async ([one]: readonly unknown[]) => {
      ids.add(snapshotReportId('a', readSnapshot(one)!, (one as { device: { word: string } }).device.word));
    },
  } as unknown as Feed;
  const devices = list();
  for (const [word, at] of [
    ['secure', 50],
    ['at risk', 10],
    ['secure', 10],
    ['at risk', 60],
    ['secure', 60],
  ] as const) {
    await devices.tell(feed, [device('a', word)], AT + at, keep);
    await devices.endRound(feed);
  }
  expect(ids.size).toBe(5);
});

test.each([null, 'text', [1], { a: 7 }, { told: [1] }, { told: { a: 7 } }])(
  'what was kept as %j counts as nothing',
  async (kept) => {
    expect(list(kept).toJSON()).toEqual({ round: undefined, open: 0, told: {} });
  },
);
