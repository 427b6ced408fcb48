import { KeptDeviceList } from '../kit/kept-device-list.ts';
import { keptJson } from '../kit/kept-json.ts';
import { PageWalk } from '../kit/page-walk.ts';
import { readWhole } from '../kit/read-whole.ts';
import type { VendorConnection, VendorTools } from '../vendor.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { fingerprint } from '../kit/wire-read.ts';
import { createJamfClient, JAMF_PAGE_SIZE } from './client.ts';
import type { JamfSettings } from './settings.ts';
import { readDevice } from './wire.ts';

/** Jamf allows 10,000 a day; the rest is for logins and repeats. */
const PAGES_A_DAY = 9_000;

/** Reads the list of devices from time to time. The list tells no time of a device's risk, so what it said is kept. */
export function connectJamf(settings: JamfSettings, tools: VendorTools): VendorConnection {
  const client = createJamfClient(settings, tools);
  const pages = new PageWalk(0, (page: number, signal) => client.devices(page, signal));
  let devices: KeptDeviceList | undefined;
  let pagesARound = 1;
  return {
    get pollEveryMs() {
      return Math.max(settings.pollMinutes * 60_000, (pagesARound * 86_400_000) / PAGES_A_DAY);
    },

    async poll(feed) {
      const list = (devices ??= new KeptDeviceList({ wordsOf, tellsRemoved: true }, (await keptJson(feed)).devices));
      const count = await readWhole(
        { pages, list, save: () => feed.cursor.set(JSON.stringify({ devices: list })) },
        feed,
        tools,
      );
      pagesARound = Math.floor(count / JAMF_PAGE_SIZE) + 1;
    },

    async test(signal) {
      const { content } = await client.devices(0, signal, 1);
      return content.length === 0 ? 'Jamf answers; it has no devices yet.' : 'Jamf answers and shows its devices.';
    },
  };
}

function wordsOf(raw: WireRecord) {
  const { id, risk, keys } = readDevice(raw);
  return id === undefined
    ? undefined
    : {
        id,
        words: fingerprint(risk, keys),
        phone: keys.find(({ type }) => type === 'managedDeviceId' || type === 'udid')?.value,
      };
}
