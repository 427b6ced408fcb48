import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, identifier, isRecord, list, record, records, word } from '../kit/wire-read.ts';
import { parseIsoInstant } from '../kit/iso-instant.ts';
import { plainText } from '../kit/plain-text.ts';

/**
 * Lookout's records, whichever of the known shapes they come in: Mobile Risk API version 2 as its stream sends
 * them (`device.status.security_status`), as its REST lists and Lookout's own samples show them (the same
 * words flat in `device`, `change_type` CREATE for CREATED), and version 1 (`eventTime`, `details`).
 */
export interface LookoutEvent {
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly change: string | undefined;
  readonly at: number | undefined;
  /** The device it is about, by Lookout's id. */
  readonly deviceGuid: string | undefined;
  readonly device: LookoutDevice | undefined;
  readonly threat: LookoutThreat | undefined;
  readonly smishing: { readonly id: string | undefined; readonly detections: readonly string[] } | undefined;
}

/** Lookout leaves `security` out unless the device is activated and protected. */
export interface LookoutStatus {
  readonly security: string | undefined;
  readonly activation: string | undefined;
  readonly protection: string | undefined;
}

export interface LookoutDevice extends LookoutStatus {
  readonly guid: string | undefined;
  /** The device management's id. Whether Intune's or Entra's is not documented. */
  readonly externalId: string | undefined;
  /** Where the user's mail address may be. */
  readonly email: readonly unknown[];
  /** Of the phone as a whole, where the record is about one of its profiles: each has a record of its own. */
  readonly parent: LookoutStatus | undefined;
  readonly checkinTime: string | undefined;
}

export interface LookoutThreat {
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly classifications: readonly string[];
  readonly severity: string | undefined;
  readonly status: string | undefined;
  /** The app, file, address or network that it is about. */
  readonly subject: string | undefined;
}

export function readEvent(raw: unknown): LookoutEvent | undefined {
  if (!isRecord(raw)) return undefined;
  const time = firstOf(raw.created_time, raw.eventTime);
  const common = {
    id: identifier(raw.id),
    type: word(raw.type),
    change: firstOf(word(raw.change_type), word(raw.changeType)),
    at: typeof time === 'string' ? parseIsoInstant(time) : undefined,
  };
  return isRecord(raw.details) && raw.created_time === undefined
    ? readVersion1(raw, common)
    : readVersion2(raw, common);
}

type Common = Pick<LookoutEvent, 'id' | 'type' | 'change' | 'at'>;

function readVersion2(raw: WireRecord, common: Common): LookoutEvent {
  const device = isRecord(raw.device) ? readDevice(raw.device) : undefined;
  const smishing = isRecord(raw.smishing_alert) ? raw.smishing_alert : undefined;
  return {
    ...common,
    // In one real event `target.guid` is not the device's; for threats there is nothing but the target.
    deviceGuid: firstOf(device?.guid, identifier(record(raw.target).guid)),
    device,
    threat: isRecord(raw.threat) ? readThreat(raw.threat) : undefined,
    smishing: smishing && {
      id: identifier(smishing.guid),
      detections: list(smishing.detections).flatMap(
        (one) => (isRecord(one) ? firstOf(word(one.category), word(one.alert_type)) : word(one)) ?? [],
      ),
    },
  };
}

export function readDevice(device: WireRecord): LookoutDevice {
  const status = record(device.status);
  const info = record(device.info);
  const details = record(device.details);
  return {
    guid: identifier(device.guid),
    externalId: firstOf(identifier(info.external_id), identifier(details.external_id), identifier(device.external_id)),
    email: [info.email, device.email, device.email_address],
    ...readStatus(status, device),
    parent: isRecord(device.parent_status) ? readStatus(device.parent_status) : undefined,
    checkinTime: identifier(device.checkin_time),
  };
}

function readStatus(...places: readonly WireRecord[]): LookoutStatus {
  const of = (name: string): string | undefined => firstOf(...places.map((place) => word(place[name])));
  return { security: of('security_status'), activation: of('activation_status'), protection: of('protection_status') };
}

function readThreat(threat: WireRecord): LookoutThreat {
  const details = record(threat.details);
  const named = { ...threat, ...details };
  return {
    id: firstOf(identifier(threat.guid), identifier(threat.id)),
    type: word(threat.type),
    classifications: classificationsOf(threat),
    severity: firstOf(word(threat.severity), word(threat.risk)),
    status: firstOf(word(threat.status), word(threat.action)),
    subject: firstOf(
      ...['application_name', 'file_name', 'url', 'network_ssid', 'package_name', 'description'].map((name) =>
        plainText(named[name], 200),
      ),
    ),
  };
}

function readVersion1(raw: WireRecord, common: Common): LookoutEvent {
  const details = record(raw.details);
  const target = record(raw.target);
  const deviceGuid = identifier(target.id);
  const isThreat = common.type === 'THREAT';
  return {
    ...common,
    deviceGuid,
    device: {
      guid: deviceGuid,
      externalId: identifier(target.externalId),
      email: [target.emailAddress],
      checkinTime: undefined,
      ...readVersion1Status(common.type === 'DEVICE' ? details : {}),
      parent: isRecord(raw.parentDetails) ? readVersion1Status(raw.parentDetails) : undefined,
    },
    threat: !isThreat
      ? undefined
      : {
          id: identifier(details.id),
          type: word(details.type),
          classifications: classificationsOf(details),
          severity: word(details.severity),
          status: word(details.action),
          subject: firstOf(
            ...['applicationName', 'fileName', 'description'].map((name) => plainText(details[name], 200)),
          ),
        },
    smishing: undefined,
  };
}

function readVersion1Status(details: WireRecord): LookoutStatus {
  return {
    security: word(details.securityStatus),
    activation: word(details.activationStatus),
    protection: word(details.protectionStatus),
  };
}

function classificationsOf(threat: WireRecord): readonly string[] {
  const assessed = records(threat.assessments).map((assessment) => assessment.classification);
  const all = [...list(threat.classifications), threat.classification, ...assessed];
  return [...new Set(all.flatMap((item) => word(item) ?? []))];
}
