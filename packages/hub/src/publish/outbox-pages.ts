import type { OutboxReader, OutboxRow } from '../store/store.ts';
import type { Frame } from './frames.ts';

/** Everything that follows a position, up to another. */
export interface Piece {
  readonly frames: readonly Frame[];
  /** Whoever was given `frames` has everything up to here. */
  readonly upTo: number;
}

interface Page extends Piece {
  /** Of the first row, whether or not there is a frame of it; `undefined`: no row at all. */
  readonly firstSeq: number | undefined;
}

/** Small enough that one page is little to wait for, in memory and on a slow line. */
const ROWS_PER_PAGE = 100;
/** All pages of 20,000 events, a few megabytes. */
const MOST_PAGES = 200;

/**
 * The stored outbox, page by page. Pages begin at fixed numbers and are remembered, so that hundreds of doors that
 * come back together cost the database little more than one.
 */
export class OutboxPages {
  readonly #outbox: OutboxReader;
  readonly #frameOf: (row: OutboxRow) => Frame | undefined;
  readonly #pages = new Map<number, Promise<Page>>();

  constructor(outbox: OutboxReader, frameOf: (row: OutboxRow) => Frame | undefined) {
    this.#outbox = outbox;
    this.#frameOf = frameOf;
  }

  /**
   * @param head rows after it are left out: decisions may not show them yet
   * @returns `undefined` when rows after `position` were pruned, or it was never a position of this outbox
   */
  async after(position: number, head: number): Promise<Piece | undefined> {
    const { firstSeq, frames, upTo } = await this.#page(position, head);
    // A gap may be natural, or the work of a clean-up that came between.
    if ((firstSeq ?? Infinity) > position + 1 && !(await this.has(position))) return undefined;
    return { frames: frames.filter(({ seq }) => seq > position), upTo };
  }

  /** Whether every row after `position` is still there. Positions of another process on the same database may be ahead of ours. */
  async has(position: number): Promise<boolean> {
    const { first, last } = await this.#outbox.range();
    return position <= last && position >= first - 1;
  }

  /** To be called when nobody is catching up any more. */
  forget(): void {
    this.#pages.clear();
  }

  async #page(position: number, head: number): Promise<Page> {
    const start = position - (position % ROWS_PER_PAGE);
    const known = this.#pages.get(start);
    // Only where there is none yet must nothing be awaited: the next who asks is to find this reading.
    if (known === undefined) return this.#reload(start, head);
    const page = await known;
    // One that was read before its last rows were there ends early.
    return page.upTo > position ? page : this.#reload(start, head);
  }

  #reload(start: number, head: number): Promise<Page> {
    const page = this.#read(start, head);
    this.#pages.delete(start);
    this.#pages.set(start, page);
    page.catch(() => this.#pages.delete(start));
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MOST_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  async #read(start: number, head: number): Promise<Page> {
    const upTo = Math.min(start + ROWS_PER_PAGE, head);
    const rows = (await this.#outbox.after(start, ROWS_PER_PAGE)).filter(({ seq }) => seq <= upTo);
    return { firstSeq: rows[0]?.seq, frames: rows.map(this.#frameOf).filter((frame) => frame !== undefined), upTo };
  }
}
