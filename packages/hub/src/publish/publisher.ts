import type { Writable } from 'node:stream';
import type { BaseLogger } from 'pino';
import type { OutboxRow, Store } from '../store/store.ts';
import { frameOf, HEARTBEAT, positionFrame, resetFrame } from './frames.ts';
import type { Frame } from './frames.ts';
import { Pace } from './pace.ts';
import { bytesOf, framesAfter, RecentFrames } from './recent-frames.ts';

export interface PublisherOptions {
  readonly store: Pick<Store, 'onCommitted' | 'outbox'>;
  readonly log: Pick<BaseLogger, 'error' | 'warn'>;
  /**
   * Resolves when the memory that decisions are made from shows every change of configuration committed so
   * far. Doors are told only then: one that asks again at once must not hear yesterday's answer.
   */
  readonly settled?: (() => Promise<void>) | undefined;
  /** What is told of each row, if anything. Default: what doors hear. */
  readonly frameOf?: ((row: OutboxRow) => Frame | undefined) | undefined;
  readonly heartbeatMs?: number | undefined;
  /** How many events are kept in memory. */
  readonly recent?: number | undefined;
}

/** Bytes that may wait for a subscriber that reads slower than we write; it is cut then, and resumes. */
const MOST_WAITING = 1_048_576;
const REPLAY_PAGE = 500;

interface Subscription {
  readonly stream: Writable;
  /** The last event it was given. */
  position: number;
  live: boolean;
}

/**
 * Follows the outbox and tells every subscribed door, as server-sent events. Each event is written once for
 * all. A subscriber that names the last event it saw first gets what it missed, from memory or from the
 * store, and then goes live without a gap: within one turn of the event loop it gets the rest and is listed.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #pace: Pace;
  readonly #heartbeat: NodeJS.Timeout;
  #pending: OutboxRow[] = [];
  #recent = new RecentFrames(0, 0);
  #head = 0;

  private constructor(options: PublisherOptions) {
    this.#options = options;
    this.#pace = new Pace(() => this.#flush(), (error) => options.log.error({ err: error }, 'telling the doors failed'));
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs ?? 15_000).unref();
  }

  static async start(options: PublisherOptions): Promise<Publisher> {
    const publisher = new Publisher(options);
    // Listening first: what is committed between the two lines is then in `pending` or in the range, or both.
    options.store.onCommitted((rows) => publisher.#committed(rows));
    const { last } = await options.store.outbox.range();
    publisher.#head = last;
    publisher.#recent = new RecentFrames(options.recent ?? 4_096, last);
    return publisher;
  }

  get subscribers(): number {
    return this.#subscriptions.size;
  }

  /** The newest event that subscribers were told of. */
  get position(): number {
    return this.#head;
  }

  /**
   * Gives `stream` the events after `after`, then those to come, until it closes. `undefined`: those to come.
   * `'unknown'`: the subscriber has a position that cannot be one of ours.
   */
  async subscribe(stream: Writable, after: number | 'unknown' | undefined): Promise<void> {
    const subscription: Subscription = { stream, position: this.#head, live: false };
    this.#subscriptions.add(subscription);
    stream.once('close', () => this.#subscriptions.delete(subscription));
    if (after === undefined) return this.#goLive(subscription, positionFrame(this.#head));
    try {
      if (after === 'unknown' || !(await this.#isKept(after))) return this.#goLive(subscription, resetFrame(this.#head));
      subscription.position = after;
      await this.#replay(subscription);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'what a door missed could not be read; it is cut and will come again');
      stream.destroy();
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#pace.stop();
    for (const { stream } of this.#subscriptions) stream.end();
  }

  #committed(rows: readonly OutboxRow[]): void {
    // One by one: as arguments of one call, very many would not fit on the stack.
    for (const row of rows) this.#pending.push(row);
    this.#pace.wake();
  }

  async #flush(): Promise<void> {
    if (this.#pending.some((row) => row.kind === 'configuration-changed')) await this.#settle();
    const rows = this.#pending.filter((row) => row.seq > this.#head);
    this.#pending = [];
    const last = rows.at(-1)?.seq;
    if (last === undefined) return;
    const frames = this.#framesOf(rows);
    this.#recent.add(frames);
    this.#head = last;
    if (frames.length > 0) this.#tell(frames, last);
  }

  /** A change that memory could not take in is told nonetheless: dropping a cache too early does no harm. */
  async #settle(): Promise<void> {
    try {
      await this.#options.settled?.();
    } catch (error) {
      this.#options.log.error({ err: error }, 'doors are told of a change that decisions may not show yet');
    }
  }

  #tell(frames: readonly Frame[], last: number): void {
    const first = (frames[0] as Frame).seq;
    const all = bytesOf(frames);
    for (const subscription of this.#subscriptions) {
      if (!subscription.live || subscription.position >= last) continue;
      const rest = subscription.position < first ? frames : framesAfter(frames, subscription.position);
      if (rest.length > 0) this.#write(subscription, rest === frames ? all : bytesOf(rest));
      subscription.position = last;
    }
  }

  /** Positions of another process on the same database may be ahead of ours, hence the store is asked. */
  async #isKept(position: number): Promise<boolean> {
    const { first, last } = await this.#options.store.outbox.range();
    return position <= last && position >= first - 1;
  }

  async #replay(subscription: Subscription): Promise<void> {
    while (!subscription.stream.destroyed) {
      if (subscription.position >= this.#recent.after) return this.#goLive(subscription, undefined);
      const page = await this.#options.store.outbox.after(subscription.position, REPLAY_PAGE);
      // A hole may be natural or the work of a clean-up that came between.
      if ((page[0]?.seq ?? 0) > subscription.position + 1 && !(await this.#isKept(subscription.position))) {
        return this.#goLive(subscription, resetFrame(this.#head));
      }
      // What is committed but not told yet comes with the next flush.
      const rows = page.filter((row) => row.seq <= this.#head);
      const frames = this.#framesOf(rows);
      subscription.position = rows.at(-1)?.seq ?? this.#recent.after;
      if (frames.length > 0 && !this.#write(subscription, bytesOf(frames))) await drained(subscription.stream);
    }
  }

  /** Runs to its end without a pause, so no event can fall between the last one given and the first one live. */
  #goLive(subscription: Subscription, greeting: Buffer | undefined): void {
    if (greeting === undefined) {
      const missed = this.#recent.since(subscription.position);
      if (missed.length > 0) this.#write(subscription, bytesOf(missed));
      else this.#write(subscription, positionFrame(subscription.position));
      subscription.position = Math.max(subscription.position, this.#head);
    } else {
      this.#write(subscription, greeting);
      subscription.position = this.#head;
    }
    subscription.live = true;
  }

  /** Answers whether more may be written at once. */
  #write({ stream }: Subscription, bytes: Buffer): boolean {
    if (stream.destroyed || stream.writableEnded) return true;
    const goOn = stream.write(bytes);
    if (stream.writableLength > MOST_WAITING) stream.destroy();
    return goOn;
  }

  #framesOf(rows: readonly OutboxRow[]): readonly Frame[] {
    return rows.map(this.#options.frameOf ?? frameOf).filter((frame) => frame !== undefined);
  }

  #beat(): void {
    for (const subscription of this.#subscriptions) this.#write(subscription, HEARTBEAT);
  }
}

/** Resolves when the stream takes more, or never will. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
    if (stream.destroyed || !stream.writableNeedDrain) done();
  });
}
