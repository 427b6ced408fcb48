import type { Writable } from 'node:stream';
import type { BaseLogger } from 'pino';
import type { OutboxRow, Store } from '../store/store.ts';
import { frameOf, HEARTBEAT, positionFrame, resetFrame } from './frames.ts';
import type { Frame } from './frames.ts';
import { OutboxPages, type Piece } from './outbox-pages.ts';
import { Pace } from './pace.ts';
import { bytesOf, RecentFrames, sizeOf } from './recent-frames.ts';
import { RoundRobin } from './round-robin.ts';
import { StreamCuts, type CutReason } from './stream-cuts.ts';
import { Subscriber } from './subscriber.ts';

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
  /** How long the peer of a stream may take no bytes although some wait, in whole heartbeats. Default: one minute. */
  readonly stallMs?: number | undefined;
  /** How many events are kept in memory. */
  readonly recent?: number | undefined;
}

const HEARTBEAT_MS = 15_000;
const STALL_MS = 60_000;
/** What one subscriber is given at once, and about what may wait for it in memory. */
const PIECE_BYTES = 32_768;

/**
 * Follows the outbox and tells every subscribed door, as server-sent events. Each event is written once for
 * all. A subscriber that names the last event it saw first gets what it missed, from memory or from the
 * store, and then goes live without a gap: within one turn of the event loop it gets the rest and is listed.
 *
 * Whoever cannot be given everything at once, because much happened or because it reads slowly, gets it in pieces, each
 * when the one before was taken. Only a peer that takes nothing at all for `stallMs` is cut.
 */
export class Publisher {
  readonly cuts = new StreamCuts();
  readonly #options: PublisherOptions;
  readonly #subscribers = new Set<Subscriber>();
  readonly #catchingUp = new Set<Subscriber>();
  readonly #turns = new RoundRobin();
  readonly #frameOf: (row: OutboxRow) => Frame | undefined;
  readonly #pages: OutboxPages;
  readonly #pace: Pace;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #beatsUntilCut: number;
  #pending: OutboxRow[] = [];
  #recent = new RecentFrames(0, 0);
  #head = 0;

  private constructor(options: PublisherOptions) {
    const { heartbeatMs = HEARTBEAT_MS, stallMs = STALL_MS } = options;
    this.#options = options;
    this.#frameOf = options.frameOf ?? frameOf;
    this.#pages = new OutboxPages(options.store.outbox, this.#frameOf);
    this.#pace = new Pace(
      () => this.#flush(),
      (error) => options.log.error({ err: error }, 'telling the doors failed'),
    );
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs).unref();
    this.#beatsUntilCut = Math.ceil(stallMs / heartbeatMs);
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
    return this.#subscribers.size;
  }

  /** The newest event that subscribers were told of. */
  get position(): number {
    return this.#head;
  }

  /** How many rows of the outbox each subscribed door has yet to be given; of several streams of one door, the most. */
  behind(): ReadonlyMap<string, number> {
    const rows = new Map<string, number>();
    for (const { name, position, live } of this.#subscribers)
      rows.set(name, Math.max(rows.get(name) ?? 0, live ? 0 : this.#head - position));
    return rows;
  }

  /**
   * Gives `stream` the events after `after`, then those to come, until it closes. `undefined`: those to come.
   * `'unknown'`: the subscriber has a position that cannot be one of ours.
   *
   * @param name of the door, for the log and the metrics
   * @returns when the subscriber has everything that happened so far, or is gone
   */
  async subscribe(stream: Writable, after: number | 'unknown' | undefined, name = ''): Promise<void> {
    // Its `close` has been, so nothing would take it off the list again.
    if (stream.destroyed) return;
    const subscriber = new Subscriber(stream, name, this.#head);
    this.#subscribers.add(subscriber);
    stream.once('close', () => this.#subscribers.delete(subscriber));
    if (after === undefined) return this.#goLive(subscriber, positionFrame(this.#head));
    await this.#cutOnError(subscriber, async () => {
      if (after === 'unknown' || !(await this.#has(after))) return this.#goLive(subscriber, resetFrame(this.#head));
      subscriber.position = after;
      subscriber.write(positionFrame(after));
      await this.#catchUp(subscriber);
    });
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#pace.stop();
    for (const { stream } of this.#subscribers) stream.end();
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
    const frames = rows.map(this.#frameOf).filter((frame) => frame !== undefined);
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
    const all = sizeOf(frames) <= PIECE_BYTES ? bytesOf(frames) : undefined;
    for (const subscriber of this.#subscribers) {
      if (!subscriber.live || subscriber.position >= last) continue;
      if (all !== undefined && subscriber.position < first && subscriber.waitingBytes < PIECE_BYTES) {
        subscriber.write(all);
        subscriber.position = last;
      } else {
        void this.#cutOnError(subscriber, () => this.#catchUp(subscriber));
      }
    }
  }

  async #has(position: number): Promise<boolean> {
    return (position >= this.#recent.after && position <= this.#head) || this.#pages.has(position);
  }

  async #catchUp(subscriber: Subscriber): Promise<void> {
    subscriber.live = false;
    this.#catchingUp.add(subscriber);
    try {
      while (subscriber.open && !subscriber.live) await this.#giveNext(subscriber);
    } finally {
      this.#catchingUp.delete(subscriber);
      if (this.#catchingUp.size === 0) this.#pages.forget();
    }
  }

  async #giveNext(subscriber: Subscriber): Promise<void> {
    await subscriber.idle();
    await this.#turns.next();
    // From here to `live` without a pause, so that no event can fall between the last one given and the first one live.
    if (subscriber.position >= this.#head) return this.#goLive(subscriber);
    const piece = await this.#pieceAfter(subscriber.position);
    if (piece === undefined) return this.#goLive(subscriber, resetFrame(this.#head));
    // Where nothing is to be told, the position moves on nonetheless: a subscriber that is cut now need not come back so far.
    subscriber.write(piece.frames.length > 0 ? bytesOf(piece.frames) : positionFrame(piece.upTo));
    subscriber.position = piece.upTo;
  }

  async #pieceAfter(position: number): Promise<Piece | undefined> {
    if (position >= this.#recent.after) return this.#recent.next(position, PIECE_BYTES, this.#head);
    return this.#pages.after(position, this.#head);
  }

  #goLive(subscriber: Subscriber, greeting?: Buffer): void {
    if (greeting !== undefined) {
      subscriber.write(greeting);
      subscriber.position = this.#head;
    }
    subscriber.live = true;
  }

  #beat(): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.countStalledChecks() >= this.#beatsUntilCut) this.#cut(subscriber, 'not_reading');
      else if (subscriber.waitingBytes === 0) subscriber.write(HEARTBEAT);
    }
  }

  async #cutOnError(subscriber: Subscriber, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (subscriber.open) this.#cut(subscriber, 'outbox_unreadable', error);
    }
  }

  #cut(subscriber: Subscriber, reason: CutReason, error?: unknown): void {
    const { name, position, stream } = subscriber;
    this.cuts.count(name, reason);
    this.#options.log.warn(
      { door: name, reason, position, behind: this.#head - position, ...(error === undefined ? {} : { err: error }) },
      'a stream of events was cut; its subscriber can resume where it was',
    );
    stream.destroy();
  }
}
