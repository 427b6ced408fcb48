import pg from 'pg';
import { Listeners } from '../listeners.ts';
import type { StoreLog } from '../listeners.ts';
import type { OutboxReader, OutboxRow } from '../store.ts';
import { Turns } from '../turns.ts';
import { connectionOptions } from './pool.ts';

export const CHANNEL = 'sallyport_outbox';

/** How many rows are read at once. */
const PAGE = 1000;
/** How often to look without being woken: for the time when the connection that listens is down. */
const LOOK_EVERY_MS = 3000;

/**
 * Tells the listeners of every row of the outbox once and in order, whichever node wrote it. The table is the
 * truth; NOTIFY only wakes.
 */
export class OutboxTail {
  readonly #outbox: OutboxReader;
  readonly #url: string;
  readonly #node: string;
  readonly #log: StoreLog | undefined;
  readonly #listeners: Listeners;
  readonly #turns = new Turns();
  #told = 0;
  /** Of this node's transactions whose commit was not answered. They may be another's, if these were not kept. */
  readonly #inDoubt = new Set<number>();
  /** When the outbox was last read to its end, by the monotonic clock: a clock that is set back must not hide how long ago that is. */
  #readAt = performance.now();
  #client: pg.Client | undefined;
  #connecting = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param node The payload of this node's own notifications, which need not wake it. */
  constructor(outbox: OutboxReader, url: string, node: string, log: StoreLog | undefined) {
    this.#outbox = outbox;
    this.#url = url;
    this.#node = node;
    this.#log = log;
    this.#listeners = new Listeners(log);
  }

  /** Begins behind what is there now. */
  async start(): Promise<void> {
    this.#told = (await this.#outbox.range()).last;
    await this.#listen();
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  onCommitted(listener: (rows: readonly OutboxRow[]) => void): void {
    this.#listeners.add(listener);
  }

  /** How long ago everything that had been committed was told, beyond the usual pause between two looks. */
  behindForMs(): number {
    const ago = performance.now() - this.#readAt;
    return ago > 2 * LOOK_EVERY_MS ? ago : 0;
  }

  /** After a commit of this node. Where another node's rows come before, or some that were in doubt, those are read first. */
  async committed(rows: readonly OutboxRow[]): Promise<void> {
    const [first] = rows;
    if (!first && this.#inDoubt.size === 0) return;
    await this.#turns.take(async () => {
      if (first?.seq === this.#told + 1) this.#tell(rows);
      else await this.#readOn();
    });
  }

  /** Nobody knows whether these rows were kept. When they are read, they were. */
  doubt(rows: readonly OutboxRow[]): void {
    for (const { seq } of rows) this.#inDoubt.add(seq);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
    await this.#turns.take(async () => {});
  }

  async #look(): Promise<void> {
    if (!this.#client) await this.#listen();
    await this.#turns.take(() => this.#readOn());
  }

  /** Does not throw: what cannot be read now is read at the next look. */
  async #readOn(): Promise<void> {
    try {
      for (;;) {
        const rows = await this.#outbox.after(this.#told, PAGE);
        this.#tell(rows);
        if (rows.length < PAGE) break;
      }
      this.#readAt = performance.now();
    } catch (error) {
      this.#log?.error({ err: error }, 'the outbox cannot be read now');
    }
  }

  #tell(rows: readonly OutboxRow[]): void {
    const last = rows.at(-1);
    if (!last) return;
    this.#told = last.seq;
    if (this.#inDoubt.size === 0) return this.#listeners.tell(rows);
    this.#listeners.tell(rows.map((row) => (this.#inDoubt.has(row.seq) ? { ...row, inDoubt: true as const } : row)));
    for (const seq of this.#inDoubt) if (seq <= last.seq) this.#inDoubt.delete(seq);
  }

  async #listen(): Promise<void> {
    if (this.#connecting) return;
    this.#connecting = true;
    const client = new pg.Client(connectionOptions(this.#url));
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload }) => {
      if (payload !== this.#node) void this.#look();
    });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.#client = client;
    } catch (error) {
      this.#log?.error({ err: error }, 'cannot listen for other nodes; looking at intervals');
    } finally {
      this.#connecting = false;
    }
  }

  #lost(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
  }
}
