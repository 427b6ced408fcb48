import type { WireRecord } from '../wire-read.ts';
import { firstOf, identifier, isRecord, list, record, records, word } from '../wire-read.ts';
import { parseIsoInstant } from '../iso-instant.ts';
import { plainText } from '../plain-text.ts';

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
  readonly smishing: { readonly id: string | undefined; readonly category: string | undefined } | undefined;
}

export interface LookoutDevice {
  readonly guid: string | undefined;
  /** The device management's id. Whether Intune's or Entra's is not documented. */
  readonly externalId: string | undefined;
  readonly email: string | undefined;
  readonly security: string | undefined;
  readonly activation: string | undefined;
  readonly protection: string | undefined;
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
  return isRecord(raw.details) && raw.created_time === undefined ? readVersion1(raw, common) : readVersion2(raw, common);
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
    smishing: smishing && { id: identifier(smishing.guid), category: word(records(smishing.detections)[0]?.category) },
  };
}

export function readDevice(device: WireRecord): LookoutDevice {
  const status = record(device.status);
  const info = record(device.info);
  const details = record(device.details);
  return {
    guid: identifier(device.guid),
    externalId: firstOf(identifier(info.external_id), identifier(details.external_id), identifier(device.external_id)),
    email: firstOf(identifier(info.email), identifier(device.email), identifier(device.email_address)),
    security: firstOf(word(status.security_status), word(device.security_status)),
    activation: firstOf(word(status.activation_status), word(device.activation_status)),
    protection: firstOf(word(status.protection_status), word(device.protection_status)),
    checkinTime: identifier(device.checkin_time),
  };
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
    subject: firstOf(...['application_name', 'file_name', 'url', 'network_ssid', 'package_name', 'description'].map((name) => plainText(named[name], 200))),
  };
}

function readVersion1(raw: WireRecord, common: Common): LookoutEvent {
  const details = record(raw.details);
  const deviceGuid = identifier(record(raw.target).id);
  const isThreat = common.type === 'THREAT';
  return {
    ...common,
    deviceGuid,
    device: common.type !== 'DEVICE' ? undefined : {
      guid: deviceGuid, externalId: undefined, email: undefined, checkinTime: undefined,
      security: word(details.securityStatus), activation: word(details.activationStatus), protection: word(details.protectionStatus),
    },
    threat: !isThreat ? undefined : {
      id: identifier(details.id),
      type: word(details.type),
      classifications: classificationsOf(details),
      severity: word(details.severity),
      status: word(details.action),
      subject: firstOf(...['applicationName', 'fileName', 'description'].map((name) => plainText(details[name], 200))),
    },
    smishing: undefined,
  };
}

function classificationsOf(threat: WireRecord): readonly string[] {
  const assessed = records(threat.assessments).map((assessment) => assessment.classification);
  const all = [...list(threat.classifications), threat.classification, ...assessed];
  return [...new Set(all.flatMap((item) => word(item) ?? []))];
}
