import { parseIsoInstant } from '../kit/iso-instant.ts';
import { plainText } from '../kit/plain-text.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, identifier, isRecord, record, word } from '../kit/wire-read.ts';

/** A device of `GET /mobile/v1/devices`, to which we add its serial number. IMEI and UDID were never seen there. */
export interface SophosDevice {
  readonly id: string | undefined;
  readonly health: string | undefined;
  readonly compliant: string | undefined;
  /** How bad Sophos says the breach of a compliance policy is. */
  readonly breach: string | undefined;
  readonly managed: string | undefined;
  readonly serialNumber: string | undefined;
  readonly email: unknown;
  /** When the app that protects the device was last seen; where that is not told, its management. */
  readonly lastSeen: string | undefined;
  readonly appSeenAt: number | undefined;
}

/** An event of `siem/v1/events` or an alert of `common/v1/alerts` about a phone. */
export interface SophosEvent {
  readonly reportId: string | undefined;
  readonly type: string | undefined;
  readonly severity: string | undefined;
  readonly deviceId: string | undefined;
  readonly at: number | undefined;
  readonly text: string | undefined;
  /** What the threat is called, by which its end is found. */
  readonly subject: string | undefined;
}

export function readDevice(raw: WireRecord): SophosDevice {
  return {
    id: identifier(raw.id),
    health: word(record(raw.healthState).state),
    compliant: word(record(raw.compliance).compliant),
    breach: word(record(raw.compliance).severity),
    managed: word(raw.managedState),
    serialNumber: identifier(raw.serialNumber),
    email: raw.email,
    lastSeen: firstOf(identifier(raw.ixmAppLastSeenAt), identifier(raw.lastSeenAt)),
    appSeenAt: instant(raw.ixmAppLastSeenAt),
  };
}

/** `undefined` for what is neither, and for computers: the event feed holds those too. */
export function readEvent(raw: unknown): SophosEvent | undefined {
  if (!isRecord(raw)) return undefined;
  if ('endpoint_id' in raw || 'endpoint_type' in raw)
    return isMobile(raw.endpoint_type, raw.group) ? readSiemEvent(raw) : undefined;
  if ('raisedAt' in raw || 'managedAgent' in raw)
    return isMobile(raw.product, raw.category) ? readAlert(raw) : undefined;
  return undefined;
}

function isMobile(kind: unknown, group: unknown): boolean {
  return word(kind) === 'MOBILE' || word(group) === 'MOBILES';
}

function readSiemEvent(raw: WireRecord): SophosEvent {
  const id = identifier(raw.id);
  const text = plainText(raw.name, 400);
  return {
    reportId: id && `event:${id}`,
    type: word(raw.type),
    severity: word(raw.severity),
    deviceId: identifier(raw.endpoint_id),
    at: firstOf(instant(raw.when), instant(raw.created_at)),
    text,
    subject: firstOf(plainText(raw.threat, 200), subjectIn(text)),
  };
}

function readAlert(raw: WireRecord): SophosEvent {
  const id = identifier(raw.id);
  const text = plainText(raw.description, 400);
  return {
    reportId: id && `alert:${id}`,
    type: word(raw.type),
    severity: word(raw.severity),
    deviceId: identifier(record(raw.managedAgent).id),
    at: instant(raw.raisedAt),
    text,
    subject: subjectIn(text),
  };
}

/** "Malware detected: Andr/Example-A" is about "Andr/Example-A". */
function subjectIn(text: string | undefined): string | undefined {
  return plainText(/: (.+)$/.exec(text ?? '')?.[1]?.replace(/^["']|["'.]+$/g, ''), 200);
}

function instant(value: unknown): number | undefined {
  return typeof value === 'string' ? parseIsoInstant(value) : undefined;
}
