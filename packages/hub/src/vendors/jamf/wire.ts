import { parseIsoInstant } from '../kit/iso-instant.ts';
import type { NamedDevice } from '../kit/name-device.ts';
import { nameDevice } from '../kit/name-device.ts';
import { plainText } from '../kit/plain-text.ts';
import type { WireRecord } from '../kit/wire-read.ts';
import { firstOf, identifier, isRecord, record, word } from '../kit/wire-read.ts';

/** A device of the Risk API, version 2 (`guid`, `riskCategory`) or the deprecated version 1 (`deviceId`, `risk`). */
export interface JamfDevice extends NamedDevice {
  readonly id: string | undefined;
  readonly risk: string | undefined;
}

/** One event of the Threat Events Stream. */
export interface JamfEvent extends NamedDevice {
  readonly id: string | undefined;
  readonly at: number | undefined;
  /** `SIDE_LOADED_APP_IN_INVENTORY`. */
  readonly name: string | undefined;
  readonly title: string | undefined;
  /** The app or host that it is about. */
  readonly subject: string | undefined;
  readonly subjectId: string | undefined;
  /** A number, or the name of a step, as text. */
  readonly severity: string | undefined;
  readonly action: string | undefined;
  readonly url: unknown;
}

export function readDevice(raw: WireRecord): JamfDevice {
  const id = firstOf(identifier(raw.guid), identifier(raw.deviceId));
  return {
    id,
    risk: firstOf(word(raw.riskCategory), word(raw.risk)),
    ...named(raw.externalId, id, record(raw.user).email),
  };
}

/** `{"event": {...}}`, or the event without its wrapping; `undefined` for anything else. */
export function readEvent(raw: unknown): JamfEvent | undefined {
  if (!isRecord(raw)) return undefined;
  const event = isRecord(raw.event) ? raw.event : raw;
  if (!isRecord(event.eventType) || !isRecord(event.device)) return undefined;
  const { device, eventType } = event;
  const app = record(event.app);
  const destination = record(event.destination);
  return {
    id: identifier(event.alertId),
    at: typeof event.timestamp === 'string' ? parseIsoInstant(event.timestamp) : undefined,
    ...named(device.externalId, identifier(device.deviceId), record(event.user).email),
    name: firstOf(word(eventType.name), word(eventType.id)),
    title: plainText(eventType.description, 200),
    subject: firstOf(plainText(app.name, 200), plainText(destination.name, 200)),
    subjectId: firstOf(identifier(app.id), identifier(destination.name), identifier(destination.ip)),
    severity: word(event.severity),
    action: word(event.action),
    url: event.eventUrl,
  };
}

/** `externalId` is the device management's id or the UDID. A mail address under `.wnd` is made up by Jamf. */
function named(externalId: unknown, id: string | undefined, email: unknown): NamedDevice {
  const madeUp = typeof email === 'string' && email.trim().toLowerCase().endsWith('.wnd');
  return nameDevice(['mdmDeviceId', externalId], ['vendorDeviceId', id], ['email', madeUp ? undefined : email]);
}
