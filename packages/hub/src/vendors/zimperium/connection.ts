import type { DeviceWords } from '../kit/device-snapshot.ts';
import { KeptDeviceList } from '../kit/kept-device-list.ts';
import { keptInstant, keptJson } from '../kit/kept-json.ts';
import { PageWalk } from '../kit/page-walk.ts';
import { readWhole } from '../kit/read-whole.ts';
import type { Feed, VendorConnection, VendorTools } from '../vendor.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { fingerprint } from '../kit/wire-read.ts';
import type { ZimperiumCredentials, ZimperiumPage } from './client.ts';
import { createZimperiumClient } from './client.ts';
import { readDeviceV2 } from './wire.ts';

/** How far back threats are asked for the first time. */
const LOOK_BACK_MS = 7 * 24 * 60 * 60_000;
/**
 * Threats are asked for from this long before the last time, because some reach the console late and some
 * change afterwards. What is read twice has one effect.
 */
const OVERLAP_MS = 24 * 60 * 60_000;
/** What is kept across restarts. */
interface Place {
  /** Threats up to here were taken. */
  threatsUntil: number | undefined;
  readonly devices: KeptDeviceList;
}

/** Asks for threats and then devices. The posture of the devices is what counts; threats tell why. */
export function connectZimperium(
  credentials: ZimperiumCredentials,
  pollMinutes: number,
  tools: VendorTools,
): VendorConnection {
  const client = createZimperiumClient(credentials, tools);
  const devices = new PageWalk<number, ZimperiumPage>(0, (page, signal) => client.devices(page, signal));
  let place: Place | undefined;
  let threats: { readonly walk: PageWalk<number>; readonly startedAt: number } | undefined;
  return {
    pollEveryMs: pollMinutes * 60_000,

    async poll(feed) {
      const at = (place ??= await readPlace(feed));
      await takeThreats(feed, at);
      await readWhole({ pages: devices, list: at.devices, save: () => savePlace(feed, at) }, feed, tools);
    },

    async test(signal) {
      const { content } = await client.devices(0, signal, 1);
      return content.length === 0
        ? 'Zimperium answers; it has no devices yet.'
        : 'Zimperium answers and shows its devices.';
    },
  };

  async function takeThreats(feed: Feed, at: Place): Promise<void> {
    const round = (threats ??= newThreatWalk(at.threatsUntil));
    await round.walk.run(feed.signal, ({ content }) => feed.take(content));
    at.threatsUntil = round.startedAt;
    await savePlace(feed, at);
    threats = undefined;
  }

  function newThreatWalk(until: number | undefined) {
    const startedAt = tools.clock.now();
    const after = until === undefined ? startedAt - LOOK_BACK_MS : until - OVERLAP_MS;
    return { startedAt, walk: new PageWalk<number>(0, (page, signal) => client.threats(after, page, signal)) };
  }
}

/** A contact is news as well: after one that was pushed, the list is told anew. */
function wordsOf(raw: WireRecord): DeviceWords | undefined {
  const { id, words } = readDeviceV2(raw);
  return id === undefined ? undefined : { id, words: fingerprint(words) };
}

async function readPlace(feed: Feed): Promise<Place> {
  const { threatsUntil, devices } = await keptJson(feed);
  return {
    threatsUntil: keptInstant(threatsUntil),
    devices: new KeptDeviceList({ wordsOf, tellsRemoved: false }, devices),
  };
}

async function savePlace(feed: Feed, place: Place): Promise<void> {
  await feed.cursor.set(JSON.stringify(place));
}
