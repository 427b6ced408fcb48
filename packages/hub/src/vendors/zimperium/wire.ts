import { guidForm } from '../kit/device-keys.ts';
import { readSnapshot, snapshotReportId } from '../kit/device-snapshot.ts';
import type { KeyPlaces, NamedDevice } from '../kit/name-device.ts';
import { nameDevice } from '../kit/name-device.ts';
import { plainText } from '../kit/plain-text.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, fingerprint, identifier, isRecord, isTrue, list, record, records, word } from '../kit/wire-read.ts';
import { readTime } from './times.ts';

/**
 * Zimperium's records in one form, whichever of the known shapes they come in: Data Export to a REST endpoint,
 * rows of the Sentinel export (threats and incidents), the REST API's devices and threats in version 2 and
 * its devices and events in version 1.
 */
export interface ZimperiumRecord extends NamedDevice {
  readonly reportId: string;
  readonly at: number | undefined;
  /** About the device as a whole; the word is missing where the record has none. */
  readonly posture: string | undefined;
  readonly appStatus: string | undefined;
  readonly deleted: boolean;
  readonly threats: readonly ZimperiumThreat[];
  /** Where the record is about an incident: `threats` are those that it gathers. */
  readonly incident?: ZimperiumIncident | undefined;
}

export interface ZimperiumIncident {
  readonly id: string | undefined;
  readonly title: string | undefined;
  readonly status: string | undefined;
}

export interface ZimperiumThreat {
  readonly id: string | undefined;
  readonly kind: string | undefined;
  readonly title: string | undefined;
  readonly severity: string | undefined;
  readonly state: string | undefined;
  readonly mitigated: boolean;
  /** A test that an administrator set off; nothing happened on the device. */
  readonly simulated: boolean;
  readonly at: number | undefined;
}

/** How each shape is told from the others: by properties that only it has. In this order. */
const SHAPES: readonly {
  readonly fits: (raw: WireRecord) => boolean;
  readonly read: (raw: WireRecord) => ZimperiumRecord | undefined;
}[] = [
  { fits: (raw) => readSnapshot(raw) !== undefined, read: readListed },
  { fits: (raw) => 'event_id' in raw && isRecord(raw.device_info), read: readRestExport },
  { fits: (raw) => 'incident_id' in raw && Array.isArray(raw.related_threats), read: readIncident },
  { fits: (raw) => 'incident_id' in raw, read: readIncidentMitigation },
  { fits: (raw) => 'threat_uuid' in raw && 'threat_name' in raw, read: readThreatRow },
  { fits: (raw) => 'threatTypeId' in raw || 'threatTypeName' in raw, read: readThreatV2 },
  { fits: (raw) => 'eventId' in raw && 'eventFullName' in raw, read: readEventV1 },
  { fits: (raw) => 'zdid' in raw && 'riskPosture' in raw, read: readDeviceV1 },
];

export function readRecord(raw: unknown): ZimperiumRecord | undefined {
  if (!isRecord(raw)) return undefined;
  return SHAPES.find(({ fits }) => fits(raw))?.read(raw);
}

const ABOUT_NO_DEVICE = { posture: undefined, appStatus: undefined, deleted: false, threats: [] } as const;

/** A device of the REST list; `words` are all that it says of the device's state, and when it was last in contact. */
export function readDeviceV2(raw: WireRecord) {
  const posture = firstOf(word(raw.riskPostureName), word(raw.riskPosture));
  const appStatus = word(raw.appStatus);
  const deleted = isTrue(raw.deleted);
  const state = record(raw.threatState);
  return {
    id: firstOf(identifier(raw.zdeviceId), identifier(raw.id)),
    posture,
    appStatus,
    deleted,
    words: [
      posture,
      appStatus,
      deleted,
      identifier(raw.lastSeen),
      names(state.criticalThreats),
      names(state.riskyThreats),
    ],
  };
}

function readListed(raw: WireRecord): ZimperiumRecord | undefined {
  const snapshot = readSnapshot(raw);
  if (snapshot === undefined) return undefined;
  const { device } = snapshot;
  const { id, words, ...told } = readDeviceV2(device);
  if (id === undefined) return undefined;
  const trackingIds = records(device.zappInstance).flatMap((app) => [app.externalTrackingId1, app.externalTrackingId2]);
  return {
    ...ABOUT_NO_DEVICE,
    ...told,
    at: snapshot.takenAt,
    reportId: snapshotReportId(id, snapshot, ...words),
    ...nameDevice(
      ['mdmDeviceId', device.mdmDeviceId],
      ...trackingIds.map(guidKey),
      ...vendorKeys(device.zdeviceId, device.id),
      ['email', record(device.deviceOwner).email],
    ),
  };
}

function readRestExport(raw: WireRecord): ZimperiumRecord {
  const device = record(raw.device_info);
  const threat = record(raw.threat);
  const forensics = record(raw.forensics);
  const mitigated = isTrue(raw.mitigated);
  const at = firstOf(readTime(raw.eventtimestamp), readTime(forensics.attack_time), readTime(device.device_time));
  const id = identifier(raw.event_id) ?? fingerprint(at, identifier(device.zdid), identifier(threat.threat_uuid));
  return {
    ...ABOUT_NO_DEVICE,
    // Should the vendor send an event again once it is mitigated, under the same id, that is news.
    reportId: `event:${id}${mitigated ? ':mitigated' : ''}`,
    at,
    ...nameDevice(
      ['mdmDeviceId', device.mdm_device_id],
      ...alternatives(device.mdm_alt_ids),
      realImei(device.imei),
      ...vendorKeys(device.zdid, forensics.zdid, device.device_id),
      ['email', record(raw.device_owner).email, record(raw.user_info).user_email],
    ),
    // A simulated threat may have raised the posture that is told beside it.
    posture: isTrue(raw.simulated) ? undefined : word(raw.risk_posture),
    threats: [
      {
        id: firstOf(identifier(threat.threat_uuid), identifier(forensics.threat_uuid), identifier(raw.event_id)),
        kind: firstOf(word(threat.name), word(record(threat.general).threat_type)),
        title: plainText(threat.display_name, 300),
        // The name and not the number: in real records the number was 0 beside a device at risk.
        severity: firstOf(word(forensics.severity), word(raw.severity)),
        state: mitigated ? 'MITIGATED' : 'PENDING',
        mitigated,
        simulated: isTrue(raw.simulated),
        at,
      },
    ],
  };
}

function readThreatRow(raw: WireRecord): ZimperiumRecord {
  const id = identifier(raw.threat_uuid);
  const at = firstOf(readTime(raw.device_time), readTime(raw.eventtimestamp));
  const state = word(raw.threat_status);
  return {
    ...ABOUT_NO_DEVICE,
    reportId: `threat:${id ?? fingerprint(at, identifier(raw.zdevice_id), identifier(raw.threat_name))}:${fingerprint(state, at, word(raw.risk_posture_name))}`,
    at,
    ...nameDevice(
      ['mdmDeviceId', raw.mdm_device_id],
      ...alternatives(raw.mdm_alt_ids),
      ...vendorKeys(raw.zdevice_id, raw.device_id),
      ['email', raw.device_owner_email],
    ),
    posture: word(raw.risk_posture_name),
    threats: [
      {
        id,
        kind: word(raw.threat_name),
        title: plainText(raw.threat_display_name, 300),
        severity: word(raw.severity_name),
        state,
        mitigated: false,
        simulated: isTrue(raw.simulated),
        at,
      },
    ],
  };
}

/** An incident gathers threats; it has no posture. Its times are those of what began; see `normaliseZimperium` for what follows from that. */
function readIncident(raw: WireRecord): ZimperiumRecord {
  const related = records(raw.related_threats);
  const threats = related.map(
    (threat): ZimperiumThreat => ({
      id: identifier(threat.threat_id),
      kind: word(threat.threat_name),
      title: plainText(threat.threat_name, 300),
      severity: word(threat.threat_severity),
      state: word(threat.threat_status),
      mitigated: false,
      simulated: false,
      at: readTime(threat.timestamp),
    }),
  );
  const begun = [readTime(raw.incident_created_date), ...threats.map(({ at }) => at)].filter((at) => at !== undefined);
  return {
    ...ABOUT_NO_DEVICE,
    ...readIncidentItself(
      raw,
      threats.map(({ id, state, at }) => [id ?? null, state ?? null, at ?? null]),
    ),
    at: readTime(raw.incident_updated_date) ?? (begun.length > 0 ? Math.max(...begun) : undefined),
    ...nameDevice(...vendorKeys(raw.device_id), ['vendorIncidentId', identifier(raw.incident_id)]),
    threats,
  };
}

/** The end of an incident (table ZimperiumIncidentMitigationLog) names neither its device nor its threats. */
function readIncidentMitigation(raw: WireRecord): ZimperiumRecord {
  return {
    ...ABOUT_NO_DEVICE,
    ...readIncidentItself(raw, readTime(raw.incident_updated_date) ?? null),
    at: readTime(raw.incident_updated_date),
    ...nameDevice(...vendorKeys(raw.device_id), ['vendorIncidentId', identifier(raw.incident_id)]),
  };
}

function readIncidentItself(raw: WireRecord, told: unknown): Pick<ZimperiumRecord, 'reportId' | 'incident'> {
  const id = identifier(raw.incident_id);
  const status = word(raw.incident_status);
  return {
    reportId: `incident:${id ?? 'none'}:${fingerprint(status ?? null, told, identifier(raw.incident_updated_date) ?? null)}`,
    incident: { id, status, title: firstOf(plainText(raw.incident_name, 300), plainText(raw.fix_reason, 300)) },
  };
}

function readThreatV2(raw: WireRecord): ZimperiumRecord | undefined {
  const id = firstOf(identifier(raw.id), identifier(raw.zeventId));
  if (id === undefined) return undefined;
  const device = record(raw.device);
  const owner = isRecord(raw.deviceOwner) ? raw.deviceOwner.email : raw.deviceOwner;
  const state = firstOf(word(raw.stateName), word(raw.state));
  const mitigated = list(raw.mitigationEvents).length > 0;
  const detectedAt = readTime(raw.timestamp);
  const at = firstOf(readTime(raw.lastModified), detectedAt);
  return {
    ...ABOUT_NO_DEVICE,
    reportId: `threat:${id}:${fingerprint(state, mitigated, at)}`,
    at,
    ...nameDevice(['mdmDeviceId', device.mdmDeviceId], ...vendorKeys(device.zdeviceId, raw.deviceId, device.id), [
      'email',
      owner,
    ]),
    threats: [
      {
        id,
        kind: word(raw.threatTypeName),
        title: plainText(raw.threatTypeName, 300),
        severity: firstOf(word(raw.severityName), word(raw.severity)),
        state,
        mitigated,
        simulated: isTrue(raw.simulated),
        at: detectedAt,
      },
    ],
  };
}

function readEventV1(raw: WireRecord): ZimperiumRecord {
  const id = identifier(raw.eventId);
  const detectedAt = firstOf(readTime(raw.deviceTime), readTime(raw.persistedTime));
  const fixedAt = readTime(raw.mitigatedDate);
  const state = firstOf(word(raw.eventState), word(raw.eventStateCode));
  return {
    ...ABOUT_NO_DEVICE,
    reportId: `event:${id ?? 'none'}:${fingerprint(state, detectedAt, fixedAt)}`,
    at: firstOf(fixedAt, detectedAt),
    ...nameDevice(['mdmDeviceId', raw.mdmId], ...vendorKeys(raw.zdid, raw.deviceId), ['email', raw.userEmail]),
    threats: [
      {
        id,
        kind: word(raw.eventFullName),
        title: plainText(raw.eventFullName, 300),
        severity: word(raw.severity),
        state,
        mitigated: fixedAt !== undefined,
        simulated: false,
        at: detectedAt,
      },
    ],
  };
}

function readDeviceV1(raw: WireRecord): ZimperiumRecord | undefined {
  const id = identifier(raw.zdid);
  if (id === undefined) return undefined;
  const at = readTime(raw.lastSeen);
  const posture = firstOf(word(raw.riskPosture), word(raw.riskPostureCode));
  const appStatus = word(raw.status);
  return {
    ...ABOUT_NO_DEVICE,
    posture,
    appStatus,
    at,
    reportId: `device:${id}:${fingerprint(posture, appStatus, at)}`,
    ...nameDevice(
      ['mdmDeviceId', raw.mdmId],
      guidKey(raw.externalTrackingId1),
      guidKey(raw.externalTrackingId2),
      ...vendorKeys(raw.zdid, raw.deviceId),
      ['email', raw.email],
    ),
  };
}

function vendorKeys(...ids: readonly unknown[]): readonly KeyPlaces[] {
  return ids.map((id) => ['vendorDeviceId', id]);
}

/** Tracking ids are free text of whoever set the app up; only a GUID among them can be a device's id. */
function guidKey(value: unknown): KeyPlaces {
  return ['mdmDeviceId', typeof value === 'string' && guidForm(value.trim()) !== undefined ? value : undefined];
}

/** On iOS this is a UUID of the vendor, so only what is an IMEI in full is taken for one. */
function realImei(value: unknown): KeyPlaces {
  return ['imei', typeof value === 'string' && /^\d{15}$/.test(value.trim()) ? value : undefined];
}

/** A list of ids or an object of them; the shape was only ever seen empty. */
function alternatives(value: unknown): readonly KeyPlaces[] {
  return (Array.isArray(value) ? value : Object.values(record(value))).map((id: unknown) => ['mdmDeviceId', id]);
}

function names(value: unknown): readonly (string | undefined)[] {
  return list(value).map(identifier);
}
