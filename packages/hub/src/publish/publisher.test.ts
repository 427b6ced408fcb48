import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { OutboxKind, OutboxRow } from '../store/store.ts';
import { Publisher, type PublisherOptions } from './publisher.ts';

const log = pino({ level: 'silent' });

type Committed = string | { kind: OutboxKind; subject: string; payload?: Record<string, unknown> };

/** An outbox in memory that commits when told to. */
class FakeOutbox {
  rows: OutboxRow[] = [];
  #listener: (rows: readonly OutboxRow[]) => void = () => undefined;
  #seq = 0;
  reads = 0;
  broken = false;

  readonly outbox = {
    after: async (seq: number, limit: number) => {
      this.reads += 1;
      await turn();
      if (this.broken) throw new Error('the database is away');
      const first = Math.max(0, seq + 1 - (this.rows[0]?.seq ?? 1));
      return this.rows.slice(first, first + limit);
    },
    range: async () => {
      await turn();
      return { first: this.rows[0]?.seq ?? 0, last: this.rows.at(-1)?.seq ?? 0 };
    },
  };

  onCommitted = (listener: (rows: readonly OutboxRow[]) => void): void => {
    this.#listener = listener;
  };

  commit(...subjects: readonly Committed[]): void {
    this.commitAll(subjects);
  }

  commitAll(subjects: readonly Committed[]): void {
    const rows = subjects.map((given): OutboxRow => {
      this.#seq += 1;
      const row = typeof given === 'string' ? { kind: 'device-posture-changed' as const, subject: given } : given;
      return { seq: this.#seq, at: 0, payload: {}, ...row };
    });
    this.rows = [...this.rows, ...rows];
    this.#listener(rows);
  }
}

interface Heard {
  readonly id: number;
  readonly event: string | undefined;
  readonly data: Record<string, unknown>;
}

/** Reads a stream as an EventSource would. */
class Reader extends Writable {
  heard: Heard[] = [];
  comments = 0;
  lastEventId: number | undefined;
  #text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#text += chunk.toString();
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      this.#take(this.#text.slice(0, end));
      this.#text = this.#text.slice(end + 2);
    }
    done();
    this.emit('heard');
  }

  #take(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    );
    if (fields.has('')) this.comments += 1;
    if (fields.has('id')) this.lastEventId = Number(fields.get('id'));
    const data = fields.get('data');
    if (data !== undefined)
      this.heard.push({
        id: this.lastEventId ?? -1,
        event: fields.get('event'),
        data: JSON.parse(data) as Record<string, unknown>,
      });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => this.once('heard', resolve));
  }

  get devices(): readonly unknown[] {
    return this.heard.map(({ data }) => data['deviceId']);
  }
}

/** Takes what it is given piece by piece, and only so much in a turn of the event loop. */
class SlowReader extends Reader {
  /** The most that ever waited for it. */
  mostWaiting = 0;
  readonly #turnsForPiece: number;

  constructor(turnsForPiece = 2) {
    super({ highWaterMark: 16_384 });
    this.#turnsForPiece = turnsForPiece;
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
    this.mostWaiting = Math.max(this.mostWaiting, this.writableLength);
    void this.#wait().then(() => super._write(chunk, encoding, done));
  }

  async #wait(): Promise<void> {
    for (let n = 0; n < this.#turnsForPiece; n += 1) await turn();
  }
}

const deviceRows = (count: number) => Array.from({ length: count }, (_, i) => `device-with-a-rather-long-name-${i}`);
const idsBetween = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

let publisher: Publisher;

async function start(store: FakeOutbox, options: Partial<PublisherOptions> = {}): Promise<Publisher> {
  publisher = await Publisher.start({ store, log, ...options });
  return publisher;
}

afterEach(() => publisher.close());

describe('a door that listens', () => {
  test('is told whose access changed, in order, with ids and codes only', async () => {
    const store = new FakeOutbox();
    await start(store);
    const reader = new Reader();
    await publisher.subscribe(reader, undefined);
    store.commit(
      {
        kind: 'device-posture-changed',
        subject: 'd1',
        payload: {
          deviceId: 'd1',
          entraDeviceId: 'e1',
          easDeviceId: null,
          userId: 'u1',
          userPrincipalName: 'alice@example.com',
          compliant: false,
          wasCompliant: true,
          reasons: [
            { code: 'threat_level_above_allowed', policyName: 'Secret plan' },
            { code: 'threat_level_above_allowed' },
          ],
          cause: { connectorId: 'c', reportId: 'r' },
        },
      },
      'd2',
    );
    await reader.until(() => reader.heard.length === 2);
    expect(reader.heard[0]).toEqual({
      id: 1,
      event: 'access-changed',
      data: {
        deviceId: 'd1',
        entraDeviceId: 'e1',
        easDeviceId: null,
        userId: 'u1',
        compliant: false,
        wasCompliant: true,
        removed: false,
        reasons: ['threat_level_above_allowed'],
        at: '1970-01-01T00:00:00.000Z',
      },
    });
    expect(reader.devices).toEqual(['d1', 'd2']);
  });

  test('gets a position at once, so that it can resume before the first event', async () => {
    const store = new FakeOutbox();
    store.commit('d1', 'd2');
    await start(store);
    const reader = new Reader();
    await publisher.subscribe(reader, undefined);
    expect(reader.lastEventId).toBe(2);
    expect(reader.heard).toEqual([]);
  });

  test('is told of very many changes at once, and of what comes after them', async () => {
    const store = new FakeOutbox();
    await start(store);
    let bytes = 0;
    let end = '';
    const counter = new Writable({
      write: (chunk: Buffer, _, done) => {
        bytes += chunk.byteLength;
        end = chunk.toString('utf8', Math.max(0, chunk.byteLength - 300));
        done();
      },
    });
    await publisher.subscribe(counter, undefined);
    store.commitAll(Array.from({ length: 200_000 }, (_, n) => `d${n}`));
    while (!end.includes('"d199999"')) await turn();
    expect(bytes).toBeGreaterThan(20_000_000);
    store.commit('after');
    while (!end.includes('"after"')) await turn();
  });

  test('hears of a removed device as one that may do nothing', async () => {
    const store = new FakeOutbox();
    await start(store);
    const reader = new Reader();
    await publisher.subscribe(reader, undefined);
    store.commit({ kind: 'device-removed', subject: 'd1', payload: { compliant: true } });
    await reader.until(() => reader.heard.length === 1);
    expect(reader.heard[0]?.data).toMatchObject({ deviceId: 'd1', compliant: false, removed: true });
  });

  test('hears of changed configuration only once decisions show it, and of what came after not before', async () => {
    const store = new FakeOutbox();
    let settle = (): void => undefined;
    await start(store, {
      settled: () =>
        new Promise((resolve) => {
          settle = resolve;
        }),
    });
    const reader = new Reader();
    await publisher.subscribe(reader, undefined);
    store.commit({ kind: 'configuration-changed', subject: 'conditionalAccessPolicy' }, 'd1');
    for (let i = 0; i < 5; i += 1) await turn();
    expect(reader.heard).toEqual([]);
    settle();
    await reader.until(() => reader.heard.length === 2);
    expect(reader.heard.map(({ event }) => event)).toEqual(['configuration-changed', 'access-changed']);
  });

  test('hears of a change even if memory failed to take it in', async () => {
    const store = new FakeOutbox();
    await start(store, { settled: () => Promise.reject(new Error('no')) });
    const reader = new Reader();
    await publisher.subscribe(reader, undefined);
    store.commit({ kind: 'configuration-changed', subject: 'mergeRule' });
    await reader.until(() => reader.heard.length === 1);
    expect(reader.heard[0]?.data).toEqual({ kind: 'mergeRule' });
  });

  test('is not bothered with configuration that no decision depends on', async () => {
    const store = new FakeOutbox();
    await start(store);
    const reader = new Reader();
    await publisher.subscribe(reader, undefined);
    store.commit({ kind: 'configuration-changed', subject: 'vendorLink' });
    store.commit('d1');
    await reader.until(() => reader.heard.length === 1);
    expect(reader.devices).toEqual(['d1']);
  });

  test('hears a heartbeat', async () => {
    const store = new FakeOutbox();
    await start(store, { heartbeatMs: 5 });
    const reader = new Reader();
    await publisher.subscribe(reader, undefined);
    await reader.until(() => reader.comments > 1);
  });
});

test('a door that is gone before it is listed takes no place', async () => {
  const store = new FakeOutbox();
  await start(store);
  const gone = new Reader();
  gone.destroy();
  await turn();
  await publisher.subscribe(gone, undefined);
  await publisher.subscribe(gone, 0);
  expect(publisher.subscribers).toBe(0);
});

describe('a door that comes back', () => {
  test('gets what it missed from memory', async () => {
    const store = new FakeOutbox();
    await start(store);
    const first = new Reader();
    await publisher.subscribe(first, undefined);
    store.commit('d1', 'd2', 'd3');
    await first.until(() => first.heard.length === 3);
    const reader = new Reader();
    await publisher.subscribe(reader, 1);
    expect(reader.devices).toEqual(['d2', 'd3']);
    expect(store.reads).toBe(0);
  });

  test('gets what it missed from the store, after a restart of the hub', async () => {
    const store = new FakeOutbox();
    store.commit(...Array.from({ length: 1_200 }, (_, i) => `d${i}`));
    await start(store);
    const reader = new Reader();
    await publisher.subscribe(reader, 100);
    store.commit('last');
    await reader.until(() => reader.devices.at(-1) === 'last');
    expect(reader.heard.map(({ id }) => id)).toEqual(Array.from({ length: 1_101 }, (_, i) => i + 101));
  });

  test.each([
    ['older than what is kept', 3],
    ['of the future', 999],
    ['no number of ours', 'unknown'],
  ] as const)('with a position that is %s, is told to forget', async (_, after) => {
    const store = new FakeOutbox();
    store.commit(...Array.from({ length: 20 }, (_v, i) => `d${i}`));
    store.rows.splice(0, 10);
    await start(store);
    const reader = new Reader();
    await publisher.subscribe(reader, after);
    store.commit('next');
    await reader.until(() => reader.heard.length === 2);
    expect(reader.heard).toMatchObject([
      { id: 20, event: 'reset' },
      { id: 21, data: { deviceId: 'next' } },
    ]);
  });

  test('with a position just before the oldest that is kept, misses nothing', async () => {
    const store = new FakeOutbox();
    store.commit(...Array.from({ length: 20 }, (_, i) => `d${i}`));
    store.rows.splice(0, 10);
    await start(store);
    const reader = new Reader();
    await publisher.subscribe(reader, 10);
    expect(reader.heard.map(({ id }) => id)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  });

  test('whatever is committed meanwhile, hears each event once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.nat(60),
        fc.array(fc.nat(4), { maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        async (before, after, commits, recent, slow) => {
          const store = new FakeOutbox();
          store.commit(...Array.from({ length: before }, (_, i) => `b${i}`));
          await start(store, { recent });
          const reader = slow ? new SlowReader() : new Reader();
          const from = Math.min(after, before);
          const subscribed = publisher.subscribe(reader, from);
          for (const size of commits) {
            store.commit(...Array.from({ length: size }, (_, i) => `c${i}`));
            await turn();
          }
          store.commit('end');
          await subscribed;
          await reader.until(() => reader.heard.at(-1)?.data['deviceId'] === 'end');
          expect(reader.heard.map(({ id }) => id)).toEqual(
            store.rows.filter(({ seq }) => seq > from).map(({ seq }) => seq),
          );
          publisher.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a door that was away for long', () => {
  test.each([
    ['3,700 events, from memory', 3_700, {}],
    ['9,000 events, from memory and the store', 9_000, {}],
    ['20,000 events, from the store', 20_000, { recent: 1 }],
  ])('hears each of %s once, however slowly it reads, and is not cut', async (_, away, options) => {
    const store = new FakeOutbox();
    await start(store, { ...options, heartbeatMs: 1, stallMs: 1_000 });
    store.commitAll(deviceRows(20_000));
    while (publisher.position < 20_000) await turn();
    const reader = new SlowReader();
    void publisher.subscribe(reader, 20_000 - away, 'mail');
    await reader.until(() => reader.lastEventId === 20_000);
    store.commit('live');
    await reader.until(() => reader.lastEventId === 20_001);
    expect(reader.heard.map(({ id }) => id)).toEqual(idsBetween(20_001 - away, 20_001));
    expect(reader.mostWaiting).toBeLessThan(100_000);
    expect(publisher.cuts.all()).toEqual([]);
  });

  test('moves on at every try, even if it never stays for long', async () => {
    const store = new FakeOutbox();
    store.commitAll(deviceRows(9_000));
    await start(store);
    const heard: number[] = [];
    let position = 1;
    for (let tries = 0; position < 9_000; tries += 1) {
      const reader = new SlowReader();
      void publisher.subscribe(reader, position, 'mail');
      await reader.until(() => reader.heard.length > 500 || reader.lastEventId === 9_000);
      reader.destroy();
      heard.push(...reader.heard.map(({ id }) => id));
      expect(reader.lastEventId).toBeGreaterThan(position);
      expect(tries).toBeLessThan(20);
      position = reader.lastEventId as number;
    }
    expect(heard).toEqual(idsBetween(2, 9_000));
  });

  test('moves on even past rows that it need not hear of', async () => {
    const store = new FakeOutbox();
    store.commitAll(Array.from({ length: 1_000 }, () => ({ kind: 'disagreement-ended' as const, subject: 'd' })));
    await start(store);
    const reader = new Reader();
    await publisher.subscribe(reader, 1);
    expect(reader.heard).toEqual([]);
    expect(reader.lastEventId).toBe(1_000);
  });

  test('is told to forget when what it has yet to hear is pruned meanwhile', async () => {
    const store = new FakeOutbox();
    store.commitAll(deviceRows(2_000));
    await start(store);
    const reader = new SlowReader();
    void publisher.subscribe(reader, 0);
    await reader.until(() => reader.heard.length > 100);
    store.rows.splice(0, 1_900);
    await reader.until(() => reader.heard.at(-1)?.event === 'reset');
    expect(reader.lastEventId).toBe(2_000);
    expect(reader.heard.slice(0, -1).map(({ id }) => id)).toEqual(idsBetween(1, reader.heard.length - 1));
  });

  test('is cut when the store cannot be read, and the cut is counted and logged', async () => {
    const store = new FakeOutbox();
    store.commitAll(deviceRows(2_000));
    const warnings: object[] = [];
    await start(store, {
      log: { ...log, warn: (details: object) => warnings.push(details) } as unknown as PublisherOptions['log'],
    });
    store.broken = true;
    const reader = new Reader();
    await publisher.subscribe(reader, 5, 'mail');
    expect(reader.destroyed).toBe(true);
    expect(publisher.cuts.all()).toEqual([{ door: 'mail', reason: 'outbox_unreadable', count: 1 }]);
    expect(warnings).toMatchObject([{ door: 'mail', reason: 'outbox_unreadable', position: 5, behind: 1_995 }]);
  });

  test('and the many that come back with it cost the store little more than one', async () => {
    const store = new FakeOutbox();
    store.commitAll(deviceRows(3_000));
    await start(store);
    const readers = Array.from({ length: 40 }, () => new Reader());
    await Promise.all(readers.map((reader, n) => publisher.subscribe(reader, n % 7)));
    for (const [n, reader] of readers.entries())
      expect(reader.heard.map(({ id }) => id)).toEqual(idsBetween((n % 7) + 1, 3_000));
    expect(store.reads).toBeLessThan(60);
  });
});

describe('very much at once', () => {
  test('is not held against a door that reads slowly', async () => {
    const store = new FakeOutbox();
    await start(store, { heartbeatMs: 1, stallMs: 1_000 });
    const reader = new SlowReader();
    await publisher.subscribe(reader, undefined, 'mail');
    store.commitAll(deviceRows(8_000));
    await turn();
    store.commit('after');
    await reader.until(() => reader.lastEventId === 8_001);
    expect(reader.heard.map(({ id }) => id)).toEqual(idsBetween(1, 8_001));
    expect(reader.mostWaiting).toBeLessThan(100_000);
    expect(publisher.cuts.all()).toEqual([]);
  });

  test('shows how far a door is behind, until it is not', async () => {
    const store = new FakeOutbox();
    await start(store);
    const reader = new SlowReader();
    await publisher.subscribe(reader, undefined, 'mail');
    store.commitAll(deviceRows(8_000));
    while (publisher.position < 8_000) await turn();
    expect(publisher.behind().get('mail')).toBeGreaterThan(0);
    await reader.until(() => reader.lastEventId === 8_000);
    await expect.poll(() => publisher.behind()).toEqual(new Map([['mail', 0]]));
  });
});

describe('a door that does not read', () => {
  test('is cut after a while, is counted and logged, and the others do not notice', async () => {
    const store = new FakeOutbox();
    const warnings: object[] = [];
    await start(store, {
      heartbeatMs: 5,
      stallMs: 20,
      log: { ...log, warn: (details: object) => warnings.push(details) } as unknown as PublisherOptions['log'],
    });
    const stuck = new PassThrough({ highWaterMark: 1 });
    const reader = new Reader();
    await publisher.subscribe(stuck, undefined, 'stuck');
    await publisher.subscribe(reader, undefined, 'mail');
    const closed = new Promise((resolve) => stuck.once('close', resolve));
    store.commitAll(deviceRows(8_000));
    await closed;
    await reader.until(() => reader.heard.length === 8_000);
    expect(stuck.writableLength).toBeLessThan(100_000);
    expect(publisher.subscribers).toBe(1);
    expect(publisher.cuts.all()).toEqual([{ door: 'stuck', reason: 'not_reading', count: 1 }]);
    expect(warnings).toMatchObject([{ door: 'stuck', reason: 'not_reading' }]);
  });

  test('is cut even if its stream was ended already', async () => {
    const store = new FakeOutbox();
    await start(store, { heartbeatMs: 5, stallMs: 20 });
    const stuck = new PassThrough({ highWaterMark: 1 });
    await publisher.subscribe(stuck, undefined, 'stuck');
    const closed = new Promise((resolve) => stuck.once('close', resolve));
    store.commitAll(deviceRows(10));
    while (publisher.position < 10) await turn();
    stuck.end();
    await closed;
    expect(publisher.subscribers).toBe(0);
  });

  test('is not cut while there is nothing for it to read', async () => {
    const store = new FakeOutbox();
    await start(store, { heartbeatMs: 1, stallMs: 2 });
    const reader = new Reader();
    await publisher.subscribe(reader, undefined, 'mail');
    await reader.until(() => reader.comments > 10);
    expect(publisher.cuts.all()).toEqual([]);
  });
});
