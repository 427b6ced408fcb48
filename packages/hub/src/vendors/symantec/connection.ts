import type { DeviceWords } from '../kit/device-snapshot.ts';
import { keptJson } from '../kit/kept-json.ts';
import { KeptDeviceList } from '../kit/kept-device-list.ts';
import { PageWalk } from '../kit/page-walk.ts';
import { readWhole } from '../kit/read-whole.ts';
import type { VendorConnection, VendorTools } from '../vendor.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, identifier } from '../kit/wire-read.ts';
import type { SesCredentials, SesPage } from './client.ts';
import { createSesClient } from './client.ts';
import type { SymantecSettings } from './settings.ts';
import { readDevice } from './wire.ts';

/** Reads the list of mobile devices of Symantec Endpoint Security. */
export function connectSymantec(
  credentials: SesCredentials,
  { pollMinutes, atRiskLevel }: Pick<SymantecSettings, 'pollMinutes' | 'atRiskLevel'>,
  tools: VendorTools,
): VendorConnection {
  const client = createSesClient(credentials, tools);
  const pages = new PageWalk<number, SesPage>(0, client.mobileDevices);
  let devices: KeptDeviceList | undefined;

  function wordsOf(raw: WireRecord): DeviceWords | undefined {
    const { id, ...words } = readDevice(raw);
    // What "at risk" means is part of the words: when it is changed, all devices are told anew.
    return id === undefined
      ? undefined
      : {
          id,
          words: JSON.stringify([words, atRiskLevel]),
          phone: firstOf(identifier(words.serialNumber), identifier(words.imei), identifier(words.udid)),
        };
  }

  return {
    pollEveryMs: pollMinutes * 60_000,

    async poll(feed) {
      const list = (devices ??= new KeptDeviceList({ wordsOf, tellsRemoved: true }, (await keptJson(feed)).devices));
      await readWhole({ pages, list, save: () => feed.cursor.set(JSON.stringify({ devices: list })) }, feed, tools);
    },

    async test(signal) {
      const { content } = await client.mobileDevices(0, signal);
      return content.length === 0
        ? 'Symantec answers; it shows no mobile devices.'
        : 'Symantec answers and shows its mobile devices.';
    },
  };
}
