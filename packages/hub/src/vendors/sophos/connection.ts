import type { DeviceWords } from '../kit/device-snapshot.ts';
import { KeptDeviceList } from '../kit/kept-device-list.ts';
import { keptInstant, keptJson } from '../kit/kept-json.ts';
import { PageWalk } from '../kit/page-walk.ts';
import { readWhole } from '../kit/read-whole.ts';
import type { Feed, VendorConnection, VendorTools } from '../vendor.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { fingerprint, identifier } from '../kit/wire-read.ts';
import type { DevicesPage, DevicesPlace } from './client.ts';
import { createSophosClient } from './client.ts';
import { SerialNumbers } from './serial-numbers.ts';
import type { SophosSettings } from './settings.ts';
import { meaningOfType } from './vocabulary.ts';
import { readDevice, readEvent } from './wire.ts';

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
  const devicePages = new PageWalk<DevicesPlace, DevicesPage>(FIRST_PAGE, async (place, signal) => {
    const page = await client.devices(place, signal);
    const content = (await serials?.added(page.content, signal)) ?? page.content;
    if (page.next === undefined) serials?.endRound();
    return { ...page, content };
  });
  let serials: SerialNumbers | undefined;
  let devices: KeptDeviceList | undefined;
  let alerts: { readonly pages: ReturnType<typeof alertPages>; readonly startedAt: number } | undefined;

  function alertPages(since: number) {
    return new PageWalk<string | undefined>(undefined, (key, signal) => client.alerts(since, key, signal));
  }

  /** A contact is news as well, and what a breach of a policy means is part of the words. */
  function wordsOf(raw: WireRecord): DeviceWords | undefined {
    const { id, serialNumber, health, compliant, breach, managed, lastSeen } = readDevice(raw);
    return id === undefined
      ? undefined
      : {
          id,
          words: fingerprint(health, compliant, breach, managed, lastSeen, serialNumber, settings.nonCompliantLevel),
        };
  }

  async function takeDevices(feed: Feed, list: KeptDeviceList): Promise<void> {
    const kept = await keptJson(feed);
    serials ??= new SerialNumbers((id, signal) => client.serialNumber(id, signal), tools, kept.serials);
    await readWhole(
      { pages: devicePages, list, save: () => feed.cursor.set(JSON.stringify({ ...kept, devices: list, serials })) },
      feed,
      tools,
    );
  }

  async function takeEvents(feed: Feed, list: KeptDeviceList): Promise<void> {
    let more = true;
    while (more) {
      const kept = await keptJson(feed);
      const cursor = identifier(kept.events);
      const page = await client.events(
        cursor === undefined ? { since: tools.clock.now() - EVENTS_KEPT_MS } : { cursor },
        feed.signal,
      );
      if (page === undefined)
        tools.log.warn({}, 'Sophos Central no longer knows the place in the events; they are read a day back');
      else if (page.items.length > 0) {
        await doubtThoseThatLeft(page.items, feed, list);
        await feed.take(page.items);
      }
      const next = page?.cursor;
      if (next !== cursor) await feed.cursor.set(JSON.stringify({ ...kept, devices: list, events: next }));
      more = page === undefined || page.more;
    }
  }

  async function doubtThoseThatLeft(records: readonly unknown[], feed: Feed, list: KeptDeviceList): Promise<void> {
    const left = devicesThatLeft(records);
    for (const id of left) list.doubt(id);
    if (left.length > 0) await feed.cursor.set(JSON.stringify({ ...(await keptJson(feed)), devices: list }));
  }

  async function takeAlerts(feed: Feed, list: KeptDeviceList): Promise<void> {
    if (alerts === undefined) {
      const startedAt = tools.clock.now();
      const last = keptInstant((await keptJson(feed)).alertsUntil);
      alerts = { startedAt, pages: alertPages(last === undefined ? startedAt - LOOK_BACK_MS : last - OVERLAP_MS) };
    }
    await alerts.pages.run(feed.signal, async ({ content }) => {
      await doubtThoseThatLeft(content, feed, list);
      await feed.take(content);
    });
    await feed.cursor.set(JSON.stringify({ ...(await keptJson(feed)), alertsUntil: alerts.startedAt }));
    alerts = undefined;
  }

  return {
    pollEveryMs: settings.pollMinutes * 60_000,

    async poll(feed) {
      const list = (devices ??= new KeptDeviceList({ wordsOf, tellsRemoved: false }, (await keptJson(feed)).devices));
      await takeEvents(feed, list);
      await takeAlerts(feed, list);
      await takeDevices(feed, list);
    },

    async test(signal) {
      const { dataRegion } = await client.tenant(signal);
      const page = await client.devices(FIRST_PAGE, signal);
      const where = new URL(dataRegion).hostname;
      return page.content.length === 0
        ? `Sophos Central answers (${where}); it has no mobile devices yet.`
        : `Sophos Central answers (${where}) and shows its mobile devices.`;
    },
  };
}

/** Those of which events and alerts tell a state: the list is to say whether it still stands, also where it said nothing new itself. */
function devicesThatLeft(records: readonly unknown[]): readonly string[] {
  return records.flatMap((raw) => {
    const event = readEvent(raw);
    return event?.deviceId !== undefined && meaningOfType(event.type)?.kind === 'left' ? [event.deviceId] : [];
  });
}
