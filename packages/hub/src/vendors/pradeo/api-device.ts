import { parseIsoInstant } from '../kit/iso-instant.ts';
import type { NamedDevice } from '../kit/name-device.ts';
import { nameDevice } from '../kit/name-device.ts';
import { identifier, isRecord, word } from '../kit/wire-read.ts';

/** A device of `GET /v2/devices` (api.docs.pradeo.io, Common Data Models). */
export interface PradeoDevice extends NamedDevice {
  readonly id: string;
  readonly risk: string | undefined;
  readonly security: string | undefined;
  readonly agent: string | undefined;
  /** When the agent last synchronised. */
  readonly syncedAt: number | undefined;
}

/** `undefined` for what is none: events name none of these three. */
export function readApiDevice(raw: unknown): PradeoDevice | undefined {
  if (!isRecord(raw) || !('riskLevel' in raw || 'securityStatus' in raw || 'agentStatus' in raw)) return undefined;
  const id = identifier(raw.id);
  if (id === undefined) return undefined;
  return {
    id,
    risk: word(raw.riskLevel),
    security: word(raw.securityStatus),
    agent: word(raw.agentStatus),
    syncedAt: typeof raw.lastSyncAt === 'string' ? parseIsoInstant(raw.lastSyncAt.trim()) : undefined,
    ...nameDevice(['imei', raw.imei], ['serialNumber', raw.serialNumber], ['vendorDeviceId', id]),
  };
}
