import { plainText } from '../kit/plain-text.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, identifier, isRecord, word } from '../kit/wire-read.ts';
import { readTime } from './times.ts';

/** A device of `v1/device_status`. */
export interface CheckPointDevice {
  readonly id: string | undefined;
  /** The device management's id; null in the only published record. */
  readonly mdm: unknown;
  readonly email: unknown;
  readonly risk: string | undefined;
  readonly status: string | undefined;
}

/** An alert of `v3/alert`. */
export interface CheckPointAlert {
  readonly id: string;
  readonly deviceId: string | undefined;
  readonly mdm: unknown;
  readonly email: unknown;
  readonly event: string | undefined;
  readonly severity: string | undefined;
  /** A list in one text, separated by commas. */
  readonly factors: string | undefined;
  readonly details: string | undefined;
  readonly vector: string | undefined;
  readonly updatedAt: number | undefined;
  readonly happenedAt: number | undefined;
  /** As the vendor wrote it, to tell one version of an alert from the next. */
  readonly updated: string | undefined;
}

export function readDevice(raw: WireRecord): CheckPointDevice {
  return {
    id: identifier(raw.internal_id),
    mdm: firstOf(identifier(raw.mdm), identifier(raw.mdm_uuid)),
    email: raw.email,
    risk: word(raw.risk),
    status: word(raw.status),
  };
}

/** `undefined` for what is no alert. */
export function readAlert(raw: unknown): CheckPointAlert | undefined {
  if (!isRecord(raw) || !('threat_factors' in raw || 'backend_last_updated' in raw)) return undefined;
  const id = identifier(raw.id);
  if (id === undefined) return undefined;
  return {
    id,
    deviceId: identifier(raw.device_id),
    mdm: identifier(raw.mdm_uuid),
    email: raw.email,
    event: word(raw.event),
    severity: word(raw.severity),
    factors: plainText(raw.threat_factors, 300),
    details: withData(raw.details),
    vector: plainText(raw.attack_vector, 100),
    updatedAt: readTime(raw.backend_last_updated),
    happenedAt: readTime(raw.event_timestamp),
    updated: plainText(raw.backend_last_updated, 100),
  };
}

/** The vendor writes "No data" where it has none. */
function withData(value: unknown): string | undefined {
  const text = plainText(value, 200);
  return text?.toLowerCase() === 'no data' ? undefined : text;
}
