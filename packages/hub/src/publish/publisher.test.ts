import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { OutboxKind, OutboxRow } from '../store/store.ts';
import { Publisher } from './publisher.ts';

const log = pino({ level: 'silent' });

type Committed = string | { kind: OutboxKind; subject: string; payload?: Record<string, unknown> };

/** An outbox in memory that commits when told to. */
class FakeOutbox {
  rows: OutboxRow[] = [];
  #listener: (rows: readonly OutboxRow[]) => void = () => undefined;
  #seq = 0;
  reads = 0;

  readonly outbox = {
    after: async (seq: number, limit: number) => {
      this.reads += 1;
      await turn();
      return this.rows.filter((row) => row.seq > seq).slice(0, limit);
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

interface Heard { readonly id: number; readonly event: string | undefined; readonly data: Record<string, unknown> }

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
    const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
    if (fields.has('')) this.comments += 1;
    if (fields.has('id')) this.lastEventId = Number(fields.get('id'));
    const data = fields.get('data');
    if (data !== undefined) this.heard.push({ id: this.lastEventId ?? -1, event: fields.get('event'), data: JSON.parse(data) as Record<string, unknown> });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => this.once('heard', resolve));
  }

  get devices(): readonly unknown[] {
    return this.heard.map(({ data }) => data['deviceId']);
  }
}

let publisher: Publisher;

async function start(store: FakeOutbox, options: { settled?: () => Promise<void>; recent?: number; heartbeatMs?: number } = {}): Promise<Publisher> {
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
    store.commit({
      kind: 'device-posture-changed', subject: 'd1',
      payload: {
        deviceId: 'd1', entraDeviceId: 'e1', easDeviceId: null, userId: 'u1', userPrincipalName: 'alice@example.com', compliant: false, wasCompliant: true,
        reasons: [{ code: 'threat_level_above_allowed', policyName: 'Secret plan' }, { code: 'threat_level_above_allowed' }], cause: { connectorId: 'c', reportId: 'r' },
      },
    }, 'd2');
    await reader.until(() => reader.heard.length === 2);
    expect(reader.heard[0]).toEqual({
      id: 1, event: 'access-changed',
      data: {
        deviceId: 'd1', entraDeviceId: 'e1', easDeviceId: null, userId: 'u1', compliant: false, wasCompliant: true, removed: false,
        reasons: ['threat_level_above_allowed'], at: '1970-01-01T00:00:00.000Z',
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
    const counter = new Writable({ write: (chunk: Buffer, _, done) => { bytes += chunk.byteLength; end = chunk.toString('utf8', Math.max(0, chunk.byteLength - 300)); done(); } });
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
    await start(store, { settled: () => new Promise((resolve) => { settle = resolve; }) });
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

  test.each([['older than what is kept', 3], ['of the future', 999], ['no number of ours', 'unknown']] as const)('with a position that is %s, is told to forget', async (_, after) => {
    const store = new FakeOutbox();
    store.commit(...Array.from({ length: 20 }, (_v, i) => `d${i}`));
    store.rows.splice(0, 10);
    await start(store);
    const reader = new Reader();
    await publisher.subscribe(reader, after);
    store.commit('next');
    await reader.until(() => reader.heard.length === 2);
    expect(reader.heard).toMatchObject([{ id: 20, event: 'reset' }, { id: 21, data: { deviceId: 'next' } }]);
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
    await fc.assert(fc.asyncProperty(
      fc.nat(60), fc.nat(60), fc.array(fc.nat(4), { maxLength: 30 }), fc.integer({ min: 1, max: 8 }),
      async (before, after, commits, recent) => {
        const store = new FakeOutbox();
        store.commit(...Array.from({ length: before }, (_, i) => `b${i}`));
        await start(store, { recent });
        const reader = new Reader();
        const from = Math.min(after, before);
        const subscribed = publisher.subscribe(reader, from);
        for (const size of commits) {
          store.commit(...Array.from({ length: size }, (_, i) => `c${i}`));
          await turn();
        }
        await subscribed;
        store.commit('end');
        await reader.until(() => reader.devices.at(-1) === 'end');
        expect(reader.heard.map(({ id }) => id)).toEqual(store.rows.filter(({ seq }) => seq > from).map(({ seq }) => seq));
        publisher.close();
      },
    ), { numRuns: 150 });
  });
});

describe('a door that does not read', () => {
  test('is cut, and the others do not notice', async () => {
    const store = new FakeOutbox();
    await start(store);
    const stuck = new PassThrough({ highWaterMark: 1 });
    const reader = new Reader();
    await publisher.subscribe(stuck, undefined);
    await publisher.subscribe(reader, undefined);
    const closed = new Promise((resolve) => stuck.once('close', resolve));
    store.commit(...Array.from({ length: 8_000 }, (_, i) => `device-with-a-rather-long-name-${i}`));
    await closed;
    await reader.until(() => reader.heard.length === 8_000);
    expect(publisher.subscribers).toBe(1);
  });
});
