import { z } from 'zod';
import type { InstalledApp, InstalledCertificate, Instant } from '@sallyport/core';
import type { Collected, DeclaredApps } from '../keep-inventory.ts';
import { keysOf } from '../../vendors/kit/device-keys.ts';
import { installedApps, installedCertificates, managedAppIds } from './apple-lists.ts';
import { declaredApps } from './declared-apps.ts';
import { isBinary, parsePlist, PlistError } from './plist.ts';
import { toldTime } from './told-time.ts';

/** What one webhook event of NanoMDM or MicroMDM tells us. `silent`: nothing that we collect. */
export type MdmNews =
  | { readonly kind: 'silent' }
  | { readonly kind: 'apps'; readonly of: Collected; readonly apps: readonly InstalledApp[] }
  | { readonly kind: 'managedApps'; readonly of: Collected; readonly appIds: readonly string[] }
  | { readonly kind: 'declaredApps'; readonly of: Collected; readonly apps: DeclaredApps }
  | { readonly kind: 'certificates'; readonly of: Collected; readonly certificates: readonly InstalledCertificate[] }
  | { readonly kind: 'checkedOut'; readonly of: Collected };

const about = {
  udid: z.string().max(256).optional(),
  enrollment_id: z.string().max(256).optional(),
  ids: z.object({ id: z.string().min(1).max(256), type: z.string(), parent_id: z.string().optional() }).optional(),
};

/** `service/webhook/event.json` of micromdm/nanomdm. */
export const mdmEvent = z.object({
  topic: z.string(),
  event_id: z.string().optional(),
  created_at: toldTime,
  acknowledge_event: z.object({ ...about, status: z.string(), raw_payload: z.base64() }).optional(),
  checkin_event: z.object({ ...about, raw_payload: z.base64().optional() }).optional(),
});
type MdmEvent = z.infer<typeof mdmEvent>;
type About = NonNullable<MdmEvent['checkin_event']>;

const SILENT: MdmNews = { kind: 'silent' };

/**
 * Reads an event. Devices are known by what the MDM server says they are, never by what the device's own
 * payload claims.
 *
 * @throws PlistError when an acknowledged answer or a status report cannot be read
 */
export function readMdmEvent(event: MdmEvent, source: string): MdmNews {
  const { topic, created_at: collectedAt, acknowledge_event: answer, checkin_event: checkIn } = event;
  if (topic === 'mdm.CheckOut' && checkIn !== undefined) {
    const of = collectedOf(checkIn, source, collectedAt);
    return of === undefined ? SILENT : { kind: 'checkedOut', of };
  }
  if (topic === 'mdm.DeclarativeManagement' && checkIn !== undefined) return readStatus(checkIn, source, collectedAt);
  const of = answer?.status === 'Acknowledged' ? collectedOf(answer, source, collectedAt) : undefined;
  if (answer === undefined || of === undefined) return SILENT;
  return readAnswer(Buffer.from(answer.raw_payload, 'base64').toString('utf8'), of);
}

/** Most messages of declarative management are requests of the device and carry no data. */
function readStatus(
  checkIn: About & { readonly raw_payload?: string | undefined },
  source: string,
  collectedAt: Instant,
): MdmNews {
  const of = collectedOf(checkIn, source, collectedAt);
  const payload = Buffer.from(checkIn.raw_payload ?? '', 'base64').toString('utf8');
  if (of === undefined || !/<key>Data<\/key>/.test(payload)) return SILENT;
  const message = parsePlist(payload);
  const apps = message instanceof Map ? declaredApps(message) : undefined;
  return apps === undefined ? SILENT : { kind: 'declaredApps', of, apps };
}

/** Most answers are none of ours; they are not parsed. */
const LISTS = /<key>(?:InstalledApplicationList|ManagedApplicationList|CertificateList)<\/key>/;

function readAnswer(payload: string, of: Collected): MdmNews {
  if (isBinary(payload)) throw new PlistError('It is a binary property list; devices send XML.');
  if (!LISTS.test(payload)) return SILENT;
  const answer = parsePlist(payload);
  if (!(answer instanceof Map)) throw new PlistError('It is no answer to a command.');
  const [apps, managed, certificates] = ['InstalledApplicationList', 'ManagedApplicationList', 'CertificateList'].map(
    (key) => answer.get(key),
  );
  if (apps !== undefined) return { kind: 'apps', of, apps: installedApps(apps) };
  if (managed !== undefined) return { kind: 'managedApps', of, appIds: managedAppIds(managed) };
  return certificates === undefined
    ? SILENT
    : { kind: 'certificates', of, certificates: installedCertificates(certificates) };
}

/**
 * `undefined` for the enrolment of one user of a shared device: its lists are not those of the device. User
 * enrolments of a person's own device have no UDID, only an id of their own.
 */
function collectedOf(
  { ids, enrollment_id: enrolmentId, udid }: About,
  source: string,
  collectedAt: Instant,
): Collected | undefined {
  if (ids?.parent_id !== undefined && ids.parent_id !== '') return undefined;
  const ownId = ids?.id ?? udid ?? enrolmentId;
  if (ownId === undefined || ownId === '') return undefined;
  const deviceUdid = udid ?? (ids?.type === 'Device' ? ids.id : undefined);
  return { source, ownId, keys: deviceUdid === undefined ? [] : keysOf(['udid'], deviceUdid), collectedAt };
}
