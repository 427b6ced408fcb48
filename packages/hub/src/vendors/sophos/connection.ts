import { DeviceList } from '../device-snapshot.ts';
import { keptInstant, keptJson } from '../kept-json.ts';
import { withMeaning } from '../kept-meaning.ts';
import { PageWalk } from '../page-walk.ts';
import type { Feed, VendorConnection, VendorTools } from '../vendor.ts';
import { fingerprint, identifier } from '../wire-read.ts';
import type { DevicesPlace } from './client.ts';
import { createSophosClient } from './client.ts';
import type { SophosSettings } from './settings.ts';
import { readDevice } from './wire.ts';

const DAY_MS = 24 * 60 * 60_000;
/** How far back alerts are asked for the first time. */
const LOOK_BACK_MS = 7 * DAY_MS;
/** Some alerts are raised late, so they are asked for from a day before the last time. Those read twice have one effect. */
const OVERLAP_MS = DAY_MS;
/** Sophos keeps events for a day and answers 400 to whoever asks for more. */
const EVENTS_KEPT_MS = DAY_MS - 5 * 60_000;
const FIRST_PAGE: DevicesPlace = { page: 1 };

/** Asks for events, alerts and devices. The devices say how it is, the others why. */
export function connectSophos(settings: SophosSettings, tools: VendorTools): VendorConnection {
  const client = createSophosClient(settings, tools);
  const devices = new DeviceList(wordsOf);
  const devicePages = new PageWalk(FIRST_PAGE, (place, signal) => client.devices(place, signal));
  let alerts: { readonly pages: ReturnType<typeof alertPages>; readonly startedAt: number } | undefined;

  function alertPages(since: number) {
    return new PageWalk<string | undefined>(undefined, (key, signal) => client.alerts(since, key, signal));
  }

  async function takeEvents(feed: Feed): Promise<void> {
    let more = true;
    while (more) {
      const kept = await keptJson(feed);
      const cursor = identifier(kept.events);
      const page = await client.events(cursor === undefined ? { since: tools.clock.now() - EVENTS_KEPT_MS } : { cursor }, feed.signal);
      if (page === undefined) tools.log.warn({}, 'Sophos Central no longer knows the place in the events; they are read a day back');
      else if (page.items.length > 0) await feed.take(page.items);
      const next = page?.cursor;
      if (next !== cursor) await feed.cursor.set(JSON.stringify({ ...kept, events: next }));
      more = page === undefined || page.more;
    }
  }

  async function takeAlerts(feed: Feed): Promise<void> {
    if (alerts === undefined) {
      const startedAt = tools.clock.now();
      const last = keptInstant((await keptJson(feed)).alertsUntil);
      alerts = { startedAt, pages: alertPages(last === undefined ? startedAt - LOOK_BACK_MS : last - OVERLAP_MS) };
    }
    await alerts.pages.run(feed.signal, (page) => feed.take(page.content));
    await feed.cursor.set(JSON.stringify({ ...await keptJson(feed), alertsUntil: alerts.startedAt }));
    alerts = undefined;
  }

  return {
    pollEveryMs: settings.pollMinutes * 60_000,

    async poll(feed) {
      await takeEvents(feed);
      await takeAlerts(feed);
      await withMeaning(feed, settings.nonCompliantLevel, (anew) => devicePages.run(feed.signal, (page) => devices.tell(feed, page.content, page.takenAt, anew)));
    },

    async test(signal) {
      const { dataRegion } = await client.tenant(signal);
      const page = await client.devices(FIRST_PAGE, signal);
      const where = new URL(dataRegion).hostname;
      return page.content.length === 0 ? `Sophos Central answers (${where}); it has no mobile devices yet.` : `Sophos Central answers (${where}) and shows its mobile devices.`;
    },
  };
}

function wordsOf(raw: Parameters<typeof readDevice>[0]) {
  const { id, health, compliant, managed } = readDevice(raw);
  return id === undefined ? undefined : { id, words: fingerprint(health, compliant, managed) };
}
