import { parseIsoInstant } from '../kit/iso-instant.ts';
import { plainText } from '../kit/plain-text.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, identifier, isRecord, record, word } from '../kit/wire-read.ts';

/** A device of `GET /v1/devices` of Symantec Endpoint Security. A full record of a phone is not published. */
export interface SesDevice {
  readonly id: string | undefined;
  /** WORKSTATION, SERVER or MOBILE. */
  readonly type: string | undefined;
  readonly status: string | undefined;
  /** None of these was seen; they are used should they be there. */
  readonly email: unknown;
  readonly serialNumber: unknown;
  readonly imei: unknown;
  readonly udid: unknown;
}

/** An incident of SEP Mobile. How its parts nest is known from parsers of others only. */
export interface SepMobileIncident {
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly subType: string | undefined;
  readonly event: string | undefined;
  readonly severity: string | undefined;
  readonly at: number | undefined;
  /** The app that it is about. */
  readonly subject: string | undefined;
  readonly email: unknown;
  readonly deviceId: string | undefined;
  readonly risk: string | undefined;
  readonly health: string | undefined;
}

export function readDevice(raw: WireRecord): SesDevice {
  return {
    id: identifier(raw.id),
    type: word(raw.device_type),
    status: word(raw.device_status),
    email: firstOf(raw.email, raw.user_email),
    serialNumber: raw.serial_number,
    imei: raw.imei,
    udid: raw.udid,
  };
}

/** `undefined` for what is no incident. */
export function readIncident(raw: unknown): SepMobileIncident | undefined {
  if (!isRecord(raw) || !('severity' in raw) || !('type' in raw) || !(isRecord(raw.device) || isRecord(raw.user)))
    return undefined;
  const device = record(raw.device);
  const { timestamp } = raw;
  return {
    id: identifier(raw.id),
    type: plainText(raw.type, 100),
    subType: plainText(raw.sub_type, 100),
    event: word(raw.event_type),
    severity: word(raw.severity),
    at: typeof timestamp === 'string' ? parseIsoInstant(timestamp.trim()) : undefined,
    subject: firstOf(plainText(raw.app_name, 200), plainText(raw.package_name, 200)),
    email: firstOf(record(raw.user).email, device.email),
    deviceId: firstOf(identifier(device.id), identifier(raw.device_id)),
    risk: firstOf(word(device.risk), word(device.risk_level)),
    health: word(device.health_status),
  };
}

/** The incidents in a body: one, a list, or a list under a name. */
export function incidentsIn(body: unknown): readonly unknown[] | undefined {
  if (Array.isArray(body)) return body;
  if (!isRecord(body)) return undefined;
  const lists = [body.incidents, body.events].filter((value) => Array.isArray(value));
  return lists.length > 0 ? lists.flat() : [body];
}
