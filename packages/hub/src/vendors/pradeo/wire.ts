import { guidForm } from '../kit/device-keys.ts';
import { parseIsoInstant } from '../kit/iso-instant.ts';
import type { KeyPlaces, NamedDevice } from '../kit/name-device.ts';
import { nameDevice } from '../kit/name-device.ts';
import { plainText } from '../kit/plain-text.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, identifier, isRecord, record, records, word } from '../kit/wire-read.ts';

/**
 * Pradeo's events in one form, whichever of the two known ones they come in: the envelope with `type`,
 * `creationDate` and `content`, and the newer one that has neither and holds the subject itself.
 */
export interface PradeoEvent extends NamedDevice {
  readonly id: string | undefined;
  /** The envelope has a time of its own, so its id is that of the event and of nothing else. */
  readonly enveloped: boolean;
  readonly at: number | undefined;
  readonly coupled: string | undefined;
  readonly told: PradeoSubject | undefined;
}

export type PradeoSubject =
  | {
      readonly kind: 'correlation';
      readonly levels: readonly (readonly [field: string, colour: string | undefined])[];
      readonly status: string | undefined;
    }
  | { readonly kind: 'compliance'; readonly verdict: string | undefined; readonly because: readonly string[] }
  | {
      readonly kind: 'app';
      readonly verdict: string | undefined;
      readonly removed: boolean;
      readonly id: string;
      readonly name: string;
      readonly colour: string | undefined;
    }
  | { readonly kind: 'status'; readonly name: string; readonly value: string | undefined }
  | {
      readonly kind: 'detection';
      readonly metric: string;
      readonly title: string | undefined;
      readonly status: string | undefined;
    };

/** `undefined` for what is no event, and for events that are about no device. */
export function readEvent(raw: unknown): PradeoEvent | undefined {
  if (!isRecord(raw)) return undefined;
  const enveloped = isRecord(raw.content);
  const content = enveloped ? record(raw.content) : raw;
  const about =
    SUBJECTS.map(({ member, read }) => (isRecord(content[member]) ? read(record(content[member])) : undefined)).find(
      (found) => found !== undefined,
    ) ?? readLoose(word(raw.type), content);
  const device = firstOf(about?.device, isRecord(raw.device) ? raw.device : undefined);
  if (device === undefined && about?.deviceId === undefined) return undefined;
  return {
    id: identifier(raw.id),
    enveloped,
    at: enveloped ? instant(raw.creationDate) : newest(about?.dated, device),
    ...nameDevice(...keysOfDevice(record(device)), vendorKey(about?.deviceId)),
    coupled: word(record(record(device).enrollmentStatus).coupled),
    told: about?.told,
  };
}

interface About {
  readonly device?: WireRecord;
  readonly deviceId?: string | undefined;
  /** What holds the dates, where the envelope has none. */
  readonly dated?: WireRecord;
  readonly told: PradeoSubject | undefined;
}

const SUBJECTS: readonly { readonly member: string; readonly read: (subject: WireRecord) => About }[] = [
  {
    member: 'deviceCorrelation',
    read: (subject) => ({
      device: record(subject.device),
      dated: subject,
      told: {
        kind: 'correlation',
        status: word(subject.status),
        levels: [
          ['application threat level', word(subject.applicationThreatLevel)],
          ['system threat level', word(subject.systemThreatLevel)],
          ['network threat level', word(subject.networkThreatLevel)],
        ],
      },
    }),
  },
  {
    member: 'deviceCompliance',
    read: (subject) => ({
      device: record(subject.device),
      dated: subject,
      told: { kind: 'compliance', verdict: word(subject.status), because: conditions(subject).map(({ text }) => text) },
    }),
  },
  { member: 'deviceApplicationCompliance', read: readAppCompliance },
  {
    member: 'deviceSystemStatusRecord',
    read: (subject) =>
      ofStatus(record(subject.device), subject, record(subject.deviceSystemStatus).name, subject.value),
  },
  {
    member: 'deviceNetworkStatusRecord',
    read: (subject) =>
      ofStatus(record(subject.device), subject, record(subject.deviceNetworkStatus).name, subject.value),
  },
];

function readAppCompliance(subject: WireRecord): About {
  const installed = record(subject.deviceApplication);
  const app = record(installed.application);
  const id = firstOf(identifier(record(app.package).package), identifier(app.id));
  return {
    device: record(installed.device),
    dated: subject,
    told:
      id === undefined
        ? undefined
        : {
            kind: 'app',
            id,
            verdict: word(subject.status),
            removed: typeof installed.uninstalledAt === 'string',
            name: plainText(app.name, 200) ?? id,
            colour: conditions(subject).find(({ type }) => type === 'THREATLEVELIS')?.value,
          },
  };
}

/** Detections and the history of statuses, whose content is not named after them. */
function readLoose(type: string | undefined, content: WireRecord): About | undefined {
  if (type === 'DEVICESTATUSHISTORYUPDATED') {
    const event = record(content.event);
    return { ...ofStatus(undefined, content, event.kind, event.value), deviceId: identifier(content.deviceId) };
  }
  const metric = type === 'DEVICEDETECTION' ? plainText(content.metric, 100) : undefined;
  if (metric === undefined) return undefined;
  return {
    deviceId: identifier(content.id),
    told: { kind: 'detection', metric, title: plainText(content.type, 200), status: word(content.status) },
  };
}

function ofStatus(device: WireRecord | undefined, dated: WireRecord, name: unknown, value: unknown): About {
  const text = plainText(name, 100);
  return {
    ...(device && { device }),
    dated,
    told: text === undefined ? undefined : { kind: 'status', name: text, value: word(value) },
  };
}

/** What made the response rules decide as they did. */
function conditions(
  subject: WireRecord,
): readonly { readonly type: string | undefined; readonly value: string | undefined; readonly text: string }[] {
  return records(subject.matchedResponseRules)
    .flatMap((rule) => records(rule.matchConditions))
    .map(({ type, value }) => ({
      type: word(type),
      value: word(value),
      text: [plainText(type, 60), plainText(value, 60)].filter(Boolean).join(' '),
    }));
}

function keysOfDevice(device: WireRecord): readonly KeyPlaces[] {
  const emm = record(device.emmDeviceInfo);
  const { uuid } = record(emm.metadata);
  return [
    ['mdmDeviceId', emm.externalId],
    // Some device managements have a number as their id and a GUID beside it.
    ['mdmDeviceId', typeof uuid === 'string' && guidForm(uuid.trim()) !== undefined ? uuid : undefined],
    ['imei', device.imei],
    ['serialNumber', device.serialNumber],
    vendorKey(identifier(device.id)),
    ['email', device.email],
  ];
}

/** Detections write the platform before the id: `android:...`. */
function vendorKey(id: string | undefined): KeyPlaces {
  return ['vendorDeviceId', id?.replace(/^(?:android|ios):/i, '')];
}

function instant(value: unknown): number | undefined {
  return typeof value === 'string' ? parseIsoInstant(value.trim()) : undefined;
}

/** The newest date that a record without an envelope carries: it cannot have been written before that. */
function newest(dated: WireRecord | undefined, device: WireRecord | undefined): number | undefined {
  const dates = [
    dated?.lastModificationDate,
    dated?.creationDate,
    record(device?.enrollmentStatus).lastConnection,
    record(device?.emmDeviceInfo).lastSynchronizationDate,
  ]
    .map(instant)
    .filter((at) => at !== undefined);
  return dates.length === 0 ? undefined : Math.max(...dates);
}
