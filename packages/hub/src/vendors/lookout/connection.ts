import { parseExactJson } from '../../platform/exact-json.ts';
import type { DeviceSnapshot, DeviceWords } from '../kit/device-snapshot.ts';
import { KeptDeviceList } from '../kit/kept-device-list.ts';
import { keptJson } from '../kit/kept-json.ts';
import { PageWalk } from '../kit/page-walk.ts';
import { readWhole } from '../kit/read-whole.ts';
import type { Feed, VendorConnection, VendorTools } from '../vendor.ts';
import { VendorError } from '../kit/vendor-error.ts';
import type { SseEvent } from '../kit/sse.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { isRecord } from '../kit/wire-read.ts';
import type { DevicesPage, LookoutClient } from './client.ts';
import { createLookoutClient, LOOKOUT_PAGE_SIZE } from './client.ts';
import type { LookoutSettings } from './settings.ts';
import { readDevice, readEvent } from './wire.ts';

/**
 * How far back the stream begins where there is no place to go on from: Lookout keeps events for ten days (its page
 * "Stream Events"). A little less, because its clock may be ahead of ours.
 */
const LOOK_BACK_MS = 10 * 24 * 60 * 60_000 - 10 * 60_000;
/** Before following the stream again when Lookout does not say. */
const RECONNECT_MS = 1_000;
/** What Lookout may at most ask us to wait before following the stream again. */
const MAX_RECONNECT_MS = 5 * 60_000;

/** The list of devices from time to time, and the stream of events always. */
export function connectLookout(settings: LookoutSettings, tools: VendorTools): VendorConnection {
  const client = createLookoutClient(settings, tools);
  const batches = new Batches(client, tools);
  const pages = new PageWalk<string | undefined, DevicesPage>(undefined, (after, signal) =>
    client.devices(after, LOOKOUT_PAGE_SIZE, signal),
  );
  let devices: KeptDeviceList | undefined;
  return {
    pollEveryMs: settings.snapshotHours * 60 * 60_000,

    async poll(feed) {
      // The stream tells states, too: whatever it told meanwhile, the list is the word that counts.
      const list = (devices ??= new KeptDeviceList(
        { wordsOf, tellsRemoved: false, tellsAll: true },
        (await keptJson(feed)).devices,
      ));
      await readWhole({ pages, list, save: () => feed.cursor.set(JSON.stringify({ devices: list })) }, feed, tools);
    },

    async stream(feed) {
      const events = await openStream(client, tools, feed);
      let waitMs = RECONNECT_MS;
      for await (const event of events) {
        if (event.retryMs !== undefined) waitMs = Math.min(event.retryMs, MAX_RECONNECT_MS);
        if (event.name === 'end' || event.name === 'reconnect') break;
        // Its page calls it "event", its stream "events".
        if (event.name === 'events' || event.name === 'event' || event.name === 'message')
          await batches.take(event, feed);
        else if (event.name === 'heartbeat') await feed.alive();
      }
      return { waitMs };
    },

    async test(signal) {
      const { content } = await client.devices(undefined, 1, signal);
      return content.length === 0
        ? 'Lookout answers; it has no devices yet.'
        : 'Lookout answers and shows its devices.';
    },
  };
}

/** Goes on after the last event, or as far back as Lookout keeps events where there is none or Lookout has forgotten it. */
async function openStream(
  client: LookoutClient,
  { clock, log }: VendorTools,
  feed: Feed,
): Promise<AsyncIterable<SseEvent>> {
  const since = clock.now() - LOOK_BACK_MS;
  const after = await feed.cursor.get();
  if (after !== undefined) {
    const events = await client.events({ after }, feed.signal);
    if (events !== undefined) return events;
    log.warn({ after }, 'Lookout no longer knows the last event; the stream begins ten days back');
    await feed.cursor.set(undefined);
  }
  const events = await client.events({ since }, feed.signal);
  if (events === undefined) throw new VendorError('bad_answer', 'Lookout does not open its event stream.');
  return events;
}

/** Takes the batches of the stream in, each before the cursor moves past it. */
class Batches {
  readonly #client: LookoutClient;
  readonly #tools: VendorTools;
  /** The batch that could not be read the last time. */
  #unreadable: string | undefined;

  constructor(client: LookoutClient, tools: VendorTools) {
    this.#client = client;
    this.#tools = tools;
  }

  async take(event: SseEvent, feed: Feed): Promise<void> {
    const events = eventsIn(event.data);
    if (events === undefined) {
      this.#refuseOnce(event);
      return;
    }
    this.#unreadable = undefined;
    await feed.take([...(await this.#unknownDevices(events, feed)), ...events]);
    const cursor = event.id ?? lastId(events);
    if (cursor !== undefined) await feed.cursor.set(cursor);
  }

  /** The way may have damaged it, so it is asked for once more; the second time it is passed over. */
  #refuseOnce(event: SseEvent): void {
    const which = event.id ?? event.data.slice(0, 200);
    if (this.#unreadable !== which) {
      this.#unreadable = which;
      throw new VendorError('bad_answer', 'Lookout sent events that cannot be read.');
    }
    this.#tools.log.warn({ id: event.id }, 'Lookout sent events that cannot be read, twice; they are passed over');
  }

  /**
   * A threat names its device by Lookout's own id alone. For a device not heard of since the start, its
   * record tells the id of the device management.
   */
  async #unknownDevices(events: readonly unknown[], feed: Feed): Promise<readonly DeviceSnapshot[]> {
    const unknown = new Set<string>();
    for (const raw of events) {
      const event = readEvent(raw);
      if (event?.deviceGuid === undefined || (event.type !== 'THREAT' && event.type !== 'SMISHING_ALERT')) continue;
      if (event.device?.externalId === undefined && !feed.knows(event.deviceGuid)) unknown.add(event.deviceGuid);
    }
    const found: DeviceSnapshot[] = [];
    for (const guid of unknown) {
      // Each costs one of the requests of a minute, and the list, which is read beside this, tells a thousand with one.
      if (feed.knows(guid)) continue;
      const takenAt = this.#tools.clock.now();
      const device = await this.#client.device(guid, feed.signal);
      if (device !== undefined) found.push(snapshotOf(device, takenAt));
    }
    return found;
  }
}

function wordsOf(raw: WireRecord): DeviceWords | undefined {
  const { guid, security, activation, protection, parent } = readDevice(raw);
  return guid === undefined
    ? undefined
    : { id: guid, words: JSON.stringify([security, activation, protection, parent]) };
}

function snapshotOf(device: unknown, takenAt: number): DeviceSnapshot {
  return { takenAt: new Date(takenAt).toISOString(), device };
}

/** `{"events": [...]}` or the bare list that one client's test shows; `undefined` for anything else. */
function eventsIn(data: string): readonly unknown[] | undefined {
  try {
    const body = parseExactJson(data);
    if (Array.isArray(body)) return body;
    return isRecord(body) && Array.isArray(body.events) ? body.events : undefined;
  } catch {
    return undefined;
  }
}

function lastId(events: readonly unknown[]): string | undefined {
  const last = events.at(-1);
  return isRecord(last) && typeof last.id === 'string' ? last.id : undefined;
}
