import { guidForm, unusableKey } from '../kit/device-keys.ts';
import { parseIsoInstant } from '../kit/iso-instant.ts';
import type { NamedDevice } from '../kit/name-device.ts';
import { nameDevice } from '../kit/name-device.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, identifier, word } from '../kit/wire-read.ts';

/** A machine of `GET /api/machines` (Microsoft's page "Machine resource type"). */
export interface Machine extends NamedDevice {
  readonly id: string | undefined;
  /** As Microsoft Entra knows the device; `undefined` where it is not registered there. */
  readonly entraDeviceId: string | undefined;
  readonly risk: string | undefined;
  readonly health: string | undefined;
  readonly onboarding: string | undefined;
  readonly lastSeen: string | undefined;
  readonly lastSeenAt: number | undefined;
}

export function readMachine(raw: WireRecord): Machine {
  const entraDeviceId = guidForm(identifier(raw.aadDeviceId) ?? '');
  const lastSeen = identifier(raw.lastSeen);
  return {
    id: identifier(raw.id),
    ...named(raw, entraDeviceId),
    entraDeviceId,
    risk: word(raw.riskScore),
    health: word(raw.healthStatus),
    // Microsoft's page spells it in small letters.
    onboarding: firstOf(word(raw.onboardingStatus), word(raw.onboardingstatus)),
    lastSeen,
    lastSeenAt: lastSeen === undefined ? undefined : parseIsoInstant(lastSeen),
  };
}

/** An `aadDeviceId` that is no GUID is no id of Entra. */
function named({ id, aadDeviceId }: WireRecord, entraDeviceId: string | undefined): NamedDevice {
  const { keys, keyFlag } = nameDevice(['entraDeviceId', entraDeviceId], ['vendorDeviceId', id]);
  const isUnread = entraDeviceId === undefined && nameDevice(['entraDeviceId', aadDeviceId]).keys.length > 0;
  return { keys, keyFlag: isUnread ? unusableKey('entraDeviceId', aadDeviceId) : keyFlag };
}
