import type { DeviceWords } from '../kit/device-snapshot.ts';
import { KeptDeviceList } from '../kit/kept-device-list.ts';
import { keptJson } from '../kit/kept-json.ts';
import { PageWalk } from '../kit/page-walk.ts';
import { readWhole } from '../kit/read-whole.ts';
import type { VendorConnection, VendorTools } from '../vendor.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { fingerprint } from '../kit/wire-read.ts';
import { readApiDevice } from './api-device.ts';
import { createPradeoClient } from './client.ts';
import type { PradeoApi } from './settings.ts';

/** Reads the list of devices from time to time. The list tells no time of a device's risk, so what it said is kept. */
export function connectPradeo(api: PradeoApi, tools: VendorTools): VendorConnection {
  const client = createPradeoClient(api, tools);
  const pages = new PageWalk(0, (skip: number, signal) => client.devices(skip, signal));
  let devices: KeptDeviceList | undefined;
  return {
    pollEveryMs: api.pollMinutes * 60_000,

    async poll(feed) {
      const list = (devices ??= new KeptDeviceList({ wordsOf, tellsRemoved: true }, (await keptJson(feed)).devices));
      await readWhole({ pages, list, save: () => feed.cursor.set(JSON.stringify({ devices: list })) }, feed, tools);
    },

    async test(signal) {
      const { content } = await client.devices(0, signal, 1);
      return content.length === 0 ? 'Pradeo answers; it has no devices yet.' : 'Pradeo answers and shows its devices.';
    },
  };
}

function wordsOf(raw: WireRecord): DeviceWords | undefined {
  const device = readApiDevice(raw);
  return device === undefined
    ? undefined
    : {
        id: device.id,
        words: fingerprint(device.risk, device.security, device.agent, device.keys),
        phone: device.keys.find(({ type }) => type === 'serialNumber' || type === 'imei')?.value,
      };
}
