import { DeviceList } from '../device-snapshot.ts';
import { withMeaning } from '../kept-meaning.ts';
import { PageWalk } from '../page-walk.ts';
import type { VendorConnection, VendorTools } from '../vendor.ts';
import type { WireRecord } from '../wire-read.ts';
import { fingerprint } from '../wire-read.ts';
import type { MachinesPage } from './client.ts';
import { createDefenderClient } from './client.ts';
import { NewestMachines } from './newest-machines.ts';
import type { DefenderSettings } from './settings.ts';
import { readMachine } from './wire.ts';

/** Reads the list of machines from time to time. No place in it is kept: it is always read whole. */
export function connectDefender(settings: DefenderSettings, tools: VendorTools): VendorConnection {
  const client = createDefenderClient(settings, tools);
  const pages = new PageWalk<string, MachinesPage>(client.firstPage(), client.machines);
  const devices = new DeviceList(wordsOf);
  const newest = new NewestMachines();
  return {
    pollEveryMs: settings.pollMinutes * 60_000,

    async poll(feed) {
      await withMeaning(feed, settings.notActive, (anew) => pages.run(feed.signal, ({ content, takenAt }) => devices.tell(feed, newest.among(content), takenAt, anew)));
    },

    async test(signal) {
      const { content } = await client.machines(client.firstPage(1), signal);
      const what = settings.platforms === 'mobile' ? 'Android or iOS devices' : 'devices';
      return content.length === 0 ? `Microsoft Defender answers; it has no ${what} yet.` : `Microsoft Defender answers and shows its ${what}.`;
    },
  };
}

function wordsOf(raw: WireRecord) {
  const { id, risk, health, onboarding } = readMachine(raw);
  return id === undefined ? undefined : { id, words: fingerprint(risk, health, onboarding) };
}
