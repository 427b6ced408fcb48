import type { DeviceWords } from '../kit/device-snapshot.ts';
import { keptInstant, keptJson } from '../kit/kept-json.ts';
import { KeptDeviceList } from '../kit/kept-device-list.ts';
import { PageWalk } from '../kit/page-walk.ts';
import { readWhole } from '../kit/read-whole.ts';
import type { Feed, VendorConnection, VendorTools } from '../vendor.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { identifier } from '../kit/wire-read.ts';
import type { CheckPointPage } from './client.ts';
import { alertsPath, createCheckPointClient, devicesPath } from './client.ts';
import { speaksOfContact } from './normalise.ts';
import type { CheckPointSettings } from './settings.ts';
import { readAlert, readDevice } from './wire.ts';

/** How far back alerts are asked for the first time. */
const LOOK_BACK_MS = 7 * 24 * 60 * 60_000;
/** Alerts reach the API up to this late; what is read twice has one effect. */
const LAG_MS = 15 * 60_000;

/** What is kept across restarts. */
interface Place {
  /** Alerts up to here were taken. */
  alertsUntil: number | undefined;
  readonly devices: KeptDeviceList;
}

/** Asks for alerts, which name more of a device's identifiers, and then for the states of all devices. */
export function connectCheckPoint(settings: CheckPointSettings, tools: VendorTools): VendorConnection {
  const client = createCheckPointClient(settings, tools);
  const devices = new PageWalk<string, CheckPointPage>(devicesPath(), client.page);
  let place: Place | undefined;
  let alerts: { readonly walk: PageWalk<string, CheckPointPage>; startedAt: number | undefined } | undefined;
  return {
    pollEveryMs: settings.pollMinutes * 60_000,

    async poll(feed) {
      place ??= await readPlace(feed);
      await takeAlerts(feed, place);
      await takeDevices(feed, place);
    },

    async test(signal) {
      const { content } = await client.page(devicesPath(1), signal);
      return content.length === 0
        ? 'Check Point answers; it has no devices yet.'
        : 'Check Point answers and shows its devices.';
    },
  };

  async function takeAlerts(feed: Feed, at: Place): Promise<void> {
    const since = at.alertsUntil === undefined ? tools.clock.now() - LOOK_BACK_MS : at.alertsUntil - LAG_MS;
    const round = (alerts ??= { walk: new PageWalk(alertsPath(since), client.page), startedAt: undefined });
    await round.walk.run(feed.signal, async ({ content, takenAt }) => {
      await feed.take(content);
      doubtOfContact(content, at.devices);
      round.startedAt ??= takenAt;
    });
    alerts = undefined;
    at.alertsUntil = round.startedAt ?? at.alertsUntil;
    await savePlace(feed, at);
  }

  async function takeDevices(feed: Feed, at: Place): Promise<void> {
    await readWhole({ pages: devices, list: at.devices, save: () => savePlace(feed, at) }, feed, tools);
  }
}

/** The list says more of the app than an alert does, also where its word has not changed since: it is told again. */
function doubtOfContact(alerts: readonly unknown[], devices: KeptDeviceList): void {
  for (const alert of alerts.flatMap((raw) => readAlert(raw) ?? [])) {
    if (alert.deviceId !== undefined && speaksOfContact(alert)) devices.doubt(alert.deviceId);
  }
}

function wordsOf(raw: WireRecord): DeviceWords | undefined {
  const { id, risk, status, mdm, email } = readDevice(raw);
  return id === undefined
    ? undefined
    : { id, words: JSON.stringify([risk, status, mdm, email]), phone: identifier(mdm) };
}

async function readPlace(feed: Feed): Promise<Place> {
  const { alertsUntil, devices } = await keptJson(feed);
  return {
    alertsUntil: keptInstant(alertsUntil),
    devices: new KeptDeviceList({ wordsOf, tellsRemoved: true }, devices),
  };
}

async function savePlace(feed: Feed, place: Place): Promise<void> {
  await feed.cursor.set(JSON.stringify(place));
}
