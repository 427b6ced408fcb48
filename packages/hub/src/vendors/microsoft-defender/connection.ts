import type { DeviceWords } from '../kit/device-snapshot.ts';
import { KeptDeviceList } from '../kit/kept-device-list.ts';
import { keptJson } from '../kit/kept-json.ts';
import { PageWalk } from '../kit/page-walk.ts';
import { readWhole } from '../kit/read-whole.ts';
import type { Feed, VendorConnection, VendorTools } from '../vendor.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { fingerprint } from '../kit/wire-read.ts';
import { createDefenderClient } from './client.ts';
import { NewestMachines } from './newest-machines.ts';
import { WalkedMachines } from './walked-machines.ts';
import type { DefenderSettings } from './settings.ts';
import { readMachine } from './wire.ts';

/** What is kept across restarts. */
interface Kept {
  readonly devices: KeptDeviceList;
  readonly newest: NewestMachines;
}

/** Reads the list of machines from time to time. No place in it is kept: it is always read whole. */
export function connectDefender(settings: DefenderSettings, tools: VendorTools): VendorConnection {
  const client = createDefenderClient(settings, tools);
  let kept: Kept | undefined;
  const walked = new WalkedMachines(client.firstPage());
  const pages = new PageWalk(client.firstPage(), async (address: string, signal) => {
    const page = walked.onlyWhileNew(address, await client.machines(address, signal));
    return { ...page, content: kept?.newest.among(page.content) ?? page.content };
  });

  /** A contact is news as well, and what an inactive device means is part of the words. */
  function wordsOf(raw: WireRecord): DeviceWords | undefined {
    const { id, risk, health, onboarding, lastSeen } = readMachine(raw);
    return id === undefined
      ? undefined
      : { id, words: fingerprint(risk, health, onboarding, lastSeen, settings.notActive) };
  }

  async function readKept(feed: Feed): Promise<Kept> {
    const { devices, newest } = await keptJson(feed);
    // A former machine of a phone stays silent in the list, so that silence never means that a machine was removed.
    return {
      devices: new KeptDeviceList({ wordsOf, tellsRemoved: false }, devices),
      newest: new NewestMachines(newest),
    };
  }

  return {
    pollEveryMs: settings.pollMinutes * 60_000,

    async poll(feed) {
      const place = (kept ??= await readKept(feed));
      await readWhole({ pages, list: place.devices, save: () => feed.cursor.set(JSON.stringify(place)) }, feed, tools);
    },

    async test(signal) {
      const { content } = await client.machines(client.firstPage(1), signal);
      const what = settings.platforms === 'mobile' ? 'Android or iOS devices' : 'devices';
      return content.length === 0
        ? `Microsoft Defender answers; it has no ${what} yet.`
        : `Microsoft Defender answers and shows its ${what}.`;
    },
  };
}
