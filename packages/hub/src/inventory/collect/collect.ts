import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import type { InventoryKeeper, InventoryOutcome } from '../keep-inventory.ts';
import type { Clock } from '../../platform/clock.ts';
import { androidDevice, readAndroidDevice, type AndroidDevice } from './android-device.ts';
import type { SourceKind } from '../../documents/kinds/inventory-source.ts';
import { mdmEvent, readMdmEvent, type MdmNews } from './nanomdm-event.ts';
import { PlistError } from './plist.ts';

/** `silent`: nothing that we collect. */
export type CollectOutcome = InventoryOutcome | 'silent';

export interface CollectedOne {
  readonly outcome: CollectOutcome;
  /** What the source calls the device. */
  readonly ownId: string | undefined;
}

export interface Collecting {
  readonly id: string;
  readonly kind: SourceKind;
  readonly keeper: InventoryKeeper;
  readonly clock: Clock;
}

/** More than one page of `enterprises.devices.list`. */
const MAX_DEVICES = 200;

/**
 * Takes what a source sent to its end.
 *
 * @throws HubError `invalid_request` for what is not in the source's format; what is in it is not repeated there
 */
export function collect(collecting: Collecting, body: unknown): Promise<readonly CollectedOne[]> {
  return collecting.kind === 'nanomdm' ? collectMdm(collecting, body) : collectAndroid(collecting, body);
}

async function collectMdm({ id, keeper }: Collecting, body: unknown): Promise<readonly CollectedOne[]> {
  const news = readNews(mdmEvent.parse(body), id);
  if (news.kind === 'silent') return [{ outcome: 'silent', ownId: undefined }];
  return [{ outcome: await keep(keeper, news), ownId: news.of.ownId }];
}

function readNews(event: z.infer<typeof mdmEvent>, source: string): MdmNews {
  try {
    return readMdmEvent(event, source);
  } catch (error) {
    const field = `${event.acknowledge_event === undefined ? 'checkin_event' : 'acknowledge_event'}.raw_payload`;
    if (error instanceof PlistError)
      throw new HubError('invalid_request', `${field} cannot be read. ${error.message}`, { field });
    throw error;
  }
}

async function keep(keeper: InventoryKeeper, news: Exclude<MdmNews, { kind: 'silent' }>): Promise<CollectOutcome> {
  switch (news.kind) {
    case 'apps':
      return (await keeper.keepApps([{ ...news.of, apps: news.apps, managedElsewhere: true }]))[0] ?? 'unmatched';
    case 'managedApps':
      return keeper.keepManagedApps({ ...news.of, appIds: news.appIds });
    case 'declaredApps':
      return keeper.keepDeclaredApps({ ...news.of, ...news.apps });
    case 'certificates':
      return (await keeper.keepCertificates([{ ...news.of, certificates: news.certificates }]))[0] ?? 'unmatched';
    case 'checkedOut':
      return keeper.release(news.of);
  }
}

async function collectAndroid({ id, keeper, clock }: Collecting, body: unknown): Promise<readonly CollectedOne[]> {
  const news = devicesIn(body).map((device) => ({ ownId: device.name, ...readAndroidDevice(device, id, clock.now()) }));
  const apps = news.flatMap((each) => (each.kind === 'apps' ? [each.row] : []));
  const kept = [...(await keeper.keepApps(apps))];
  const outcomes: CollectedOne[] = [];
  for (const each of news) {
    const outcome =
      each.kind === 'silent'
        ? 'silent'
        : each.kind === 'apps'
          ? (kept.shift() ?? 'unmatched')
          : await keeper.release(each.row);
    outcomes.push({ outcome, ownId: each.ownId });
  }
  return outcomes;
}

/** A push of Pub/Sub (its `data` is base64 JSON), a page of `enterprises.devices.list`, or one device. */
const pubsubPush = z.object({
  message: z.object({ data: z.base64().default(''), attributes: z.record(z.string(), z.string()).default({}) }),
});
const devicePage = z.object({ devices: z.array(androidDevice).max(MAX_DEVICES) });

/** What a source may send, for the API document. */
export const collectorBody = z.union([mdmEvent, pubsubPush, devicePage, androidDevice]);

/** Notifications of Android Management that carry a device; the others carry commands, logs or nothing. */
const WITH_DEVICE: ReadonlySet<string> = new Set(['STATUS_REPORT', 'COMPLIANCE_REPORT', 'ENROLLMENT']);

function devicesIn(body: unknown): readonly AndroidDevice[] {
  if (has(body, 'message')) {
    const { data, attributes } = pubsubPush.parse(body).message;
    return WITH_DEVICE.has(attributes.notificationType ?? '') ? [androidDevice.parse(jsonIn(data))] : [];
  }
  if (has(body, 'devices')) return devicePage.parse(body).devices;
  return [androidDevice.parse(body)];
}

function has(body: unknown, member: string): boolean {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, member);
}

function jsonIn(data: string): unknown {
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  } catch {
    throw new HubError('invalid_request', 'message.data holds no JSON.', { field: 'message.data' });
  }
}
