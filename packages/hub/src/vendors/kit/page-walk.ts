import { VendorError } from './vendor-error.ts';
import { fingerprint } from './wire-read.ts';

/** One page of a vendor's list. `Place` is what names a page: a number, a path, a key. */
export interface Page<Place> {
  readonly content: readonly unknown[];
  /** The page after this one; `undefined`: this was the last. */
  readonly next: Place | undefined;
}

/** For one page: vendors need a while for a large one, and one that is given up is never read. */
export const PAGE_TIMEOUT_MS = 120_000;

/** A list that is still going on after this many pages does not end; 1,000,000 devices have 10,000 pages of 100. */
const MAX_PAGES = 20_000;

/** Goes through the pages of a list, and after a failure on from the page that failed. Ends at a page that repeats the one before, too. */
export class PageWalk<Place, P extends Page<Place> = Page<Place>> {
  readonly #start: Place;
  readonly #fetch: (place: Place, signal: AbortSignal) => Promise<P>;
  #place: Place;
  #before: string | undefined;
  #pages = 0;
  #taken = 0;

  constructor(start: Place, fetch: (place: Place, signal: AbortSignal) => Promise<P>) {
    this.#start = start;
    this.#place = start;
    this.#fetch = fetch;
  }

  /** A page is fetched after the one before it was taken. Answers how many records the whole list held. */
  async run(signal: AbortSignal, take: (page: P) => Promise<void>): Promise<number> {
    try {
      for (;;) {
        const page = await this.#fetch(this.#place, signal);
        // An empty page is like every other, so where it leads to tells whether it is the same again.
        const now = fingerprint(page.content.length > 0 ? page.content : ['empty', page.next]);
        if (now === this.#before) return this.#restart();
        if (page.content.length > 0) await take(page);
        this.#taken += page.content.length;
        if (page.next === undefined) return this.#restart();
        this.#before = now;
        this.#place = page.next;
        this.#pages += 1;
        if (this.#pages >= MAX_PAGES) throw new VendorError('refused', 'The list does not end.');
      }
    } catch (error) {
      // A page that is refused is refused again: begin anew the next time.
      if (error instanceof VendorError && error.failure === 'refused') this.#restart();
      throw error;
    }
  }

  #restart(): number {
    const taken = this.#taken;
    this.#place = this.#start;
    this.#before = undefined;
    this.#pages = 0;
    this.#taken = 0;
    return taken;
  }
}
