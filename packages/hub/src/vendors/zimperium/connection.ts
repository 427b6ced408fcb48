import { createHash } from 'node:crypto';
import type { Feed, VendorConnection, VendorTools } from '../vendor.ts';
import { VendorError } from '../vendor-error.ts';
import type { Page, ZimperiumCredentials } from './client.ts';
import { createZimperiumClient } from './client.ts';
import type { DeviceSnapshot } from './wire.ts';

/** How far back threats are asked for the first time. */
const LOOK_BACK_MS = 7 * 24 * 60 * 60_000;
/**
 * Threats are asked for from this long before the last time, because some reach the console late and some
 * change afterwards. What is read twice has one effect.
 */
const OVERLAP_MS = 24 * 60 * 60_000;
/** A list that is still going on after this many pages does not end; 1,000,000 devices have 2,000. */
const MAX_PAGES = 10_000;

/** Asks for threats and then devices. The posture of the devices is what counts; threats tell why. */
export function connectZimperium(credentials: ZimperiumCredentials, pollMinutes: number, tools: VendorTools): VendorConnection {
  const client = createZimperiumClient(credentials, tools);
  const devices = new Walk((page, signal) => client.devices(page, signal));
  let threats: { readonly walk: Walk; readonly startedAt: number } | undefined;
  return {
    pollEveryMs: pollMinutes * 60_000,

    async poll(feed) {
      threats ??= await newThreatWalk(feed);
      await threats.walk.run(feed.signal, ({ content }) => feed.take(content));
      await feed.cursor.set(new Date(threats.startedAt).toISOString());
      threats = undefined;
      await devices.run(feed.signal, ({ content, takenAt }) => feed.take(content.map((device) => snapshotOf(device, takenAt))));
    },

    async test(signal) {
      const { content } = await client.devices(0, signal, 1);
      return content.length === 0 ? 'Zimperium answers; it has no devices yet.' : 'Zimperium answers and shows its devices.';
    },
  };

  async function newThreatWalk(feed: Feed) {
    const startedAt = tools.clock.now();
    const kept = Date.parse(await feed.cursor.get() ?? '');
    const after = Number.isNaN(kept) ? startedAt - LOOK_BACK_MS : kept - OVERLAP_MS;
    return { startedAt, walk: new Walk((page, signal) => client.threats(after, page, signal)) };
  }
}

/**
 * Goes through the pages of a list, and after a failure on from the page that failed. Ends at an empty or a
 * repeated page: the envelope's own `empty` was wrong in a real answer, and its totals change while we read.
 */
class Walk {
  readonly #fetch: (page: number, signal: AbortSignal) => Promise<Page>;
  #page = 0;
  #before = '';

  constructor(fetch: (page: number, signal: AbortSignal) => Promise<Page>) {
    this.#fetch = fetch;
  }

  async run(signal: AbortSignal, take: (page: Page) => Promise<void>): Promise<void> {
    try {
      while (this.#page < MAX_PAGES) {
        const page = await this.#fetch(this.#page, signal);
        const now = createHash('sha256').update(JSON.stringify(page.content)).digest('base64');
        if (page.content.length === 0 || now === this.#before) break;
        await take(page);
        this.#before = now;
        this.#page += 1;
      }
    } catch (error) {
      // A page that is refused is refused again: begin anew the next time.
      if (error instanceof VendorError && error.failure === 'refused') this.#restart();
      throw error;
    }
    this.#restart();
  }

  #restart(): void {
    this.#page = 0;
    this.#before = '';
  }
}

function snapshotOf(device: unknown, takenAt: number): DeviceSnapshot {
  return { takenAt: new Date(takenAt).toISOString(), device };
}
