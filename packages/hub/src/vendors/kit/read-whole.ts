import type { KeptDeviceList } from './kept-device-list.ts';
import type { Page, PageWalk } from './page-walk.ts';
import type { Feed, VendorTools } from '../vendor.ts';

export interface DevicesPage<Place> extends Page<Place> {
  /** The moment (the vendor's clock) whose truth the page is. */
  readonly takenAt: number;
  /** How many devices there are, where the vendor tells. */
  readonly total?: number | undefined;
}

export interface WholeList<Place> {
  readonly pages: PageWalk<Place, DevicesPage<Place>>;
  readonly list: KeptDeviceList;
  /** Keeps the list across restarts. */
  readonly save: () => Promise<void>;
}

/** Reads a whole list of devices; tells what is news in it, and which devices are gone from it. Answers how many it held. */
export async function readWhole<Place>(
  { pages, list, save }: WholeList<Place>,
  feed: Feed,
  { log }: Pick<VendorTools, 'log'>,
): Promise<number> {
  try {
    list.doubtAny(feed.devicesWithNewFindings());
    let total: number | undefined;
    const count = await pages.run(feed.signal, async (page) => {
      await list.tell(feed, page.content, page.takenAt, save);
      total = page.total;
    });
    // A list that ends before its own count was not whole: what it lacks is not gone.
    if (total !== undefined && count < total) return count;
    const { doubted } = await list.endRound(feed);
    if (doubted > 0)
      log.warn(
        { devices: doubted },
        'most devices are gone from the list of the vendor; they keep their last state until the list holds them again',
      );
    return count;
  } finally {
    list.rest();
    await save();
  }
}
